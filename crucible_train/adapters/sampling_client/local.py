"""Sampling from saved states of the embedded model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crucible_train.bytelm.model_ref import ByteLMRef, missing_dependency, unsupported_config
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.session import SamplingSession


class LocalSamplingClient:
    """Opens sampling sessions on saved states (implements `ports.SamplingClient`)."""

    def open(self, model_ref: Mapping[str, Any]) -> Result[SamplingSession, SessionError]:
        """Open a session on the state that `artifact_uri` names.

        Errors: `unsupported_config` with every problem; `missing_dependency`; `state_not_found`,
        `state_incompatible`, `backend_failed`.
        """
        try:
            ref = ByteLMRef.model_validate(dict(model_ref))
        except ValidationError as error:
            return Err(unsupported_config(error))
        path = ref.artifact_path
        if path is None:
            message = "artifact_uri: an untrained model has nothing to say; name a saved state to sample from"
            return Err(SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, message))
        try:
            from crucible_train.bytelm.opening import load_parameters
            from crucible_train.bytelm.sampling_session import ByteLMSamplingSession
        except ModuleNotFoundError as error:
            return Err(missing_dependency(error))
        match load_parameters(path, ref):
            case Err() as failed:
                return failed
            case Ok(parameters):
                return Ok(ByteLMSamplingSession(parameters))
