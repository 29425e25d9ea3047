"""`TrainingConfig`: what to train, on what, and how."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from crucible_ir.base import (
    IRModel,
    JsonObject,
    NonEmptyText,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Texts,
)
from crucible_ir.references import DatasetRef, ModelRef


class TrainingConfig(IRModel):
    """One training job: a model, a data set and the hyperparameters.

    Fields left out keep the defaults below in JSON, and mean "the stage decides" when a stage reads them:
    only what was written counts there. An explicit `null` means the same.
    """

    wire_name: ClassVar[str] = "Training.Config"

    id: NonEmptyText
    """The job's name."""

    model_ref: ModelRef
    """The model to train."""

    dataset_ref: DatasetRef
    """The data to train on."""

    epochs: PositiveInt | None = 1
    """Passes over the training data."""

    batch_size: PositiveInt | None = 32
    """Sequences per optimizer step."""

    learning_rate: PositiveFloat | None = 0.001
    """The peak learning rate."""

    optimizer: str | None = "adam"
    """The optimizer, by the backend's name for it."""

    loss_function: str | None = "cross_entropy"
    """The loss, by the backend's name for it."""

    metrics: Texts | None = ("loss", "accuracy")
    """Metrics to report, by the backend's names for them."""

    validation_split: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Fraction of the training data held out for evaluation."""

    device: str | None = "cpu"
    """Where to train, by the backend's name for it."""

    seed: NonNegativeInt | None = None
    """Seed of everything random: initial weights, data order, held-out records."""

    mixed_precision: bool | None = False
    """Whether to compute in a narrower number format than the weights have."""

    gradient_clipping: PositiveFloat | None = None
    """Largest L2 norm of the whole gradient; a longer one is scaled down to it."""

    early_stopping: JsonObject | None = None
    """When to stop before the last epoch: `monitor`, `patience`, `min_delta`, `mode`."""

    checkpoint_every: PositiveInt | None = None
    """Optimizer steps between checkpoints."""

    options: JsonObject | None = None
    """Settings of the stage and of the backend, by their own names."""
