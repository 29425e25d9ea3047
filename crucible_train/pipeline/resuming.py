"""Whether an experiment may go on from the record of an earlier run, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.ir.difference import changed_settings
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.pipeline.record import ExperimentRecord, StageRecord


def taken_up(
    earlier: ExperimentRecord, planned: ExperimentRecord, run_id: str | None = None
) -> Result[ExperimentRecord, str]:
    """`planned`, with what `earlier` has done of it; `Err` says why it cannot go on from there.

    The stages that have completed must be the first of those that are to run, with the settings they had:
    what comes after them may have changed. The first that has not completed goes on if it is still the
    same; a later one starts, because what comes before it may be new to it. `run_id` is what the caller
    calls the run, if that is anything.
    """
    if earlier.id != planned.id:
        return Err(f"a run of the experiment `{earlier.id}`, and not of `{planned.id}`")
    if run_id not in (None, earlier.run_id):
        return Err(f"the run `{earlier.run_id}`, and not `{run_id}`")
    completed = earlier.completed
    to_run = [index for index, one in enumerate(planned.stages) if one.enabled]
    for position, before in enumerate(completed):
        now = planned.stages[to_run[position]] if position < len(to_run) else None
        difference = _difference(before, now, planned)
        if difference is not None:
            return Err(f"a run in which `{before.label}` has completed, {difference}")
    stages = list(planned.stages)
    for index, before in zip(to_run, completed, strict=False):
        stages[index] = before
    if len(completed) < len(to_run):
        index = to_run[len(completed)]
        stages[index] = _going_on(stages[index], earlier)
    begun = {"run_id": earlier.run_id, "started_at": earlier.started_at}
    return Ok(planned.model_copy(update=begun).with_stages(tuple(stages)))


def _difference(before: StageRecord, now: StageRecord | None, planned: ExperimentRecord) -> str | None:
    """How a completed stage is described now, if that is not how it was; `now` is what runs in its place."""
    same = next((one for one in planned.stages if one.label == before.label), None)
    if same is None:
        return "and which is no longer in the pipeline"
    if not same.enabled:
        return "and which is disabled now"
    if same is not now:
        return "and before which another stage comes now"
    if same.fingerprint != before.fingerprint:
        changed = changed_settings(before.effective or {}, same.effective or {})
        return f"with other settings (changed: {', '.join(changed) or 'the stage'})"
    return None


def _going_on(planned: StageRecord, earlier: ExperimentRecord) -> StageRecord:
    """The first stage to run: begun already, if the earlier run had begun the very same."""
    for one in earlier.stages:
        if one.started_at and (one.label, one.fingerprint) == (planned.label, planned.fingerprint):
            return planned.model_copy(update={"started_at": one.started_at, "directory": one.directory})
    return planned
