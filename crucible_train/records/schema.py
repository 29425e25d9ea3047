"""Checking raw records against the `schema` of a data set reference: a mapping of column to type name.

The dialect is small on purpose:

    string  integer  number  boolean  list  object     the JSON types; an integer is a number, too
    messages                                           a list of messages, as `read_messages` reads it
    NAME?                                              may be absent or null

Columns that the schema does not name are not checked. CSV files hold strings only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crucible_train.diagnostics.suggest import did_you_mean, nearest, one_of
from crucible_train.records.errors import describe
from crucible_train.records.messages import read_messages
from crucible_train.result import Err, Ok


class SchemaProblemCode(StrEnum):
    """What is wrong with a schema, or with a record."""

    UNKNOWN_TYPE = "unknown_type"
    """The schema names a type that the dialect does not have. No record was checked against it."""
    MISSING_COLUMN = "missing_column"
    """A record lacks a column that is not optional."""
    WRONG_TYPE = "wrong_type"
    """A column of a record holds a value of another type."""
    MORE_PROBLEMS = "more_problems"
    """The last entry of a report that was cut: how many problems it leaves out."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One mismatch. `record` is its index from 0; `None` where the schema itself is wrong."""

    code: SchemaProblemCode
    record: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        where = f"record {self.record}, " if self.record is not None else ""
        return f"{where}{self.column}: {self.message}" if self.column is not None else self.message


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}

SCHEMA_TYPES = (*_TYPES, "messages")
"""The type names of the dialect; each may end in `?`."""


def check_schema(
    raw_records: Sequence[Mapping[str, Any]],
    schema: Mapping[str, Any],
    *,
    max_problems: int = 100,
) -> tuple[SchemaProblem, ...]:
    """Every way in which `raw_records` are not what `schema` says; empty when they are.

    At most `max_problems` are listed; one more entry (`more_problems`) then counts the rest.
    """
    types = {column: name for column, name in schema.items() if _is_type(name)}
    problems = [_unknown_type(column, name) for column, name in schema.items() if column not in types]
    num_problems = len(problems)
    for index, record in enumerate(raw_records):
        for column, name in types.items():
            problem = _check(record, index, column, name)
            if problem is not None:
                num_problems += 1
                if len(problems) < max_problems:
                    problems.append(problem)
    if num_problems > len(problems):
        rest = f"... and {num_problems - len(problems):,} more problems"
        problems.append(SchemaProblem(SchemaProblemCode.MORE_PROBLEMS, None, None, rest))
    return tuple(problems)


def _is_type(name: object) -> bool:
    return isinstance(name, str) and name.removesuffix("?") in SCHEMA_TYPES


def _unknown_type(column: str, name: object) -> SchemaProblem:
    hint = did_you_mean(name.removesuffix("?"), SCHEMA_TYPES) if isinstance(name, str) else None
    message = (
        f"expected the name of a type, found {describe(name)}; {hint or f'there are {one_of(SCHEMA_TYPES)}'}"
    )
    return SchemaProblem(SchemaProblemCode.UNKNOWN_TYPE, None, column, message)


def _check(record: Mapping[str, Any], index: int, column: str, name: str) -> SchemaProblem | None:
    wanted = name.removesuffix("?")
    optional = wanted != name
    if column not in record:
        if optional:
            return None
        match = nearest(column, record)
        hint = f"; the record has `{match}`" if match is not None else ""
        return SchemaProblem(
            SchemaProblemCode.MISSING_COLUMN, index, column, f"the column is missing ({wanted}){hint}"
        )
    value = record[column]
    mismatch = None if optional and value is None else _mismatch(value, wanted)
    if mismatch is None:
        return None
    return SchemaProblem(SchemaProblemCode.WRONG_TYPE, index, column, f"expected {name}, {mismatch}")


def _mismatch(value: object, wanted: str) -> str | None:
    if wanted == "messages":
        match read_messages(value):
            case Ok():
                return None
            case Err(fault):
                return f"but {fault.where}: {fault.message}" if fault.where else f"found {describe(value)}"
    return None if _TYPES[wanted](value) else f"found {describe(value)}"
