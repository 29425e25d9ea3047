"""What the contract suites expect of a `Result`, with messages that say what came instead.

Plain asserts: the suites are run by pytest and do not import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.session import SessionError, SessionErrorCode

T = TypeVar("T")


def expect_ok(result: Result[T, SessionError]) -> T:
    """The value of a result that has to be `Ok`."""
    assert isinstance(result, Ok), f"expected Ok, got {result}"
    return result.value


def expect_error(result: Result[object, SessionError], *codes: SessionErrorCode) -> SessionError:
    """The error of a result that has to be `Err` with one of `codes` and a message."""
    assert isinstance(result, Err), f"expected Err with {' or '.join(codes)}, got {result}"
    assert result.error.code in codes, f"expected {' or '.join(codes)}, got {result.error}"
    assert result.error.message, "an error needs a message"
    return result.error
