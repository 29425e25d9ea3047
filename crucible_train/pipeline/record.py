"""`experiment.json`: what an experiment's run has done so far, and all that is needed to go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from crucible_train.ir.spec import explicit_values
from crucible_train.pipeline.contribution import Contribution
from crucible_train.run_dir.names import file_name

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.context import Context
    from crucible_train.ir.experiment import NormalizedExperiment, PlannedStage


class StageStatus(StrEnum):
    """What has become of a stage. A pipeline has one too: never `pending` or `skipped`."""

    PENDING = "pending"
    RUNNING = "running"
    """It runs, or the process that ran it was killed."""
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """It was asked to stop, or was next when the pipeline was."""
    SKIPPED = "skipped"
    """It is disabled."""


ENDED = (StageStatus.FAILED, StageStatus.INTERRUPTED)
"""How a stage ends a pipeline."""

DONE = (StageStatus.COMPLETED, StageStatus.SKIPPED)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class StageRecord(_Record):
    """One stage of a run."""

    label: str
    stage: str
    """The registered name."""
    enabled: bool
    status: StageStatus = StageStatus.PENDING
    directory: str
    """The name of its directory, inside the experiment's."""
    started_at: AwareDatetime | None = None
    """When it was first begun, by any process, with the settings below."""
    completed_at: AwareDatetime | None = None
    """When it ended, however it ended."""
    error: str | None = None
    added: Contribution | None = None
    """What it added to the context. Artifacts in the experiment's directory are relative to it (`./...`)."""
    versions: Mapping[str, str] | None = None
    """What it ran with."""
    fingerprint: str
    config: dict[str, Any]
    effective: dict[str, Any]
    """What takes effect of the config: what the fingerprint is made from."""
    provenance: dict[str, Any]

    @model_validator(mode="after")
    def _has_what_it_added(self) -> Self:
        if self.status is StageStatus.COMPLETED and self.added is None:
            raise ValueError("it has completed, and what it added is missing")
        return self


class ExperimentRecord(_Record):
    """A run of an experiment."""

    id: str
    run_id: str
    status: StageStatus = StageStatus.RUNNING
    started_at: AwareDatetime
    completed_at: AwareDatetime | None = None
    fingerprint: str
    experiment: dict[str, Any]
    """The experiment: what was explicitly set in it."""
    warnings: tuple[str, ...]
    stages: tuple[StageRecord, ...]

    @classmethod
    def planned(cls, plan: NormalizedExperiment, run_id: str) -> ExperimentRecord:
        """The record of a run of which nothing has happened yet."""
        return cls(
            id=plan.experiment.id,
            run_id=run_id,
            started_at=now(),
            fingerprint=plan.fingerprint,
            experiment=explicit_values(plan.experiment),
            warnings=tuple(str(finding) for finding in plan.warnings),
            stages=tuple(_stage_record(position, one) for position, one in enumerate(plan.stages, 1)),
        )

    @property
    def completed(self) -> tuple[StageRecord, ...]:
        """The stages that have completed, in order."""
        return tuple(one for one in self.stages if one.status is StageStatus.COMPLETED)

    def with_stage(self, index: int, **changes: Any) -> ExperimentRecord:
        """This record with something of the stage at `index` changed; the status of the whole follows."""
        stages = list(self.stages)
        stages[index] = stages[index].model_copy(update=changes)
        return self.with_stages(tuple(stages))

    def with_stages(self, stages: tuple[StageRecord, ...]) -> ExperimentRecord:
        """This record with these stages, and the status they make."""
        status = overall(stages)
        ended = None if status is StageStatus.RUNNING else now()
        return self.model_copy(update={"stages": stages, "status": status, "completed_at": ended})

    def restored(self, context: Context, directory: Path) -> Context:
        """`context` with what the completed stages of this run, which is in `directory`, added."""
        for one in self.completed:
            context = cast("Contribution", one.added).completes(one.label, context, directory)
        return context


def overall(stages: tuple[StageRecord, ...]) -> StageStatus:
    """What the stages make of their pipeline."""
    ended = [one.status for one in stages if one.status in ENDED]
    if ended:
        return ended[0]
    done = all(one.status in DONE for one in stages)
    return StageStatus.COMPLETED if done else StageStatus.RUNNING


def now() -> datetime:
    """The time, for a record."""
    return datetime.now(UTC)


def _stage_record(position: int, planned: PlannedStage) -> StageRecord:
    normalized = planned.normalized
    return StageRecord(
        label=planned.label,
        stage=planned.stage,
        enabled=planned.enabled,
        directory=f"{position:02d}-{file_name(planned.label)}",
        fingerprint=normalized.fingerprint,
        config=normalized.to_json(),
        effective=dict(normalized.effective),
        provenance={name: row.to_json() for name, row in normalized.provenance.items()},
    )
