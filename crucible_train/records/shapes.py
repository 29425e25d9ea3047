"""From raw records to typed ones, whatever the columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from crucible_train.records.columns import (
    PARSE_OPTIONS,
    REQUIRED_COLUMNS,
    Shape,
    detect_shape,
    near_misses,
    plan_columns,
)
from crucible_train.records.errors import (
    MAX_PROBLEMS,
    RecordError,
    RecordErrorCode,
    RecordProblem,
    describe,
)
from crucible_train.records.readers import read_record
from crucible_train.records.record import Conversation, Record
from crucible_train.result import Err, Ok, Result

__all__ = ["PARSE_OPTIONS", "ParsedRecords", "Shape", "detect_shape", "parse_records"]


@dataclass(frozen=True, slots=True)
class ParsedRecords:
    """Records of one shape, and what a caller should know about them."""

    shape: Shape
    records: tuple[Record, ...]
    unused_columns: tuple[str, ...]
    """Columns of the data that were not read."""
    without_assistant: tuple[int, ...]
    """Conversations in which no assistant says anything: nothing to train on when answers are the targets."""


def parse_records(
    raw: Sequence[Mapping[str, Any]],
    *,
    columns: Mapping[str, str] | None = None,
    shape: str | None = None,
) -> Result[ParsedRecords, RecordError]:
    """Read every record of `raw`, or say what is wrong with every record that cannot be read.

    `columns` maps the column of a shape to the column of the data that holds it (`{"prompt": "frage"}`);
    columns it does not name keep their own names. `shape` names the shape instead of detecting it. The shape
    is that of the columns of all records together, so a record that lacks one is reported, not read
    differently. Errors: every `RecordErrorCode`.
    """
    if not raw:
        return Err(RecordError(RecordErrorCode.EMPTY, "there are no records"))
    found = _columns_of(raw)
    match plan_columns(found, columns, shape):
        case Err() as failed:
            return failed
        case Ok((chosen, source)):
            return _parse_all(raw, chosen, source, found)


def _columns_of(raw: Iterable[object]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for record in raw:
        if isinstance(record, Mapping):
            found.update(dict.fromkeys(cast("Mapping[str, object]", record)))
    return tuple(found)


def _parse_all(
    raw: Sequence[Mapping[str, Any]], shape: Shape, source: dict[str, str], found: tuple[str, ...]
) -> Result[ParsedRecords, RecordError]:
    records: list[Record] = []
    without_assistant: list[int] = []
    problems: list[RecordProblem] = []
    num_problems = 0
    codes: set[RecordErrorCode] = set()
    for index, values in enumerate(raw):
        match _parse_one(values, shape, source):
            case Ok(record):
                if isinstance(record, Conversation) and not _has_answer(record):
                    without_assistant.append(index)
                records.append(record)
            case Err((code, column, message)):
                num_problems += 1
                codes.add(code)
                if len(problems) < MAX_PROBLEMS:
                    problems.append(RecordProblem(index, column, code, message))
    if problems:
        code = problems[0].code if len(codes) == 1 else RecordErrorCode.BAD_VALUE
        count = f"{num_problems:,} of {len(raw):,} records"
        message = f"{count} cannot be read as `{shape}`; the first: {problems[0]}"
        wanted = {str(shape): REQUIRED_COLUMNS[shape]}
        return Err(RecordError(code, message, found, wanted, tuple(problems), num_problems))
    used = set(source.values())
    unused = tuple(name for name in found if name not in used)
    return Ok(ParsedRecords(shape, tuple(records), unused, tuple(without_assistant)))


def _has_answer(record: Conversation) -> bool:
    return any(message.role == "assistant" and message.content.strip() for message in record.messages)


_Fault: TypeAlias = tuple[RecordErrorCode, str | None, str]


def _parse_one(values: object, shape: Shape, source: dict[str, str]) -> Result[Record, _Fault]:
    bad = RecordErrorCode.BAD_VALUE
    if not isinstance(values, Mapping):
        return Err((bad, None, f"expected an object, found {describe(values)}"))
    record = cast("Mapping[str, object]", values)
    missing = [source[name] for name in REQUIRED_COLUMNS[shape] if source[name] not in record]
    if missing:
        hint = near_misses(record, missing)
        return Err((RecordErrorCode.MISSING_COLUMN, missing[0], f"the column is missing{hint}"))
    match read_record(shape, {name: record[theirs] for name, theirs in source.items() if theirs in record}):
        case Ok() as read:
            return read
        case Err((name, fault)):
            column = None if name is None else source[name] + fault.where
            return Err((bad, column, fault.message))
