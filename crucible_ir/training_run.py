"""`TrainingRun`: a training job that was started, and what came of it."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from crucible_ir.base import IRModel, JsonObject, JsonObjects, NonEmptyText, NonNegativeInt, Texts, Timestamp
from crucible_ir.training import TrainingConfig

RunStatus: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled"]


class TrainingRun(IRModel):
    """A training job that was started, and how it went."""

    wire_name: ClassVar[str] = "Training.Run"

    id: NonEmptyText
    """The run's name."""

    config: TrainingConfig
    """What was asked for."""

    status: RunStatus = "pending"
    """Where the run stands."""

    current_epoch: NonNegativeInt | None = None
    """Epochs completed."""

    metrics_history: JsonObjects | None = None
    """Metrics over time, oldest first."""

    best_metrics: JsonObject | None = None
    """The best value of each metric."""

    checkpoint_uris: Texts | None = None
    """Saved states, oldest first."""

    final_model_version: str | None = None
    """The model version the run produced."""

    started_at: Timestamp | None = None
    """When the run started."""

    completed_at: Timestamp | None = None
    """When the run ended, however it ended."""

    error_message: str | None = None
    """Why the run failed."""

    options: JsonObject | None = None
    """Anything else its owner wants to keep with it."""
