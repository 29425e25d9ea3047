"""The training port: opens the sessions that loops train through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from crucible_train.result import Result
    from crucible_train.session import SessionError, TrainingSession


class TrainingClient(Protocol):
    """A training backend."""

    training_config_model: ClassVar[type[BaseModel]]
    """The `training_config` this backend understands: what it cannot honour does not validate."""

    def open(
        self, training_config: Mapping[str, Any], *, state_dir: Path | None = None
    ) -> Result[TrainingSession, SessionError]:
        """Open a session on the model `training_config["model_ref"]` names.

        `state_dir` is where a backend that keeps its states on this machine puts them. Errors:
        `unsupported_config` (before anything is loaded), `missing_dependency`, `state_not_found` (starting
        weights), `backend_failed`.
        """
        ...
