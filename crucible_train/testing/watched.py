"""A training client whose sessions are watched: whether each is closed; and that can be made to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crucible_train.ports import TrainingClient
    from crucible_train.session import TrainingSession


class WatchedClient:
    """Opens the sessions of `client`; with `fails`, the second `optim_step` of each fails."""

    def __init__(self, client: TrainingClient, *, fails: bool) -> None:
        self.training_config_model = client.training_config_model
        self.opened: list[WatchedSession] = []
        self._client = client
        self._fails = fails

    def open(
        self, training_config: Mapping[str, Any], *, state_dir: Path | None = None
    ) -> Result[Any, SessionError]:
        """A watched session; errors are the client's."""
        match self._client.open(training_config, state_dir=state_dir):
            case Ok(session):
                self.opened.append(WatchedSession(session, fails=self._fails))
                return Ok(self.opened[-1])
            case Err() as failed:
                return failed


class WatchedSession:
    """A session that remembers that it was closed. Every other call is the session's own."""

    def __init__(self, session: TrainingSession, *, fails: bool) -> None:
        self.closed = False
        self._session = session
        self._steps_to_failure = 1 if fails else -1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def optim_step(self, params: Any) -> Any:
        """The session's step, or its failure."""
        self._steps_to_failure -= 1
        if self._steps_to_failure == -1:
            return _Failed()
        return self._session.optim_step(params)

    def close(self) -> None:
        """Close the session."""
        self.closed = True
        self._session.close()


class _Failed:
    def result(self, timeout_s: float | None = None) -> Result[Any, SessionError]:
        return Err(SessionError(SessionErrorCode.BACKEND_FAILED, "the contract made this step fail"))
