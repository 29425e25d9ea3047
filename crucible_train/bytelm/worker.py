"""One worker thread and the futures of what it does: operations run, and resolve, in submission order."""

from __future__ import annotations

import concurrent.futures
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from crucible_train.result import Err, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class WorkerFuture(Generic[T_co]):
    """The outcome of an operation of a `Worker` (implements `session.Future`).

    An exception in the operation is a programmer's error (a custom loss that raises): `result` raises it.
    """

    def __init__(self, inner: concurrent.futures.Future[Result[T_co, SessionError]]) -> None:
        self._inner = inner

    def result(self, timeout_s: float | None = None) -> Result[T_co, SessionError]:
        """Wait for the outcome. Errors: `timeout`, and those of the operation."""
        # Not `inner.result(timeout)`: a TimeoutError raised *inside* the operation would look the same.
        if not concurrent.futures.wait([self._inner], timeout_s).done:
            message = f"no result within {timeout_s} s; the operation goes on"
            return Err(SessionError(SessionErrorCode.TIMEOUT, message))
        return self._inner.result()


class Worker:
    """Runs operations one after the other on a thread of its own, started by the first."""

    def __init__(self, name: str) -> None:
        self._executor = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, operation: Callable[[], Result[T, SessionError]]) -> WorkerFuture[T]:
        """Queue an operation. After `close` the future holds `closed`."""
        with self._lock:
            if not self._closed:
                return WorkerFuture(self._executor.submit(operation))
        refused: concurrent.futures.Future[Result[T, SessionError]] = concurrent.futures.Future()
        refused.set_result(Err(SessionError(SessionErrorCode.CLOSED, "the session is closed")))
        return WorkerFuture(refused)

    def close(self) -> None:
        """Let what was submitted finish, then end the thread. Twice is harmless."""
        with self._lock:
            self._closed = True
        self._executor.shutdown(wait=True)
