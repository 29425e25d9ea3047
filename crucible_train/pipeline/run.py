"""`run_pipeline`: an experiment's stages, one after the other, from its record to its record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from crucible_train.context import Context
from crucible_train.ir.experiment import NormalizedExperiment
from crucible_train.pipeline.contribution import copied
from crucible_train.pipeline.directory import ExperimentDirectory
from crucible_train.pipeline.errors import PipelineError, PipelineErrorCode
from crucible_train.pipeline.prepare import prepare
from crucible_train.pipeline.record import ExperimentRecord, StageStatus
from crucible_train.pipeline.resuming import taken_up
from crucible_train.pipeline.stage_run import StageRunner
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.names import file_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.context import RunControl
    from crucible_train.ir.experiment import PlannedStage
    from crucible_train.pipeline.prepare import PortsFor

OnStage: TypeAlias = "Callable[[PlannedStage, StageStatus], None]"
"""Told what has become of a stage, when it is on record."""

NO_RUN_ID = Context().run_id


def _unseen(planned: PlannedStage, status: StageStatus) -> None:
    """Show nothing: a library does not print."""


def run_pipeline(
    experiment: NormalizedExperiment,
    *,
    context: Context,
    control: RunControl,
    ports_for: PortsFor | None = None,
    on_stage: OnStage = _unseen,
) -> Result[Context, PipelineError]:
    """Run the enabled stages of `experiment`, each with the context that those before it made.

    The run's directory is `control.directory`, else the one in `control.runs_dir` that has the experiment's
    id; `experiment.json` in it is replaced after every change, and a process that is killed leaves it
    readable. With `control.resume` the stages that have completed are not run again: what they added is
    restored, and the first unfinished one goes on, so that the context returned is that of a run that was
    never stopped. A run that had come to its end is left alone. `control.should_stop` is asked before each
    stage, too.

    `context` is what the first stage starts from; the run id, unless it has one, is the directory's name.
    `ports_for` gives each stage its ports, and is asked for all stages that are to run before the first one
    does; without it, `context.ports` serve all.

    Errors: every `PipelineErrorCode`. What a stage raises is raised here, after it has been recorded.
    """
    if not isinstance(cast("object", experiment), NormalizedExperiment):
        raise TypeError("run_pipeline takes what normalize_experiment returns, unwrapped")
    path = Path(control.directory or Path(control.runs_dir, _directory_name(experiment))).absolute()
    first = _first_context(experiment, context, path)
    match ExperimentDirectory.open(path, resume=control.resume):
        case Ok(directory):
            pass
        case Err(problem):
            code = PipelineErrorCode.RUN_DIRECTORY_FAILED
            return Err(PipelineError(code, str(problem), first, path, cause=problem))
    with directory:
        match _record(experiment, context, first, directory, resume=control.resume):
            case Ok(record):
                pass
            case Err() as failed:
                return failed
        first = replace(first, run_id=record.run_id)
        restored = record.restored(first, path)
        to_run = [
            planned
            for planned, one in zip(experiment.stages, record.stages, strict=True)
            if planned.enabled and one.status is not StageStatus.COMPLETED
        ]
        earlier = directory.earlier if control.resume else None
        if earlier is not None and earlier.status is StageStatus.COMPLETED and not to_run:
            return Ok(restored)
        match prepare(to_run, ports_for, context.ports):
            case Ok(prepared):
                pass
            case Err(missing):
                code = PipelineErrorCode.STAGE_UNAVAILABLE
                message = "; ".join(str(one) for one in missing)
                return Err(PipelineError(code, message, restored, path, cause=missing))
        runner = StageRunner(experiment, directory, record, control, prepared, on_stage)
        return runner.run(restored)


def _directory_name(experiment: NormalizedExperiment) -> str:
    """The experiment's id as a file name; where nothing is left of it, its fingerprint's first digits."""
    return file_name(experiment.experiment.id) or f"experiment-{experiment.fingerprint[:8]}"


def _first_context(experiment: NormalizedExperiment, context: Context, path: Path) -> Context:
    """The context of the first stage. Raises `ValueError` for one that no pipeline can start from."""
    taken = [one.label for one in experiment.stages if one.label in context.completed_stages]
    if taken:
        raise ValueError(f"the context has run a stage `{taken[0]}` already: start from a new one")
    match copied(context):
        case Ok(own):
            run_id = path.name if own.run_id == NO_RUN_ID else own.run_id
            return replace(own, experiment=experiment.experiment, run_id=run_id, stage_label=None)
        case Err(problem):
            raise ValueError(f"the context holds what is not JSON data: {problem}")


def _record(
    experiment: NormalizedExperiment,
    context: Context,
    first: Context,
    directory: ExperimentDirectory,
    *,
    resume: bool,
) -> Result[ExperimentRecord, PipelineError]:
    planned = ExperimentRecord.planned(experiment, first.run_id)
    if not resume or directory.earlier is None:
        return Ok(planned)
    run_id = None if context.run_id == NO_RUN_ID else context.run_id
    match taken_up(directory.earlier, planned, run_id):
        case Ok(record):
            return Ok(record)
        case Err(difference):
            message = (
                f"`{directory.path}` holds {difference}; "
                "resume with the experiment as it was, or choose another --out"
            )
            code = PipelineErrorCode.EXPERIMENT_CHANGED
            return Err(PipelineError(code, message, first, directory.path))
