"""JSON data inside a model: mappings whose meaning belongs to somebody else.

They are checked and copied in one walk, so that a model never shares a mapping with its caller, holds
nothing JSON has no form for, and reads back from its own JSON as the same model.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias, cast

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
"""Mappings and lists inside one another: far above any real spec, far below where recursion ends."""

_PLAIN = frozenset({bool, int, type(None)})


class JsonProblem(NamedTuple):
    """One value that JSON has no form for."""

    kind: str
    """`non_finite`, `key`, `text`, `depth` or `type`."""
    message: str
    path: tuple[str | int, ...]
    """Where it is, inside the mapping."""


class _NotJsonError(Exception):
    """The fast walk met something; the slow one says what and where."""


def _copied(value: Any, depth: int) -> Any:
    kind = cast("type[object]", type(value))
    if kind is str:
        if value.isascii() or _is_text(value):
            return value
        raise _NotJsonError
    if kind in _PLAIN:
        return value
    if kind is float:
        if math.isfinite(value):
            return value
        raise _NotJsonError
    if depth == 0:
        raise _NotJsonError
    if isinstance(value, dict):
        return _copied_mapping(cast("dict[Any, Any]", value), depth)
    if isinstance(value, list | tuple):
        return [_copied(item, depth - 1) for item in cast("list[Any]", value)]
    if isinstance(value, str | int | float) and not any(_problems(value, (), depth)):
        return value
    raise _NotJsonError


def _copied_mapping(mapping: dict[Any, Any], depth: int) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, value in mapping.items():
        if not isinstance(key, str) or not (key.isascii() or _is_text(key)):
            raise _NotJsonError
        copy[key] = value if type(value) in _PLAIN else _copied(value, depth - 1)
    return copy


def _is_text(text: str) -> bool:
    """Whether `text` is free of lone surrogates, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _problems(value: object, path: tuple[str | int, ...], depth: int) -> Iterator[JsonProblem]:
    """Every value below `value` that JSON has no form for."""
    if isinstance(value, str):
        if not _is_text(value):
            yield JsonProblem("text", "should be text: half of a surrogate pair is no character", path)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield JsonProblem("non_finite", "should be a finite number", path)
    elif isinstance(value, dict | list | tuple) and depth == 0:
        yield JsonProblem("depth", f"should not be nested more than {MAX_DEPTH} levels deep", path)
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            if not isinstance(key, str) or not _is_text(key):
                yield JsonProblem("key", f"has the key {key!r}, which is not text", path)
            else:
                yield from _problems(item, (*path, key), depth - 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _problems(item, (*path, index), depth - 1)
    elif not isinstance(value, int | None):
        kind = type(value).__name__
        yield JsonProblem(
            "type", f"should be text, a number, a boolean, null, a list or a mapping, not {kind}", path
        )


def _json_mapping(value: dict[str, Any]) -> dict[str, Any]:
    try:
        return _copied_mapping(value, MAX_DEPTH)
    except _NotJsonError:
        problems = list(_problems(value, (), MAX_DEPTH))
    shown = "; ".join(f"{''.join(f'[{part!r}]' for part in path)} {message}" for _, message, path in problems)
    raise PydanticCustomError("json_data", "{shown}", {"shown": shown, "problems": problems})


JsonObject: TypeAlias = Annotated[dict[str, Any], AfterValidator(_json_mapping)]
"""A mapping of JSON data whose meaning belongs to somebody else. Errors: `json_data`, with every problem."""
