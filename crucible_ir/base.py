"""What every IR model shares: one dialect of scalars, no unknown keys, frozen instances.

Scalars are strict: a string is not a number, a boolean is not an integer, an integral float is not an
integer, and NaN or infinity is no value of anything.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError


class IRModel(BaseModel):
    """Base of all IR models."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
    )

    wire_name: ClassVar[str]
    """The type's name in the reference contract, such as `Training.Config`."""


def _check_json(value: object, path: tuple[str | int, ...] = ()) -> None:
    """Raise where `value` holds something JSON has no form for."""
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PydanticCustomError(
                "json_non_finite", "Input should be a finite number", {"path": list(path)}
            )
        return
    if isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            if not isinstance(key, str):
                raise PydanticCustomError("json_key", "Keys should be strings", {"path": list(path)})
            _check_json(item, (*path, key))
        return
    if isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            _check_json(item, (*path, index))
        return
    raise PydanticCustomError(
        "json_type",
        "Input should be JSON data (text, number, boolean, null, list or mapping), not {type}",
        {"type": type(value).__name__, "path": list(path)},
    )


def _json_mapping(value: dict[str, Any]) -> dict[str, Any]:
    for key, item in value.items():
        _check_json(item, (key,))
    return value


def _text_or_datetime(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time as text")
    if isinstance(value, str) and len(value) < len("2024-01-01T00:00Z"):
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time with an offset")
    return value


JsonObject: TypeAlias = Annotated[dict[str, Any], AfterValidator(_json_mapping)]
"""A mapping of JSON data whose meaning belongs to somebody else."""

Timestamp: TypeAlias = Annotated[AwareDatetime, Strict(False), BeforeValidator(_text_or_datetime)]
"""A point in time: ISO 8601 text with an offset. Fraction digits beyond six are cut."""

Texts: TypeAlias = Annotated[tuple[str, ...], Strict(False)]
"""Texts in order: a list in JSON and YAML, kept as a tuple so that a model stays immutable."""

JsonObjects: TypeAlias = Annotated[tuple[JsonObject, ...], Strict(False)]
"""Mappings in order, in the same way."""

NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1)]
PositiveInt: TypeAlias = Annotated[int, Field(ge=1)]
NonNegativeInt: TypeAlias = Annotated[int, Field(ge=0)]
PositiveFloat: TypeAlias = Annotated[float, Field(gt=0)]
