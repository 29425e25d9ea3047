"""Where in the data a Pydantic error is, and which model says what may stand there."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from crucible_train.diagnostics.diagnostic import Loc


def place(details: ErrorDetails, data: Any) -> Loc:
    """Pydantic's `loc` without the union labels and markers that are not in the data.

    A label can look like a key of the data: `text` is both in a part of a message. The right reading leads
    to the value that the error is about.
    """
    absent = details["type"] in ("missing", "extra_forbidden")
    first = None
    for loc, value in _readings(details["loc"], data, absent):
        if value is details["input"]:
            return loc
        first = loc if first is None else first
    return first or ()


def _readings(parts: Loc, value: Any, absent: bool) -> Iterator[tuple[Loc, Any]]:
    """The places that `parts` can mean below `value`, and what stands there."""
    if not parts:
        yield (), value
        return
    head, rest = parts[0], parts[1:]
    for below in _step(head, value, absent and not rest):
        for loc, found in _readings(rest, below, absent):
            yield (head, *loc), found
    if not isinstance(value, Sequence) or isinstance(value, str) or not isinstance(head, int):
        yield from _readings(rest, value, absent)  # a union's label, or `[key]`


def _step(part: str | int, value: Any, absent: bool) -> Iterator[Any]:
    """What `part` names in `value`, if anything; `value` itself for a key that should be there."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[Any, Any]", value)
        if part in mapping:
            yield mapping[part]
        elif absent:
            yield mapping
    elif isinstance(value, Sequence) and not isinstance(value, str) and isinstance(part, int):
        items = cast("Sequence[Any]", value)
        yield items[part] if part < len(items) else None


def keys_at(model: type[BaseModel], loc: Loc, data: Any) -> list[str]:
    """The keys allowed at `loc` below `model`; none where no model says."""
    found = model_at(model, loc, data)
    return [info.alias or name for name, info in found.model_fields.items()] if found else []


def model_at(model: type[BaseModel], loc: Loc, data: Any) -> type[BaseModel] | None:
    """The model of what stands at `loc` in `data`, which `model` describes."""
    current: type[BaseModel] | None = model
    annotation: Any = model
    for index, part in enumerate(loc):
        if isinstance(part, int):
            continue
        current = _fitting(annotation, _value_at(data, loc[:index]))
        field = current and next(
            (info for name, info in current.model_fields.items() if part in (name, info.alias)), None
        )
        if not field:
            return None
        annotation = field.annotation
    return _fitting(annotation, _value_at(data, loc))


def _value_at(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = next(_step(part, data, absent=False), None)
    return data


def _fitting(annotation: Any, value: Any) -> type[BaseModel] | None:
    """The model inside an annotation whose fixed words `value` has; the first one, if none fits."""
    models = models_in(annotation)
    return next((model for model in models if _fits(model, value)), models[0] if models else None)


def _fits(model: type[BaseModel], value: Any) -> bool:
    return all(
        next(_step(name, value, absent=False), None) in get_args(info.annotation)
        for name, info in model.model_fields.items()
        if info.is_required() and get_origin(info.annotation) is Literal
    )


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model class inside an annotation such as `tuple[Model, ...] | None`."""
    return next(iter(models_in(annotation)), None)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The model classes inside an annotation such as `tuple[Model | Other, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not annotation.__pydantic_fields_complete__:
            annotation.model_rebuild()  # a model that refers to itself is built when it is first needed
        return [annotation]
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, list):
        return [model for argument in get_args(annotation) for model in models_in(argument)]
    return []
