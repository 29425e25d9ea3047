"""JSON values as JSON Schema sees them: 1 and 1.0 are one integer, and true is no number (2020-12, 4.2)."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, cast

from crucible_train.source.budget import MAX_BITS

INTEGER, FRACTION = "integer", "fraction"
NUMBERS = frozenset({INTEGER, FRACTION})
"""`number` is both: the two do not overlap, so that sets of types can be compared."""
ALL_KINDS = NUMBERS | {"null", "boolean", "object", "array", "string"}
TYPES = ("null", "boolean", "object", "array", "string", "number", "integer")
"""What the keyword `type` may say."""

MAX_DEPTH = 100
_SHOWN_LENGTH = 60
_SHOWN_ITEMS = 8


def kind(value: Any) -> str:
    """The member of `ALL_KINDS` that `value` is."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return INTEGER
        case float():
            return INTEGER if value.is_integer() else FRACTION
        case Mapping():
            return "object"
        case _:
            return "array"


def kinds(types: str | list[str]) -> frozenset[str]:
    """What a `type` keyword allows."""
    names = [types] if isinstance(types, str) else types
    return frozenset(one for name in names for one in (NUMBERS if name == "number" else (name,)))


def key(value: Any) -> Hashable:
    """Equal for values that are equal in JSON Schema's sense, and only for those."""
    match value:
        case None | str():
            return value
        case bool():
            return ("boolean", value)
        case int() | float():
            return ("number", value)
        case Mapping():
            members = cast("Mapping[str, Any]", value)
            return ("object", frozenset((name, key(member)) for name, member in members.items()))
        case _:
            return ("array", tuple(key(item) for item in value))


def is_json(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Whether `value` can be written as JSON, and is nested no deeper than `depth`."""
    match value:
        case None | bool() | str():
            return True
        case int():
            return value.bit_length() <= MAX_BITS  # longer ones cannot be written
        case float():
            return value - value == 0  # neither infinite nor NaN
        case list():
            items = cast("list[Any]", value)
            return depth > 0 and all(is_json(item, depth - 1) for item in items)
        case Mapping():
            members = cast("Mapping[Any, Any]", value)
            return depth > 0 and all(
                isinstance(name, str) and is_json(member, depth - 1) for name, member in members.items()
            )
        case _:
            return False


def shown(value: Any) -> str:
    """`value` as JSON, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + '…'}`"


def shown_all(values: Iterable[Any]) -> str:
    """A list of values, short enough for a message."""
    texts = [shown(value) for value in values]
    more = len(texts) - _SHOWN_ITEMS
    return ", ".join(texts[:_SHOWN_ITEMS]) + (f" and {more} more" if more > 0 else "")


def types_in_words(types: frozenset[str]) -> str:
    """A set of types, as the keyword would name them."""
    if types == ALL_KINDS:
        return "values of any type"
    names = set(types)
    if names >= NUMBERS:
        names = names - NUMBERS | {"number"}
    words = ["numbers that are not whole" if name == FRACTION else f"`{name}`" for name in sorted(names)]
    return ", ".join(words)
