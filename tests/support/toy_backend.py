"""A training backend that honours little, so that tests can ask for what it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ToyTrainingConfig(BaseModel):
    """What the toy backend understands."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    model_ref: dict[str, Any]
    optimizer: Literal["adam", "adamw"] = "adam"
    loss_function: Literal["cross_entropy"] = "cross_entropy"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    gradient_clipping: Annotated[float, Field(gt=0)] | None = None
    device: Literal["cpu"] = "cpu"
    mixed_precision: Literal[False] = False
    metrics: list[str] | None = None
    weight_decay: Annotated[float, Field(ge=0)] = 0.0


class ToyTrainingClient:
    """The backend's name tag: nothing here trains."""

    training_config_model: ClassVar[type[BaseModel]] = ToyTrainingConfig

    def open(self, training_config: Mapping[str, Any], *, state_dir: Path | None = None) -> NoReturn:
        """Never called: no test of normalisation trains."""
        raise AssertionError(f"nothing to train with {training_config} in {state_dir}")


class PickyTrainingConfig(ToyTrainingConfig):
    """What the picky backend understands: it needs to be told more than the model."""

    rank: Annotated[int, Field(ge=1)]


class PickyTrainingClient(ToyTrainingClient):
    """A backend that requires a setting of its own."""

    training_config_model: ClassVar[type[BaseModel]] = PickyTrainingConfig
