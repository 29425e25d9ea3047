"""`Survey`: a data set with every record read, or refused, and what its records are made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train.records import Conversation, RecordProblem, check_schema
from crucible_train.records.shapes import read_each
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.ir.resolve import RawDataset
    from crucible_train.records import Message, Record, RecordError, Shape


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data."""

    name: str
    num_records: int
    """Records that have a value there; null and empty text are none."""
    read_as: str | None
    """The column of the shape that is read from it; `None` where it is not read."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A data set, looked at record by record. Records are named by their index, from 0."""

    origin: str
    shape: Shape
    rows: list[dict[str, Any]]
    columns: tuple[Column, ...]
    records: tuple[tuple[int, Record], ...]
    """Those that can be read, with their indexes."""
    unreadable: Mapping[int, str]
    """Why each of the others cannot be."""
    mismatches: Mapping[int, str]
    """The first way in which a record differs from the reference's `schema`."""

    @property
    def num_records(self) -> int:
        """All records."""
        return len(self.rows)


def survey(raw: RawDataset) -> Result[Survey, RecordError]:
    """Read every record. Errors: those that concern all records, such as columns of no known shape."""
    match read_each(raw.rows, **raw.parse_options):
        case Err() as failed:
            return failed
        case Ok(read):
            pass
    records: list[tuple[int, Record]] = []
    unreadable: dict[int, str] = {}
    for index, outcome in enumerate(read.outcomes):
        if isinstance(outcome, RecordProblem):
            where = f"{outcome.column}: " if outcome.column else ""
            unreadable[index] = where + outcome.message
        else:
            records.append((index, outcome))
    num_values = Counter(name for row in raw.rows for name, value in row.items() if value not in (None, ""))
    read_as = {theirs: ours for ours, theirs in read.source.items()}
    columns = tuple(Column(name, num_values[name], read_as.get(name)) for name in read.columns)
    return Ok(Survey(raw.origin, read.shape, raw.rows, columns, tuple(records), unreadable, _mismatches(raw)))


def _mismatches(raw: RawDataset) -> dict[int, str]:
    problems = check_schema(raw.rows, raw.schema, max_problems=len(raw.rows) * max(len(raw.schema), 1))
    return {  # the first of a record's problems is the last to be written
        problem.record: f"{problem.column}: {problem.message} (schema)"
        for problem in reversed(problems)
        if problem.record is not None
    }


def prompt_and_answer(record: Conversation) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The messages before the last one of an assistant, and the rest. Without one, all of them are prompt."""
    messages = record.messages
    start = next((at for at in range(len(messages) - 1, -1, -1) if messages[at].role == "assistant"), None)
    return (messages, ()) if start is None else (messages[:start], messages[start:])


def asks(prompt: tuple[Message, ...]) -> bool:
    """Whether a prompt asks anything: system messages alone are the same for many records."""
    return any(message.role != "system" and message.content.strip() for message in prompt)
