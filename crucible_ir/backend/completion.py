"""Completions: what a model answers."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from crucible_ir.backend.message import Message
from crucible_ir.backend.part import Part
from crucible_ir.base import IRModel, Items, NonNegativeInt
from crucible_ir.json_data import JsonObject

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "error"]


class Thinking(Part):
    """What a model thought before it answered."""

    wire_name: ClassVar[str] = "Backend.Thinking"

    content: str | None = None
    """The thoughts."""

    tokens: NonNegativeInt | None = None
    """How many tokens they took."""


class Choice(Part):
    """One answer."""

    wire_name: ClassVar[str] = "Backend.Choice"

    index: NonNegativeInt | None = None
    """Its place among the answers, counted from 0."""

    message: Message | None = None
    """What was answered."""

    finish_reason: FinishReason | None = None
    """Why the answer ended."""

    thinking: Thinking | None = None
    """What the model thought first."""


class Usage(Part):
    """Tokens that a request took, as the backend counts them."""

    wire_name: ClassVar[str] = "Backend.Usage"

    prompt_tokens: NonNegativeInt | None = None
    """Tokens of the prompt."""

    completion_tokens: NonNegativeInt | None = None
    """Tokens of the answers."""

    total_tokens: NonNegativeInt | None = None
    """All tokens."""

    thinking_tokens: NonNegativeInt | None = None
    """Tokens of the thinking."""

    cached_tokens: NonNegativeInt | None = None
    """Tokens of the prompt that the backend had kept."""


class BackendCompletion(IRModel):
    """A model's answers to one prompt."""

    wire_name: ClassVar[str] = "Backend.Completion"

    choices: Items[Choice] = ()
    """The answers."""

    model: str | None = None
    """The model that answered."""

    usage: Usage | None = None
    """Tokens that it took."""

    latency_ms: NonNegativeInt | None = None
    """Time until the answer was complete."""

    time_to_first_token_ms: NonNegativeInt | None = None
    """Time until its first token."""

    request_id: str | None = None
    """The request it answers."""

    trace_id: str | None = None
    """The trace the request belongs to."""

    raw_response: JsonObject | None = None
    """What the backend answered, in its own form."""

    metadata: JsonObject | None = Field(default={})
    """Anything its owner wants to keep with it."""
