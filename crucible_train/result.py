"""`Result`: an expected failure is a value, not an exception.

`Ok` and `Err` are final, frozen and positional-matchable, so that type checkers see a `match` over
them as exhaustive:

    match normalize(config):
        case Ok(normalized):
            ...
        case Err(error):
            ...

Programmer errors (a wrong argument type, an unwrapped `Err`) raise; everything a caller should expect
(a typo in a spec, a missing file, a failed training step) returns `Err`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NoReturn, TypeAlias, TypeVar, final

T = TypeVar("T", covariant=True)
E = TypeVar("E", covariant=True)

__all__ = ["Err", "Ok", "Result", "UnwrapError"]


class UnwrapError(RuntimeError):
    """`Err.unwrap()` was called: the caller promised a success that did not happen."""


@final
@dataclass(frozen=True, slots=True)
class Ok(Generic[T]):
    """A success and its value."""

    value: T

    def unwrap(self) -> T:
        """Return the value; on an `Err` the same call raises `UnwrapError`."""
        return self.value


@final
@dataclass(frozen=True, slots=True)
class Err(Generic[E]):
    """An expected failure and its error."""

    error: E

    def unwrap(self) -> NoReturn:
        """Raise `UnwrapError` with the error's text."""
        raise UnwrapError(str(self.error))


Result: TypeAlias = Ok[T] | Err[E]
