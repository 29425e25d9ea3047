"""The structured errors of normalisation. Stages, loops and ports have enums of their own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Diagnostic


class NormalizeErrorCode(StrEnum):
    """Why a spec does not normalise or resolve."""

    MISSING_TRAINING_CONFIG = "missing_training_config"
    """Nothing was given: neither a training config nor stage keys."""
    MISSING_PORTS = "missing_ports"
    """A reference must be resolved or a session opened, and there is no port to do it."""
    DATASET_RESOLUTION_FAILED = "dataset_resolution_failed"
    """A data set could not be loaded, or its records are not what the spec says."""
    UNSUPPORTED_TRAINING_CONFIG = "unsupported_training_config"
    """Wrong types, invalid or unknown fields, or something the chosen stage or backend cannot honour."""


@dataclass(frozen=True, slots=True)
class NormalizeError:
    """Why a spec does not normalise or resolve, and every finding behind it."""

    code: NormalizeErrorCode
    message: str
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.code}: {self.message}", *(f"  {finding}" for finding in self.diagnostics)])
