"""What every training stage does around its loop: data in, run directory, session, record of the run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.ir.resolve import Resolved, resolve
from crucible_train.loops.errors import LoopError, LoopErrorCode
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir import ConsoleMetricsLogger, ProgressMetricsLogger, TeeMetricsLogger
from crucible_train.stages.options import from_normalize
from crucible_train.stages.run_record import RunRecord

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.context import Context, RunControl
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.run_dir.directory import RunDirectory
    from crucible_train.session import CheckpointLog, MetricsLogger, TrainingSession

C = TypeVar("C", bound="StageConfig")


class Report(Protocol):
    """What a loop hands back."""

    @property
    def steps(self) -> int:
        """Optimizer steps taken."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The report as JSON data."""
        ...


@dataclass(frozen=True, slots=True)
class LoopInputs:
    """What a stage's loop is called with, besides its config."""

    resolved: Resolved
    session: TrainingSession
    logger: MetricsLogger
    checkpoints: CheckpointLog
    control: RunControl


Loop: TypeAlias = Callable[[LoopInputs], Result[Report, LoopError]]
PlanSteps: TypeAlias = Callable[[Resolved], int]


def run_training(
    stage: str,
    context: Context,
    normalized: Normalized[Any],
    control: RunControl,
    *,
    loop: Loop,
    plan_steps: PlanSteps,
    after: Callable[[LoopInputs, RunDirectory], None],
) -> Result[Context, StageError]:
    """Resolve the data, open the run directory and the session, call `loop`, keep the record of it all.

    `plan_steps` tells the number of optimizer steps, for the findings that need it; `after` is called with
    the session still open when the loop has succeeded. The session is closed and the record written
    whatever happens, an exception included.
    """
    match resolve(normalized, context.ports):
        case Ok(resolved):
            pass
        case Err(problem):
            return Err(from_normalize(stage, problem))
    total_steps = plan_steps(resolved)
    for note in _step_findings(normalized, total_steps):
        control.notify(note)
    for note in resolved.notes:
        control.notify(note)
    match RunRecord.open(normalized, control):
        case Ok(record):
            pass
        case Err(message):
            return Err(StageError(stage, StageErrorCode.RUN_DIRECTORY_FAILED, message))
    with record:
        match _train(stage, resolved, normalized, control, record, total_steps, loop, after):
            case Ok(report):
                record.complete(report.to_json())
                return Ok(_completed(context, stage, report, record.directory.path))
            case Err(error):
                record.fail(error)
                return Err(error)


def _step_findings(normalized: Normalized[Any], total_steps: int) -> Iterator[str]:
    """What only the number of steps shows, in words. No steps at all is the loop's to refuse."""
    known = {(finding.code, finding.loc) for finding in normalized.warnings}
    for finding in normalized.config.findings(total_steps) if total_steps else ():
        placed = normalized.placed(finding)
        if (placed.code, placed.loc) not in known:
            yield str(placed)


def _train(
    stage: str,
    resolved: Resolved,
    normalized: Normalized[Any],
    control: RunControl,
    record: RunRecord,
    total_steps: int,
    loop: Loop,
    after: Callable[[LoopInputs, RunDirectory], None],
) -> Result[Report, StageError]:
    opened = resolved.training_client.open(
        normalized.config.training_config, state_dir=record.directory.states_dir
    )
    match opened:
        case Ok(session):
            pass
        case Err(problem):
            return Err(
                StageError(stage, StageErrorCode.SESSION_FAILED, f"no session: {problem}", cause=problem)
            )
    try:
        display = open_display(
            normalized.config.logger or control.default_logger,
            total_steps,
            first_step=record.first_step,
            notify=control.notify,
        )
        logger = TeeMetricsLogger(record.metrics, *display)
        try:
            inputs = LoopInputs(resolved, session, logger, record.checkpoints, control)
            trained = loop(inputs)
        finally:
            logger.close()
        match trained:
            case Ok(report):
                after(inputs, record.directory)
                return Ok(report)
            case Err(error):
                return Err(_from_loop(stage, error, record.directory.path))
    finally:
        session.close()


def open_display(
    name: str, total_steps: int, *, first_step: int, notify: Callable[[str], None]
) -> list[MetricsLogger]:
    """The loggers a person watches. Without tqdm, a progress bar becomes lines on the console."""
    match name:
        case "progress":
            match ProgressMetricsLogger.open(total_steps, first_step=first_step):
                case Ok(bar):
                    return [bar]
                case Err(problem):
                    notify(str(problem))
                    return [ConsoleMetricsLogger(sys.stderr)]
        case "console":
            return [ConsoleMetricsLogger(sys.stderr)]
        case _:
            return []


def _completed(context: Context, stage: str, report: Report, path: Path) -> Context:
    data = report.to_json()
    metrics = {
        name: float(value)
        for name, value in data.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return context.completed(stage, output=data, metrics=metrics, artifacts={"run_dir": str(path)})


def _from_loop(stage: str, error: LoopError, path: Path) -> StageError:
    match error.code:
        case LoopErrorCode.SESSION_FAILED:
            code = StageErrorCode.SESSION_FAILED
        case LoopErrorCode.INTERRUPTED:
            code = StageErrorCode.INTERRUPTED
        case _:
            code = StageErrorCode.TRAINING_FAILED
    return StageError(stage, code, f"{error.message} (run directory: {path})", cause=error)
