"""The structured error of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.context import Context
    from crucible_train.diagnostics.stage_errors import StageError


class PipelineErrorCode(StrEnum):
    """Why a pipeline did not complete. After each of them it can be resumed."""

    STAGE_FAILED = "stage_failed"
    """A stage returned an error: `PipelineError.error`."""
    INTERRUPTED = "interrupted"
    """The run was asked to stop, in a stage or between two."""
    INVALID_OUTCOME = "invalid_outcome"
    """A stage returned what none may: a context that has lost something, or holds what is not JSON data."""
    STAGE_UNAVAILABLE = "stage_unavailable"
    """A stage, or an adapter it needs, is not installed or is broken. Found out before anything runs."""
    RUN_DIRECTORY_FAILED = "run_directory_failed"
    """The experiment's directory holds another run, is in use, damaged, or cannot be written."""
    EXPERIMENT_CHANGED = "experiment_changed"
    """The run to resume has completed stages that the experiment now describes in another way."""


@dataclass(frozen=True, slots=True)
class PipelineError:
    """Why a pipeline did not complete, and what it has completed."""

    code: PipelineErrorCode
    message: str
    context: Context
    """The context after the last stage that completed."""
    directory: Path
    """The experiment's directory."""
    label: str | None = None
    """The stage it is about, as the pipeline calls it; `None` where it is about the experiment."""
    stage: str | None = None
    """The registered name of that stage."""
    error: StageError | None = None
    """What that stage returned."""
    cause: object = None
    """The error underneath, where it is no stage's: a `RunDirectoryError`, a registry's or a wiring's."""

    def __str__(self) -> str:
        code = self.code if self.error is None else self.error.code
        findings = () if self.error is None else self.error.diagnostics
        head = f"{self.label or 'experiment'}: {code}: {self.message}"
        return "\n".join([head, *(f"  {finding}" for finding in findings)])
