"""Capabilities: what a backend can do."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from crucible_ir.base import IRModel, NonEmptyText, NonNegativeFloat, NonNegativeInt, PositiveInt, Texts
from crucible_ir.json_data import JsonObject


class BackendCapabilities(IRModel):
    """What a backend can do, and what it costs."""

    wire_name: ClassVar[str] = "Backend.Capabilities"

    backend_id: NonEmptyText
    """The backend."""

    provider: NonEmptyText
    """Who runs it."""

    models: Texts | None = ()
    """The models it has."""

    default_model: str | None = None
    """The model it uses when none is named."""

    supports_streaming: bool = True
    """Whether answers come in pieces."""

    supports_tools: bool = True
    """Whether models may call tools."""

    supports_vision: bool = False
    """Whether models see pictures."""

    supports_audio: bool = False
    """Whether models hear sounds."""

    supports_json_mode: bool = True
    """Whether answers can be made to be JSON."""

    supports_extended_thinking: bool = False
    """Whether models think before they answer."""

    supports_caching: bool = False
    """Whether what was computed for a prompt is kept."""

    max_tokens: PositiveInt | None = None
    """The longest answer, in tokens."""

    max_context_length: PositiveInt | None = None
    """The longest prompt and answer together, in tokens."""

    max_images_per_request: NonNegativeInt | None = None
    """The most pictures in one request."""

    requests_per_minute: NonNegativeInt | None = None
    """The most requests in a minute."""

    tokens_per_minute: NonNegativeInt | None = None
    """The most tokens in a minute."""

    cost_per_million_input: NonNegativeFloat | None = None
    """Price of a million tokens of input, in the provider's currency."""

    cost_per_million_output: NonNegativeFloat | None = None
    """Price of a million tokens of output, in the provider's currency."""

    metadata: JsonObject | None = Field(default={})
    """Anything its owner wants to keep with it."""
