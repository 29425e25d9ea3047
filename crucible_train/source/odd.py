"""Scalars that need reporting, whatever the format: `Odd`, and the numbers no format may hold."""

from __future__ import annotations

from typing import Any, Final

from crucible_train.source.budget import MAX_DIGITS
from crucible_train.source.findings import shown


class Dropped:
    """The type of `DROPPED`, which stands for a value that was reported and left out."""

    __slots__ = ()


DROPPED: Final = Dropped()


class Odd:
    """A scalar to report: `value` is what it reads as; `DROPPED` where it cannot be kept."""

    # No dataclass: making one costs a millisecond of the start of every check.
    __slots__ = ("code", "hint", "message", "value")

    def __init__(self, code: str, message: str, hint: str, value: Any = DROPPED) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        self.value = value


def non_finite(text: str) -> Odd:
    """CRU014 for a spelling of infinity or NaN."""
    message = f"{shown(text)} is not a finite number"
    return Odd("CRU014", message, "write a finite number, or put quotes around it for the text")


def too_large(text: str) -> Odd:
    """CRU014 for a number beyond the range of a double, which would become infinity."""
    message = f"{shown(text)} is too large for a double: it would become infinity"
    return Odd("CRU014", message, "write a smaller number, or put quotes around it for the text")


def too_long() -> Odd:
    """CRU015."""
    message = f"this integer has more than {MAX_DIGITS:,} digits"
    return Odd("CRU015", message, "write a smaller number, or put quotes around it for the text")
