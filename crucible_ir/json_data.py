"""JSON data inside a model: mappings whose meaning belongs to somebody else.

They are checked and copied in one walk, so that a model never shares a mapping with its caller, holds
nothing JSON has no form for, and reads back from its own JSON as the same model. What was read from JSON
text is nobody else's and is not copied; `crucible_ir.json_text` checks it.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias, cast

from pydantic import Field, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 100
"""Mappings and lists inside one another: far above any real spec, far below where recursion ends."""


class JsonProblem(NamedTuple):
    """One value that JSON has no form for."""

    kind: str
    """`non_finite`, `key`, `text`, `depth` or `type`."""
    message: str
    path: tuple[str | int, ...]
    """Where it is, inside the mapping."""


class _NotJsonError(Exception):
    """The fast walk met something; the slow one says what and where."""


def _copied_mapping(mapping: dict[Any, Any], depth: int) -> dict[str, Any]:
    try:
        keys = "".join(mapping)
    except TypeError:
        raise _NotJsonError from None
    if not (keys.isascii() or all(map(_is_text, mapping))):
        raise _NotJsonError
    copy: dict[str, Any] = dict(mapping)
    for key, value in mapping.items():
        kind = cast("type[object]", type(value))
        # Most values are numbers and short texts: they are judged here, without a call.
        if not (
            kind is int
            or (kind is float and isfinite(value))
            or (kind is str and value.isascii())
            or kind is bool
            or value is None
        ):
            copy[key] = _copied(value, depth - 1)
    return copy


def _copied(value: Any, depth: int) -> Any:
    if isinstance(value, float):
        if isfinite(value):
            return value
    elif isinstance(value, str):
        if _is_text(value):
            return value
    elif isinstance(value, int | None):
        return value
    elif depth > 0:
        if isinstance(value, dict):
            return _copied_mapping(cast("dict[Any, Any]", value), depth)
        if isinstance(value, list | tuple):
            return [_copied(item, depth - 1) for item in cast("list[Any]", value)]
    raise _NotJsonError


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
        if not isfinite(value):
            yield JsonProblem("non_finite", "should be a finite number", path)
    elif isinstance(value, dict | list | tuple) and depth == 0:
        yield JsonProblem("depth", f"should not be nested more than {MAX_DEPTH} levels deep", path[:1])
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


JSON_DATA = object()
"""The validation context that vouches for the input: it was read from text, and is nobody else's."""


def _copied_object(value: object, info: ValidationInfo) -> object:
    if info.context is JSON_DATA or not isinstance(value, dict):
        return value  # what is no mapping, the field's type refuses
    try:
        return _copied_mapping(cast("dict[Any, Any]", value), MAX_DEPTH)
    except _NotJsonError:
        raise _json_error(cast("object", value)) from None


def _copied_value(value: object, info: ValidationInfo) -> object:
    if info.context is JSON_DATA:
        return value
    try:
        return _copied(value, MAX_DEPTH)
    except _NotJsonError:
        raise _json_error(value) from None


def _json_error(value: object) -> PydanticCustomError:
    problems = list(_problems(value, (), MAX_DEPTH))
    shown = "; ".join(
        f"{''.join(f'[{part!r}]' for part in path)} {message}".strip() for _, message, path in problems
    )
    return PydanticCustomError("json_data", "{shown}", {"shown": shown, "problems": problems})


class _Copied:
    """Python data is checked and copied first."""

    def __init__(self, copied: Callable[[Any, ValidationInfo], Any]) -> None:
        self._copied = copied

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.with_info_before_validator_function(self._copied, schema),
        )


_TOO_DEEP = Field(json_schema_extra={"x-crucible-checked-by": ["CRU206"]})  # no schema counts levels

JsonObject: TypeAlias = Annotated[dict[str, Any], _Copied(_copied_object), _TOO_DEEP]
"""A mapping of JSON data whose meaning belongs to somebody else. Errors: `json_data`, with every problem."""

JsonValue: TypeAlias = Annotated[Any, _Copied(_copied_value), _TOO_DEEP]
"""JSON data of any kind whose meaning belongs to somebody else. Errors: as `JsonObject`."""
