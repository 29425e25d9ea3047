"""From a model reference to weights, and to a training session on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.bytelm.parameters import Parameters
from crucible_train.bytelm.states import read_state
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.bytelm.model_ref import ByteLMRef


def starting_parameters(model_ref: ByteLMRef, seed: int) -> Result[Parameters, SessionError]:
    """The weights `model_ref` names, or the initial ones of `seed`.

    Errors: those of `load_parameters`.
    """
    path = model_ref.artifact_path
    if path is None:
        return Ok(Parameters.initial(model_ref.sizes, seed))
    return load_parameters(path, model_ref)


def load_parameters(path: Path, model_ref: ByteLMRef) -> Result[Parameters, SessionError]:
    """The weights of a saved state.

    Errors: `state_not_found`; `state_incompatible` when it is damaged, or not of the sizes `model_ref` gives;
    `backend_failed` when it cannot be read.
    """
    match read_state(path):
        case Err() as failed:
            return failed
        case Ok(state):
            pass
    found = state.parameters.architecture
    for name, size in model_ref.chosen_sizes.items():
        if getattr(found, name) != size:
            message = f"{path} has {name} {getattr(found, name)}, and model_ref.options asks for {size}"
            return Err(SessionError(SessionErrorCode.STATE_INCOMPATIBLE, message))
    return Ok(state.parameters)
