"""The sampling port: opens sessions that sample from a model that is not being trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.result import Result
    from crucible_train.session import SamplingSession, SessionError


class SamplingClient(Protocol):
    """A sampling backend."""

    def open(self, model_ref: Mapping[str, Any]) -> Result[SamplingSession, SessionError]:
        """Open a session on `model_ref` (`artifact_uri` names saved weights).

        Errors: `unsupported_config`, `missing_dependency`, `state_not_found`, `state_incompatible`.
        """
        ...
