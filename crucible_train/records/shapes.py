"""From raw records to typed ones, whatever the columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

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

__all__ = [
    "PARSE_OPTIONS",
    "ParsedRecords",
    "ReadRecords",
    "Shape",
    "detect_shape",
    "has_answer",
    "parse_records",
    "read_each",
]


@dataclass(frozen=True, slots=True)
class ParsedRecords:
    """Records of one shape, and what a caller should know about them."""

    shape: Shape
    records: tuple[Record, ...]
    unused_columns: tuple[str, ...]
    """Columns of the data that were not read."""
    without_assistant: tuple[int, ...]
    """Conversations in which no assistant says anything: nothing to train on when answers are the targets."""


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """What became of every raw record, all read as one shape."""

    shape: Shape
    columns: tuple[str, ...]
    """The columns of all records together, in order of first appearance."""
    source: Mapping[str, str]
    """For each column of the shape, the data's column it is read from, if that is there."""
    outcomes: tuple[Record | RecordProblem, ...]
    """One for each raw record, in order."""

    @property
    def unused_columns(self) -> tuple[str, ...]:
        """Columns of the data that were not read."""
        used = set(self.source.values())
        return tuple(name for name in self.columns if name not in used)


def read_each(
    raw: Sequence[Mapping[str, Any]],
    *,
    columns: Mapping[str, str] | None = None,
    shape: str | None = None,
) -> Result[ReadRecords, RecordError]:
    """Read every record of `raw` that can be read, and say what is wrong with each of the others.

    The arguments are those of `parse_records`. Errors: those that concern the columns of all records
    together, `empty`.
    """
    if not raw:
        return Err(RecordError(RecordErrorCode.EMPTY, "there are no records"))
    found = _columns_of(raw)
    match plan_columns(found, columns, shape):
        case Err() as failed:
            return failed
        case Ok((chosen, source)):
            outcomes = (_parse_one(index, values, chosen, source) for index, values in enumerate(raw))
            return Ok(ReadRecords(chosen, found, source, tuple(outcomes)))


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
    match read_each(raw, columns=columns, shape=shape):
        case Err() as failed:
            return failed
        case Ok(read):
            pass
    records: list[Record] = []
    without_assistant: list[int] = []
    problems: list[RecordProblem] = []
    for index, outcome in enumerate(read.outcomes):
        if isinstance(outcome, RecordProblem):
            problems.append(outcome)
            continue
        if isinstance(outcome, Conversation) and not has_answer(outcome):
            without_assistant.append(index)
        records.append(outcome)
    if problems:
        return Err(_unreadable(problems, len(raw), read))
    return Ok(ParsedRecords(read.shape, tuple(records), read.unused_columns, tuple(without_assistant)))


def has_answer(record: Conversation) -> bool:
    """Whether an assistant says anything in it."""
    return any(message.role == "assistant" and message.content.strip() for message in record.messages)


def _columns_of(raw: Iterable[object]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for record in raw:
        if isinstance(record, Mapping):
            found.update(dict.fromkeys(cast("Mapping[str, object]", record)))
    return tuple(found)


def _unreadable(problems: Sequence[RecordProblem], num_records: int, read: ReadRecords) -> RecordError:
    codes = {problem.code for problem in problems}
    code = problems[0].code if len(codes) == 1 else RecordErrorCode.BAD_VALUE
    count = f"{len(problems):,} of {num_records:,} records"
    message = f"{count} cannot be read as `{read.shape}`; the first: {problems[0]}"
    wanted = {str(read.shape): REQUIRED_COLUMNS[read.shape]}
    return RecordError(code, message, read.columns, wanted, tuple(problems[:MAX_PROBLEMS]), len(problems))


def _parse_one(index: int, values: object, shape: Shape, source: dict[str, str]) -> Record | RecordProblem:
    bad = RecordErrorCode.BAD_VALUE
    if not isinstance(values, Mapping):
        return RecordProblem(index, None, bad, f"expected an object, found {describe(values)}")
    record = cast("Mapping[str, object]", values)
    missing = [source[name] for name in REQUIRED_COLUMNS[shape] if source[name] not in record]
    if missing:
        message = f"the column is missing{near_misses(record, missing)}"
        return RecordProblem(index, missing[0], RecordErrorCode.MISSING_COLUMN, message)
    match read_record(shape, {name: record[theirs] for name, theirs in source.items() if theirs in record}):
        case Ok(read):
            return read
        case Err((name, fault)):
            column = None if name is None else source[name] + fault.where
            return RecordProblem(index, column, bad, fault.message)
