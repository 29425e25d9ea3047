"""What a checkpoint remembers besides the weights, and whether a checkpoint belongs to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from crucible_train.loops.errors import LoopError, LoopErrorCode
from crucible_train.loops.supervised.early_stopping import StopState
from crucible_train.loops.supervised.report import Progress
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.loops.supervised.prepare import Prepared
    from crucible_train.session import Checkpoint


class RunIdentity(BaseModel):
    """What must be the same for a resumed run to be the run that was interrupted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    batch_size: int
    steps_per_epoch: int
    total_steps: int
    seed: int
    train_data: str
    """Fingerprint of the rendered training examples."""
    eval_data: str

    @classmethod
    def of(cls, prepared: Prepared) -> RunIdentity:
        """The identity of a prepared run."""
        return cls(
            batch_size=prepared.plan.batch_size,
            steps_per_epoch=prepared.plan.steps_per_epoch,
            total_steps=prepared.plan.total_steps,
            seed=prepared.seed,
            train_data=prepared.train.digest(),
            eval_data=prepared.evaluation.digest(),
        )

    def differences(self, other: RunIdentity) -> list[str]:
        """The names of what is not the same."""
        return [name for name in type(self).model_fields if getattr(self, name) != getattr(other, name)]


class LoopState(BaseModel):
    """The loop's own part of a checkpoint: what `Checkpoint.loop_state` holds as JSON data."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    version: Literal[1] = 1
    identity: RunIdentity
    progress: Progress
    early_stopping: StopState
    stopped_early: bool


def read_loop_state(checkpoint: Checkpoint, identity: RunIdentity) -> Result[LoopState, LoopError]:
    """The loop's state in `checkpoint`, if that is a checkpoint of the run `identity` describes.

    Errors: `checkpoint_unusable`.
    """
    try:
        state = LoopState.model_validate(checkpoint.loop_state)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, finding["loc"])) or "loop_state" for finding in error.errors())
        return Err(unusable(checkpoint, f"its loop state is not one of this loop ({wrong})"))
    differences = identity.differences(state.identity)
    if differences:
        return Err(unusable(checkpoint, f"it belongs to a run with another {', '.join(differences)}"))
    return Ok(state)


def unusable(checkpoint: Checkpoint, reason: str) -> LoopError:
    """The error for a checkpoint that cannot be resumed from."""
    message = f"cannot resume from checkpoint {checkpoint.name!r}: {reason}"
    return LoopError(LoopErrorCode.CHECKPOINT_UNUSABLE, message, step=checkpoint.step)
