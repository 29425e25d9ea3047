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

from typing import Generic, NoReturn, TypeAlias, TypeVar, cast, final

T = TypeVar("T", covariant=True)
E = TypeVar("E", covariant=True)

__all__ = ["Err", "Ok", "Result", "UnwrapError"]


class UnwrapError(RuntimeError):
    """`Err.unwrap()` was called: the caller promised a success that did not happen."""


class _Value:
    """Equality, hash and repr by the one value a result holds; frozen once made.

    Written out instead of generated: both classes are made in every process that checks a spec, and a
    generated one takes half a millisecond.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")


@final
class Ok(_Value, Generic[T]):
    """A success and its value."""

    __match_args__ = ("value",)
    __slots__ = ("value",)
    value: T

    def __init__(self, value: T) -> None:
        object.__setattr__(self, "value", value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ok) and bool(self.value == cast("Ok[object]", other).value)

    def __hash__(self) -> int:
        return hash((Ok, self.value))

    def __repr__(self) -> str:
        return f"Ok({self.value!r})"

    def __reduce__(self) -> tuple[type[Ok[T]], tuple[T]]:
        return (Ok, (self.value,))

    def unwrap(self) -> T:
        """Return the value; on an `Err` the same call raises `UnwrapError`."""
        return self.value


@final
class Err(_Value, Generic[E]):
    """An expected failure and its error."""

    __match_args__ = ("error",)
    __slots__ = ("error",)
    error: E

    def __init__(self, error: E) -> None:
        object.__setattr__(self, "error", error)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Err) and bool(self.error == cast("Err[object]", other).error)

    def __hash__(self) -> int:
        return hash((Err, self.error))

    def __repr__(self) -> str:
        return f"Err({self.error!r})"

    def __reduce__(self) -> tuple[type[Err[E]], tuple[E]]:
        return (Err, (self.error,))

    def unwrap(self) -> NoReturn:
        """Raise `UnwrapError` with the error's text."""
        raise UnwrapError(str(self.error))


Result: TypeAlias = Ok[T] | Err[E]
"""What succeeded, or why it did not."""
