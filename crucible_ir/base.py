"""What every IR model shares: one dialect of scalars, no unknown keys, frozen instances.

Scalars are strict: a string is not a number, a boolean is not an integer, an integral float is not an
integer, and NaN or infinity is no value of anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar, cast

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from crucible_ir.json_data import JsonObject

T = TypeVar("T")


class IRModel(BaseModel):
    """Base of all IR models.

    Equal models have equal hashes. A model that holds a mapping (`options`, `metadata`) has no hash, like a
    tuple that holds a list.

    JSON text is read with `from_json`. Pydantic's own `model_validate_json` keeps the last of two equal keys
    without a word, and takes `NaN` and `1e999` inside mappings.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        defer_build=True,  # most are only ever validated as a part of another
    )

    wire_name: ClassVar[str]
    """The type's name in the reference contract, such as `Training.Config`.

    The contract names 23 types (`crucible_ir.WIRE_TYPES`); a part of one that it gives no name, such as a
    message of a prompt, is named here in the same style.
    """


_SHORTEST_TIMESTAMP = "2024-01-01T00:00Z"


def _text_or_datetime(value: object) -> object:
    """Only what is written as a date: Pydantic reads a number, even in quotes, as seconds since 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time as text")
    if len(value) < len(_SHORTEST_TIMESTAMP) or value[4] != "-" or value[10] not in "Tt ":
        raise PydanticCustomError("datetime_text", "Input should be an ISO 8601 date and time with an offset")
    return f"{value}:00" if value[-3] in "+-" else value  # ISO 8601 allows an offset of whole hours


class _ListAsTuple:
    """JSON and YAML have lists; a model keeps tuples, so that it stays immutable."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.no_info_before_validator_function(_list_as_tuple, schema),
        )


def _list_as_tuple(value: object) -> object:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


_TIMESTAMP_SCHEMA = {
    "type": "string",
    "format": "date-time",
    "pattern": (
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]"
        "(:[0-5][0-9]([.,][0-9]+)?)?([Zz]|[-+]([01][0-9]|2[0-3])|[-+\u2212]([01][0-9]|2[0-3]):?[0-5][0-9])$"
    ),
    # That February has no 30th day is no matter for a pattern.
    "x-crucible-checked-by": ["CRU206"],
}

Timestamp: TypeAlias = Annotated[
    AwareDatetime, Strict(False), BeforeValidator(_text_or_datetime), WithJsonSchema(_TIMESTAMP_SCHEMA)
]
"""A point in time: ISO 8601 text with an offset. Fraction digits beyond six are cut."""

NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1)]
PositiveInt: TypeAlias = Annotated[int, Field(ge=1)]
NonNegativeInt: TypeAlias = Annotated[int, Field(ge=0)]
PositiveFloat: TypeAlias = Annotated[float, Field(gt=0)]
NonNegativeFloat: TypeAlias = Annotated[float, Field(ge=0)]
Fraction: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Percentage: TypeAlias = Annotated[float, Field(ge=0, le=100)]

Items: TypeAlias = Annotated[tuple[T, ...], _ListAsTuple]
"""A list in JSON, a tuple in the model."""
Texts: TypeAlias = Items[str]
JsonObjects: TypeAlias = Items[JsonObject]
