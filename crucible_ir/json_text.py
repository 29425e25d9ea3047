"""What Pydantic lets pass in JSON text: a key written twice, numbers no float holds, nesting without end.

It keeps the last of two equal keys, and reads `NaN` and `1e999`. Reading every text a second time to find
that out would take twice the time. So the keys that went into the model are counted instead: a text with no
more colons than the model has keys has no key twice.
"""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from crucible_ir.json_data import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_type: Callable[[object], type[object]] = type
_PLAIN = frozenset((str, int, bool, type(None)))
_INFINITY = float("inf")


class _NotJsonDataError(Exception):
    """The model holds what `JsonObject` refuses: a non-finite number, or nesting beyond `MAX_DEPTH`."""


def check(text: str | bytes, model: BaseModel) -> None:
    """Refuse `text`, of which `model` was read by Pydantic.

    Raises `pydantic.ValidationError`: `duplicate_key` and `json_data`.
    """
    if not isinstance(text, str):
        text = str(text, "utf-8")
    try:
        keys = _keys_of(model)
    except _NotJsonDataError:
        _refuse_data(text, type(model))
    else:
        if text.count(":") != keys and _keys_written(text) != keys:
            _refuse_repetition(text, type(model))


def _keys_written(text: str) -> int:
    """How many keys there are in `text`: the colons outside of quotes."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    return "".join(text.split('"')[::2]).count(":")


def _refuse_data(text: str, cls: type[BaseModel]) -> None:
    import json  # few texts come this far

    cls.model_validate(json.loads(text), extra="ignore")  # says what is wrong, and where
    raise AssertionError(f"{cls.__name__} takes what it was refused for")


def _refuse_repetition(text: str, cls: type[BaseModel]) -> None:
    key = _repeated_key(text)
    if key is not None:
        problem = PydanticCustomError(
            "duplicate_key", "The key {key} occurs twice in one mapping", {"key": key}
        )
        raise ValidationError.from_exception_data(
            cls.__name__, [InitErrorDetails(type=problem, input=key)], input_type="json"
        )


def _repeated_key(text: str) -> str | None:
    import json  # few texts come this far

    repeated: list[str] = []

    def see(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                repeated.append(key)
            seen.add(key)

    json.loads(text, object_pairs_hook=see, parse_int=str)
    return repeated[0] if repeated else None


def _keys_of(model: BaseModel) -> int:
    """How many keys there are in the mappings that `model` was read from."""
    keys = len(model.__pydantic_fields_set__)
    values = model.__dict__
    single, others = _FIELDS[type(model)]
    for name in single:
        value = values[name]
        if value is None:
            continue
        if _type(value) is dict:
            keys += len(value) + _keys_in(value.values(), MAX_DEPTH - 1)
        else:
            keys += _keys_of(value)
    return keys + _keys_in([values[name] for name in others], MAX_DEPTH) if others else keys


def _keys_in(values: Iterable[Any], depth: int) -> int:
    """How many keys there are in the mappings, lists and models among `values`."""
    keys = 0
    for value in values:
        kind = _type(value)
        if kind in _PLAIN:
            continue
        if kind is float:
            if not -_INFINITY < value < _INFINITY:
                raise _NotJsonDataError
        elif kind is dict or kind is list:
            if depth == 0:
                raise _NotJsonDataError
            if kind is dict:
                keys += len(value) + _keys_in(value.values(), depth - 1)
            else:
                keys += _keys_in(value, depth - 1)
        else:  # a list of a model's own, or a model
            keys += _keys_in(value, depth) if kind is tuple else _keys_of(value)
    return keys


class _Fields(NamedTuple):
    """The fields of a model that can hold keys."""

    single: tuple[str, ...]
    """Those that hold one model or one mapping, or none."""
    others: tuple[str, ...]


class _FieldsByModel(dict[type[BaseModel], _Fields]):
    """A model's fields are sorted when the first text is read."""

    def __missing__(self, model: type[BaseModel]) -> _Fields:
        annotations = {name: info.annotation for name, info in model.model_fields.items()}
        single = [name for name, annotation in annotations.items() if _has_keys(_bare(annotation))]
        others = [name for name, annotation in annotations.items() if _may_have_keys(annotation)]
        self[model] = _Fields(tuple(single), tuple(name for name in others if name not in single))
        return self[model]


_FIELDS = _FieldsByModel()


def _bare(annotation: Any) -> Any:
    """`X` for `X | None`, and for any annotated `X`."""
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[0]
    arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
    is_optional = get_origin(annotation) in (Union, UnionType) and len(arguments) == 1
    return _bare(arguments[0]) if is_optional else annotation


def _has_keys(annotation: Any) -> bool:
    return get_origin(annotation) is dict or (
        isinstance(annotation, type) and issubclass(annotation, BaseModel)
    )


def _may_have_keys(annotation: Any) -> bool:
    if annotation is Any or _has_keys(annotation):
        return True
    return get_origin(annotation) is not Literal and any(map(_may_have_keys, get_args(annotation)))
