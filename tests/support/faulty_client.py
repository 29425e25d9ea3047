"""The local backend with faults: a call that fails, raises, or does something on the side, by its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_train.adapters.training_client.local import LocalTrainingClient, LocalTrainingConfig
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.session import TrainingSession

Fault: TypeAlias = SessionErrorCode | Exception | Callable[[], None]
"""What becomes of a call: it fails with the code, raises, or is preceded by something else."""


class FaultyClient:
    """`FaultyClient({"optim_step#3": ...})`: the fourth call of `optim_step` has the fault.

    `open` is a call too: `open#0`.
    """

    training_config_model = LocalTrainingConfig

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self.sessions: list[FaultySession] = []

    def open(
        self, training_config: Mapping[str, Any], *, state_dir: Path | None = None
    ) -> Result[Any, SessionError]:
        match self.fault("open"):
            case SessionErrorCode() as code:
                return Err(SessionError(code, "open was told to fail"))
            case _:
                pass
        match LocalTrainingClient().open(training_config, state_dir=state_dir):
            case Ok(session):
                self.sessions.append(FaultySession(session, self))
                return Ok(self.sessions[-1])
            case Err() as failed:
                return failed

    def fault(self, call: str) -> SessionErrorCode | None:
        """Count a call and act on its fault."""
        fault = self.faults.get(f"{call}#{self.calls[call]}")
        self.calls[call] += 1
        match fault:
            case None | SessionErrorCode():
                return fault
            case Exception():
                raise fault
            case _:
                fault()
                return None


class FaultySession:
    """A session of the local backend, seen through the faults."""

    def __init__(self, session: TrainingSession, client: FaultyClient) -> None:
        self._session = session
        self._client = client
        self.closed = False

    def __getattr__(self, name: str) -> Any:
        submit = getattr(self._session, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            code = self._client.fault(name)
            if code is None:
                return submit(*args, **kwargs)
            return _Failed(SessionError(code, f"{name} was told to fail"))

        return call

    def close(self) -> None:
        self.closed = True
        self._session.close()


class _Failed:
    def __init__(self, error: SessionError) -> None:
        self._error = error

    def result(self, timeout_s: float | None = None) -> Result[Any, SessionError]:
        return Err(self._error)
