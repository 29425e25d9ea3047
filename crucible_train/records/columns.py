"""Which columns make which shape, and which column of the data each is read from.

    messages           messages: [{role, content}]                            OpenAI, TRL
    sharegpt           conversations: [{from, value}]                         ShareGPT, FastChat
    prompt_completion  prompt, completion: texts, or lists of messages        TRL
    alpaca             instruction, output (input, history)                   Stanford Alpaca, LLaMA-Factory
    question_answer    question, answer                                       GSM8K
    text               text                                                   plain text

Every shape but `text` makes conversations and takes an optional `system` column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import cast

from crucible_train.diagnostics.suggest import did_you_mean, nearest, one_of
from crucible_train.records.errors import RecordError, RecordErrorCode, describe
from crucible_train.result import Err, Ok, Result


class Shape(StrEnum):
    """The shapes a record can have, by name."""

    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    PROMPT_COMPLETION = "prompt_completion"
    ALPACA = "alpaca"
    QUESTION_ANSWER = "question_answer"
    TEXT = "text"


REQUIRED_COLUMNS: dict[Shape, tuple[str, ...]] = {
    Shape.MESSAGES: ("messages",),
    Shape.SHAREGPT: ("conversations",),
    Shape.PROMPT_COMPLETION: ("prompt", "completion"),
    Shape.ALPACA: ("instruction", "output"),
    Shape.QUESTION_ANSWER: ("question", "answer"),
    Shape.TEXT: ("text",),
}
OPTIONAL_COLUMNS: dict[Shape, tuple[str, ...]] = {
    Shape.MESSAGES: ("system",),
    Shape.SHAREGPT: ("system",),
    Shape.PROMPT_COMPLETION: ("system",),
    Shape.ALPACA: ("input", "system", "history"),
    Shape.QUESTION_ANSWER: ("system",),
    Shape.TEXT: (),
}

SHAPE_COLUMNS = frozenset(
    column
    for columns in (REQUIRED_COLUMNS, OPTIONAL_COLUMNS)
    for names in columns.values()
    for column in names
)
"""Every column that some shape has: what the `columns` option may map."""

PARSE_OPTIONS = {
    "columns": "Which column of the data is read as which column of the shape: ours to yours.",
    "shape": "The records' shape, where their columns fit several.",
}
"""The keys of a data set's `options` that are `parse_records`' own and no store's; what they say."""


def detect_shape(columns: Collection[str]) -> Result[Shape, RecordError]:
    """The shape whose columns are all there.

    `text` counts only when no other shape fits, because data sets often carry the rendered text of a record
    beside its parts. Errors: `unknown_shape`, `ambiguous_shape` (two others fit).
    """
    return _choose(columns, tuple(Shape), tuple(columns))


def plan_columns(
    found: tuple[str, ...], columns: Mapping[str, str] | None, shape: str | None
) -> Result[tuple[Shape, dict[str, str]], RecordError]:
    """The shape of data with the columns `found`, and for each of its columns the column of the data to read.

    Errors: `unknown_shape`, `ambiguous_shape`, `missing_column`, `unknown_column_mapping`.
    """
    candidates = tuple(Shape)
    if shape is not None:
        if shape not in candidates:
            hint = did_you_mean(str(shape), candidates) or f"the shapes are {one_of(candidates)}"
            message = f"there is no shape `{shape}`; {hint}"
            return Err(_error(RecordErrorCode.UNKNOWN_SHAPE, message, found, candidates))
        candidates = (Shape(shape),)
    match _read_mapping(columns, found, candidates):
        case Err(message):
            return Err(_error(RecordErrorCode.UNKNOWN_COLUMN_MAPPING, message, found, candidates))
        case Ok(mapped):
            pass
    candidates = tuple(each for each in candidates if set(mapped) <= set(_columns_for(each)))
    # A column of the data that is mapped no longer stands for its own name.
    taken = set(mapped.values())
    match _choose([*mapped, *(name for name in found if name not in taken)], candidates, found):
        case Err() as failed:
            return failed
        case Ok(chosen):
            own = {name: name for name in _columns_for(chosen) if name not in taken}
            return Ok((chosen, {**own, **mapped}))


