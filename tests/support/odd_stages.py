"""Stages a plug-in could bring, with configs that the built-in one has no like of."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from crucible_ir import TrainingConfig
from crucible_train.loops.stage_config import StageConfig, TrainingStageConfig


class Odd:
    """What normalisation asks of a stage."""

    config_model: ClassVar[type[StageConfig]]


class DemandingConfig(TrainingStageConfig):
    """Has a field without a default, and a rule of the model as a whole."""

    run_name: Annotated[str | None, Field(validation_alias="id")] = None
    group_size: Annotated[int, Field(ge=2)]
    """How many answers to one prompt are compared."""
    num_batches: int = 1
    backend_keys: ClassVar[tuple[str, ...]] = tuple(set(TrainingConfig.model_fields) - {"id", "options"})

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.group_size % self.num_batches:
            raise ValueError("the batches do not divide the group")
        return self


class Demanding(Odd):
    config_model: ClassVar[type[StageConfig]] = DemandingConfig


class ForgetfulConfig(TrainingStageConfig):
    """Maps three of the training config's keys, and none of the others."""

    backend_keys: ClassVar[tuple[str, ...]] = ("model_ref", "seed")
    training_config_defaults: ClassVar[dict[str, Any]] = {"seed": 1}
    num_epochs: Annotated[int, Field(ge=1, validation_alias="epochs")] = 1


class Forgetful(Odd):
    config_model: ClassVar[type[StageConfig]] = ForgetfulConfig
