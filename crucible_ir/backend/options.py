"""Options: how a model should answer."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from crucible_ir.base import Fraction, IRModel, NonNegativeFloat, NonNegativeInt, Texts
from crucible_ir.json_data import JsonObject

ResponseFormat: TypeAlias = Literal["text", "json", "json_schema"]


class BackendOptions(IRModel):
    """How a model should answer. What is left out is the backend's to decide."""

    wire_name: ClassVar[str] = "Backend.Options"

    model_config = ConfigDict(
        json_schema_extra={
            "if": {
                "required": ["response_format"],
                "properties": {"response_format": {"const": "json_schema"}},
            },
            "then": {"required": ["json_schema"], "properties": {"json_schema": {"type": "object"}}},
        }
    )

    model: str | None = None
    """The model, by the backend's name for it."""

    temperature: NonNegativeFloat | None = None
    """What the logits are divided by before sampling; 0 takes the likeliest token."""

    max_tokens: NonNegativeInt | None = None
    """The longest answer, in tokens."""

    top_p: Fraction | None = None
    """Sample from the likeliest tokens that together have this probability."""

    top_k: NonNegativeInt | None = None
    """Sample from this many of the likeliest tokens."""

    frequency_penalty: float | None = None
    """How much less likely a token becomes each time it occurs."""

    presence_penalty: float | None = None
    """How much less likely a token becomes once it occurred."""

    stop: Texts | None = Field(default=None, examples=[["\n\n"]])
    """Texts that end the answer."""

    response_format: ResponseFormat | None = None
    """What the answer has to be."""

    json_schema: JsonObject | None = Field(default=None, validate_default=True)
    """The schema of the answer, required where `response_format` is `json_schema`."""

    stream: bool | None = False
    """Whether the answer comes in pieces."""

    cache_control: Literal["ephemeral"] | None = None
    """How long the backend keeps what it computed for the prompt."""

    extended_thinking: bool | None = False
    """Whether the model thinks before it answers."""

    thinking_budget_tokens: NonNegativeInt | None = None
    """The longest thinking, in tokens."""

    seed: int | None = None
    """Seed of the sampling."""

    timeout_ms: NonNegativeInt | None = None
    """How long to wait for the answer."""

    extra: JsonObject | None = Field(default={})
    """Settings by the backend's own names."""

    @field_validator("json_schema")
    @classmethod
    def _schema_where_needed(cls, schema: JsonObject | None, info: ValidationInfo) -> JsonObject | None:
        if schema is None and info.data.get("response_format") == "json_schema":
            raise PydanticCustomError(
                "json_schema_required", "`json_schema` is required where `response_format` is `json_schema`"
            )
        return schema