def _columns_for(shape: Shape) -> tuple[str, ...]:
    return REQUIRED_COLUMNS[shape] + OPTIONAL_COLUMNS[shape]


def _read_mapping(
    columns: object, found: tuple[str, ...], candidates: tuple[Shape, ...]
) -> Result[dict[str, str], str]:
    """`columns` checked against the shapes and the data, or what is wrong with it."""
    if columns is None:
        return Ok({})
    if not isinstance(columns, Mapping):
        return Err(f"`columns` maps a shape's columns to the data's, and is {describe(columns)}")
    known = tuple(dict.fromkeys(name for shape in candidates for name in _columns_for(shape)))
    mapped: dict[str, str] = {}
    for ours, theirs in cast("Mapping[str, object]", columns).items():
        if ours not in known:
            hint = did_you_mean(str(ours), known) or f"there are {one_of(known)}"
            return Err(f"`columns` maps `{ours}`, which is no column of a shape; {hint}")
        if not isinstance(theirs, str):
            return Err(f"`columns` maps `{ours}` to {describe(theirs)}; it takes a column's name")
        if theirs not in found:
            hint = did_you_mean(theirs, found) or f"it has {_names(found)}"
            return Err(f"`columns` maps `{ours}` to `{theirs}`, which the data does not have; {hint}")
        if theirs in mapped.values():
            return Err(f"`columns` maps two columns to `{theirs}`")
        mapped[ours] = theirs
    if not any(set(mapped) <= set(_columns_for(shape)) for shape in candidates):
        return Err(f"`columns` maps {_names(mapped)}, which are columns of different shapes")
    return Ok(mapped)


def _choose(
    columns: Collection[str], candidates: tuple[Shape, ...], found: tuple[str, ...]
) -> Result[Shape, RecordError]:
    fits = [shape for shape in candidates if all(name in columns for name in REQUIRED_COLUMNS[shape])]
    structured = [shape for shape in fits if shape is not Shape.TEXT]
    if len(structured) > 1:
        message = f"the columns fit several shapes: {', '.join(structured)}; say which with `shape`"
        return Err(_error(RecordErrorCode.AMBIGUOUS_SHAPE, message, found, tuple(structured)))
    if fits:
        return Ok((structured or fits)[0])
    if len(candidates) == 1:
        shape = candidates[0]
        missing = [name for name in REQUIRED_COLUMNS[shape] if name not in columns]
        message = f"`{shape}` records need {_names(missing)}; the columns are {_names(found)}"
        return Err(
            _error(RecordErrorCode.MISSING_COLUMN, message + near_misses(found, missing), found, candidates)
        )
    wanted = "; ".join(f"{shape}: {', '.join(REQUIRED_COLUMNS[shape])}" for shape in candidates)
    names = [name for shape in candidates for name in REQUIRED_COLUMNS[shape]]
    message = f"no shape has the columns {_names(found)}{near_misses(found, names)}; wanted are {wanted}"
    return Err(
        _error(RecordErrorCode.UNKNOWN_SHAPE, f"{message}; map others with `columns`", found, candidates)
    )


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns) or "(none)"


def near_misses(found: Iterable[str], wanted: Collection[str]) -> str:
    """Which of the columns `found` were perhaps meant to be one of `wanted`, in brackets; or nothing."""
    pairs = [(name, nearest(name, wanted)) for name in found if name not in wanted]
    meant = [f"`{name}` looks like `{match}`" for name, match in pairs if match is not None]
    return f" ({'; '.join(meant)})" if meant else ""


def _error(
    code: RecordErrorCode, message: str, found: tuple[str, ...], candidates: Iterable[Shape]
) -> RecordError:
    wanted = {str(shape): REQUIRED_COLUMNS[shape] for shape in candidates}
    return RecordError(code, message, found, wanted)
