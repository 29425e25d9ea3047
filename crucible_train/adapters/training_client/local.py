"""The embedded training backend: a byte-level model in NumPy. Nothing to download, no GPU, no service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError

from crucible_train.bytelm.model_ref import STRICT, ByteLMRef, missing_dependency, unsupported_config
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crucible_train.session import SessionError, TrainingSession


def _refuse_mixed_precision(value: object) -> object:
    if value is True:
        message = "only float32 is computed in: leave mixed_precision out, or set it to false"
        raise PydanticCustomError("mixed_precision", message)
    if value is not False:  # a literal takes the number 0 for false
        raise PydanticKnownError("literal_error", {"expected": "False"})
    return value


class LocalTrainingConfig(BaseModel):
    """The `training_config` of the `local` backend."""

    model_config = STRICT

    model_ref: ByteLMRef
    """The model to train."""
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    """The optimizer. `sgd` is plain: no momentum."""
    loss_function: Literal["cross_entropy"] = "cross_entropy"
    """The loss of supervised training. Other stages bring their own."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """What the initial weights depend on."""
    gradient_clipping: Annotated[float, Field(gt=0)] | None = None
    """The largest L2 norm of the whole gradient; a larger gradient is scaled down to it."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Decoupled with `adamw`; the classic L2 penalty with `adam` and `sgd`. Biases are not decayed."""
    device: Literal["cpu"] = "cpu"
    """Where the model computes."""
    mixed_precision: Annotated[Literal[False], BeforeValidator(_refuse_mixed_precision)] = False
    """The local backend computes in float32 only."""
    metrics: tuple[Literal["loss", "accuracy", "perplexity"], ...] = Field(default=(), strict=False)
    """Measured with every loss: the mean negative log-likelihood in nats, how often the target was the most
    likely token (0 to 1), and e to that mean. Targets count as much as their positive weight; in RL, those
    with an advantage count equally. A batch in which no target counts has none of these."""


class LocalTrainingClient:
    """Opens training sessions on the embedded model (implements `ports.TrainingClient`)."""

    training_config_model: ClassVar[type[BaseModel]] = LocalTrainingConfig

    def open(
        self, training_config: Mapping[str, Any], *, state_dir: Path | None = None
    ) -> Result[TrainingSession, SessionError]:
        """Open a session. States are saved as `state_dir/NAME.safetensors`.

        Errors: `unsupported_config` with every problem, found before anything else is imported;
        `missing_dependency`; of `model_ref.artifact_uri`, `state_not_found`, `state_incompatible` and
        `backend_failed`.
        """
        try:
            config = LocalTrainingConfig.model_validate(dict(training_config))
        except ValidationError as error:
            return Err(unsupported_config(error))
        try:
            from crucible_train.bytelm.engine import TrainingEngine
            from crucible_train.bytelm.opening import starting_parameters
            from crucible_train.bytelm.optimizer import StepSettings
            from crucible_train.bytelm.training_session import ByteLMTrainingSession
        except ModuleNotFoundError as error:
            return Err(missing_dependency(error))
        match starting_parameters(config.model_ref, config.seed):
            case Err() as failed:
                return failed
            case Ok(parameters):
                settings = StepSettings(config.optimizer, config.weight_decay, config.gradient_clipping)
                engine = TrainingEngine(parameters, settings, config.seed, config.metrics)
                return Ok(ByteLMTrainingSession(engine, state_dir))
