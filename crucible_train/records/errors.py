"""Why raw records cannot become training records, and the words for what was found instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

MAX_SHOWN_CHARACTERS = 40
MAX_PRINTED_PROBLEMS = 10
MAX_PROBLEMS = 100
"""Problems kept in full. Beyond it they are counted, never dropped from the count."""


class RecordErrorCode(StrEnum):
    """Why raw records cannot become training records."""

    UNKNOWN_SHAPE = "unknown_shape"
    """No shape has these columns, or there is no shape of that name."""
    AMBIGUOUS_SHAPE = "ambiguous_shape"
    """Several shapes fit the columns; `shape` has to say which is meant."""
    MISSING_COLUMN = "missing_column"
    """A column that the shape needs is absent, from every record or from some."""
    BAD_VALUE = "bad_value"
    """A column holds something that cannot be trained on."""
    UNKNOWN_COLUMN_MAPPING = "unknown_column_mapping"
    """`columns` names a column that no shape has, or one that the data does not have."""
    EMPTY = "empty"
    """There are no records."""


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """One thing wrong with one record."""

    record: int
    """Index of the record, from 0."""
    column: str | None
    """The column as the data names it, with the place inside it (`messages[2].content`)."""
    code: RecordErrorCode
    message: str

    def __str__(self) -> str:
        where = f"record {self.record}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class RecordError:
    """Why raw records cannot become training records: one line in `message`, the details beside it."""

    code: RecordErrorCode
    message: str
    columns_found: tuple[str, ...] = ()
    """The columns of all records, in order of first appearance."""
    columns_wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """For each shape that was considered, the columns it needs."""
    problems: tuple[RecordProblem, ...] = ()
    """The first `MAX_PROBLEMS` problems, by record."""
    num_problems: int = 0
    """All problems, including those past the cap."""

    def __str__(self) -> str:
        shown = self.problems[:MAX_PRINTED_PROBLEMS]
        lines = [self.message, *(f"  {problem}" for problem in shown)]
        if self.num_problems > len(shown):
            lines.append(f"  ... and {self.num_problems - len(shown):,} more")
        return "\n".join(lines)


def describe(value: object) -> str:
    """A JSON value in a few words, at any size: "the text 'abc'", "a list of 3", "null"."""
    match value:
        case None:
            return "null"
        case bool():
            return "the boolean " + ("true" if value else "false")
        case int():
            # Very long integers cannot be printed: Python limits the digits it converts.
            return f"the number {value}" if value.bit_length() < 64 else "a number of more than 64 bits"
        case float():
            return f"the number {value}"
        case str():
            shown = value if len(value) <= MAX_SHOWN_CHARACTERS else value[: MAX_SHOWN_CHARACTERS - 1] + "…"
            return f"the text {shown!r}" if value else "an empty text"
        case list() | tuple():
            return f"a list of {len(cast('Sequence[object]', value))}"
        case Mapping():
            return describe_mapping(cast("Mapping[object, object]", value))
        case _:
            return f"a Python {type(value).__name__}"


def describe_mapping(value: Mapping[object, object]) -> str:
    """A mapping by its first keys."""
    if not value:
        return "an empty object"
    keys = [str(key)[:MAX_SHOWN_CHARACTERS] for key in list(value)[:4]]
    return f"an object with {'the key' if len(value) == 1 else 'keys'} " + ", ".join(
        [*keys, *(["…"] if len(value) > len(keys) else [])]
    )
