"""The structured errors of stages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Diagnostic


class StageErrorCode(StrEnum):
    """Why a stage did not complete. The first four are those of `NormalizeErrorCode`."""

    MISSING_TRAINING_CONFIG = "missing_training_config"
    MISSING_PORTS = "missing_ports"
    DATASET_RESOLUTION_FAILED = "dataset_resolution_failed"
    UNSUPPORTED_TRAINING_CONFIG = "unsupported_training_config"
    SESSION_FAILED = "session_failed"
    """The backend could not open a session, or failed in the middle; the last good checkpoint is intact."""
    TRAINING_FAILED = "training_failed"
    """The loop could not go on: no data to train on, an unusable checkpoint."""
    INTERRUPTED = "interrupted"
    """The run was asked to stop; it saved a checkpoint to resume from."""
    RUN_DIRECTORY_FAILED = "run_directory_failed"
    """The run directory exists already, is in use, or cannot be written."""
    DATA_REJECTED = "data_rejected"
    """The data set exceeds a limit of `validate_data`; its report has been written."""


@dataclass(frozen=True, slots=True)
class StageError:
    """Why a stage did not complete."""

    stage: str
    code: StageErrorCode
    message: str
    diagnostics: tuple[Diagnostic, ...] = ()
    cause: object = None
    """The error underneath: a `NormalizeError`, a session's, a loop's or a port's."""

    def __str__(self) -> str:
        head = f"{self.stage}: {self.code}: {self.message}"
        return "\n".join([head, *(f"  {finding}" for finding in self.diagnostics)])
