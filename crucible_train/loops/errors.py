"""`LoopError`: why a training loop did not finish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible_train.session import SessionError


class LoopErrorCode(StrEnum):
    """Why a training loop did not finish."""

    EMPTY_DATASET = "empty_dataset"
    """There are no records to train on."""
    NOTHING_TO_TRAIN_ON = "nothing_to_train_on"
    """No record has a target left, or there are fewer than one full batch where only full ones count."""
    NOTHING_TO_EVALUATE = "nothing_to_evaluate"
    """No record to evaluate on has a target left."""
    MONITOR_UNAVAILABLE = "monitor_unavailable"
    """Early stopping watches a metric that does not exist on this data."""
    INVALID_SEED = "invalid_seed"
    """`training_config["seed"]` is not an integer of at least 0."""
    SESSION_FAILED = "session_failed"
    """The session reported an error, or an answer that cannot be right. `session_error` says which."""
    INTERRUPTED = "interrupted"
    """The caller asked to stop. A checkpoint was saved; resuming it continues the run."""
    CHECKPOINT_UNUSABLE = "checkpoint_unusable"
    """The checkpoint to resume from cannot be loaded, or belongs to another run."""


@dataclass(frozen=True, slots=True)
class LoopError:
    """Why a training loop did not finish, in words."""

    code: LoopErrorCode
    message: str
    step: int | None = None
    """The optimizer step (from 0) it happened at."""
    session_error: SessionError | None = None
    """What the session reported."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
