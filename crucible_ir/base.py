"""What every IR model shares: one dialect of scalars, no unknown keys, frozen instances.

Scalars are strict: a string is not a number, a boolean is not an integer, an integral float is not an
integer, and NaN or infinity is no value of anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from crucible_ir.json_data import JsonObject


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


_SHORTEST_TIMESTAMP = "2024-01-01T00:00Z"


def _text_or_datetime(value: object) -> object:
    """Only what is written as a date: Pydantic reads a number, even in quotes, as seconds since 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time as text")
    if len(value) < len(_SHORTEST_TIMESTAMP) or value[4] != "-" or value[10] not in "Tt ":
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time with an offset")
    return value


def _list_as_tuple(value: object) -> object:
    """JSON and YAML have lists; a model keeps tuples, so that it stays immutable."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


Timestamp: TypeAlias = Annotated[AwareDatetime, Strict(False), BeforeValidator(_text_or_datetime)]
"""A point in time: ISO 8601 text with an offset. Fraction digits beyond six are cut."""

NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1)]
PositiveInt: TypeAlias = Annotated[int, Field(ge=1)]
NonNegativeInt: TypeAlias = Annotated[int, Field(ge=0)]
PositiveFloat: TypeAlias = Annotated[float, Field(gt=0)]
Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_list_as_tuple)]
JsonObjects: TypeAlias = Annotated[tuple[JsonObject, ...], BeforeValidator(_list_as_tuple)]
