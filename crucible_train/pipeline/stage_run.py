"""`StageRunner`: runs stages one by one, and writes the record before and after each."""

from __future__ import annotations

import reprlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crucible_train.context import Context
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.pipeline.contribution import contribution, copied
from crucible_train.pipeline.errors import PipelineError, PipelineErrorCode
from crucible_train.pipeline.record import StageStatus, now
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crucible_train.context import RunControl
    from crucible_train.ir.experiment import NormalizedExperiment, PlannedStage
    from crucible_train.pipeline.contribution import Contribution
    from crucible_train.pipeline.directory import ExperimentDirectory
    from crucible_train.pipeline.prepare import Prepared
    from crucible_train.pipeline.record import ExperimentRecord
    from crucible_train.run_dir.errors import RunDirectoryError


class StageRunner:
    """The stages of one run that have not completed, and its record."""

    def __init__(
        self,
        experiment: NormalizedExperiment,
        directory: ExperimentDirectory,
        record: ExperimentRecord,
        control: RunControl,
        prepared: Mapping[str, Prepared],
        on_stage: Callable[[PlannedStage, StageStatus], None],
    ) -> None:
        self._experiment = experiment
        self._directory = directory
        self._record = record
        self._control = control
        self._prepared = prepared
        self._on_stage = on_stage

    def run(self, context: Context) -> Result[Context, PipelineError]:
        """Run what has not completed, in order, from the context that what has completed made.

        Errors: `stage_failed`, `interrupted`, `invalid_outcome`, `run_directory_failed`.
        """
        problem = self._directory.write(self._record)
        if problem is not None:
            return self._unwritten(problem, context)
        for index, planned in enumerate(self._experiment.stages):
            if self._record.stages[index].status is StageStatus.COMPLETED:
                continue
            match self._skip(index, context) if not planned.enabled else self._run_one(index, context):
                case Ok(after):
                    context = after
                case Err() as failed:
                    return failed
        return Ok(context)

    def _skip(self, index: int, context: Context) -> Result[Context, PipelineError]:
        self._control.notify(f"{self._experiment.stages[index].label} is disabled: skipped")
        problem = self._change(index, StageStatus.SKIPPED)
        return Ok(context) if problem is None else self._unwritten(problem, context)

    def _run_one(self, index: int, context: Context) -> Result[Context, PipelineError]:
        planned, record = self._experiment.stages[index], self._record.stages[index]
        if self._control.should_stop():
            code, message = PipelineErrorCode.INTERRUPTED, f"stopped before {planned.label}"
            return self._ended(index, StageStatus.INTERRUPTED, self._error(code, message, context, planned))
        problem = self._begin(index)
        if problem is not None:
            return self._unwritten(problem, context)
        prepared = self._prepared[planned.label]
        given = replace(context, ports=prepared.ports, stage_label=planned.label)
        control = replace(
            self._control,
            resume=record.started_at is not None,
            directory=str(self._directory.path / record.directory),
        )
        own = copied(given).unwrap()  # what the stage does to its context does not reach ours
        try:
            outcome = prepared.make().run_normalized(own, planned.normalized, control)
            checked = _checked(planned, given, outcome)
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            status = StageStatus.INTERRUPTED if interrupted else StageStatus.FAILED
            unwritten = self._change(index, status, completed_at=now(), error=_in_words(error))
            if unwritten is not None:
                error.add_note(f"and this could not be recorded: {unwritten}")
            raise
        match checked:
            case StageError() as error:
                interrupted = error.code is StageErrorCode.INTERRUPTED
                code = PipelineErrorCode.INTERRUPTED if interrupted else PipelineErrorCode.STAGE_FAILED
                status = StageStatus.INTERRUPTED if interrupted else StageStatus.FAILED
                failure = replace(self._error(code, error.message, context, planned), error=error)
                return self._ended(index, status, failure)
            case str() as message:
                failure = self._error(PipelineErrorCode.INVALID_OUTCOME, message, context, planned)
                return self._ended(index, StageStatus.FAILED, failure)
            case added:
                return self._completed(index, context, added.stored(self._directory.path))

    def _begin(self, index: int) -> RunDirectoryError | None:
        """Put on record that the stage runs, with a directory of its own if it starts."""
        record = self._record.stages[index]
        if record.started_at is None:
            match self._directory.set_aside(record.directory):
                case Ok(None):
                    pass
                case Ok(path):
                    self._control.notify(f"{record.label} starts anew; its earlier run is kept in `{path}`")
                case Err(problem):
                    return problem
        return self._change(
            index, StageStatus.RUNNING, started_at=record.started_at or now(), versions=versions()
        )

    def _completed(self, index: int, context: Context, added: Contribution) -> Result[Context, PipelineError]:
        problem = self._change(index, StageStatus.COMPLETED, completed_at=now(), added=added)
        if problem is not None:
            return self._unwritten(problem, context)
        return Ok(added.completes(self._experiment.stages[index].label, context, self._directory.path))

    def _ended(self, index: int, status: StageStatus, failure: PipelineError) -> Err[PipelineError]:
        ended = None if self._record.stages[index].started_at is None else now()
        problem = self._change(index, status, completed_at=ended, error=_writable(failure.message))
        if problem is not None:
            self._control.notify(f"this could not be recorded: {problem}")
        return Err(failure)

    def _change(self, index: int, status: StageStatus, **changes: Any) -> RunDirectoryError | None:
        self._record = self._record.with_stage(index, status=status, **changes)
        problem = self._directory.write(self._record)
        if problem is None:
            self._on_stage(self._experiment.stages[index], status)
        return problem

    def _error(
        self, code: PipelineErrorCode, message: str, context: Context, planned: PlannedStage
    ) -> PipelineError:
        path = self._directory.path
        return PipelineError(code, message, context, path, planned.label, planned.stage)

    def _unwritten(self, problem: RunDirectoryError, context: Context) -> Err[PipelineError]:
        code = PipelineErrorCode.RUN_DIRECTORY_FAILED
        return Err(PipelineError(code, str(problem), context, self._directory.path, cause=problem))


def _checked(planned: PlannedStage, given: Context, outcome: object) -> Contribution | StageError | str:
    """What the stage added; its own error; or, in words, what is wrong with what it returned."""
    stage = f"the stage `{planned.stage}`"
    match outcome:
        case Ok(Context() as after):
            match contribution(planned.label, given, after):
                case Ok(added):
                    return added
                case Err(problem):
                    return f"{stage} returned a context that cannot be used: {problem}"
        case Err(StageError() as error):
            return error
        case _:
            wanted = "the Ok of a Context or the Err of a StageError"
            return f"{stage} returned {reprlib.repr(outcome)}, not {wanted}"


def _in_words(error: BaseException) -> str:
    name = type(error).__name__
    return _writable(f"{name}: {error}" if str(error) else name)


def _writable(text: str) -> str:
    """`text` without halves of surrogate pairs, which a path that is not UTF-8 has and no file can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
