"""Prompts: what is said to a model."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from crucible_ir.backend.message import Message
from crucible_ir.backend.options import BackendOptions
from crucible_ir.backend.part import Part
from crucible_ir.base import IRModel, Items, NonEmptyText
from crucible_ir.json_data import JsonObject


class Tool(Part):
    """A function the model may ask for."""

    wire_name: ClassVar[str] = "Backend.Tool"

    name: NonEmptyText
    """The tool's name."""

    description: str | None = None
    """What it does, for the model."""

    parameters: JsonObject | None = Field(
        default=None, examples=[{"type": "object", "properties": {"city": {"type": "string"}}}]
    )
    """The JSON Schema of its arguments."""


class ToolChoice(Part):
    """The one tool the model has to call."""

    wire_name: ClassVar[str] = "Backend.ToolChoice"

    name: NonEmptyText
    """The tool's name."""


def _choice_kind(choice: object) -> str | None:
    if isinstance(choice, str):
        return "word"
    return "ToolChoice" if isinstance(choice, dict | ToolChoice) else None


AnyToolChoice: TypeAlias = Annotated[
    Annotated[Literal["auto", "none", "required"], Tag("word")] | Annotated[ToolChoice, Tag("ToolChoice")],
    Discriminator(
        _choice_kind,
        custom_error_type="one_of_types",
        custom_error_message="Input should be auto, none, required or a mapping with the name of a tool",
    ),
]
"""Whether the model calls tools: as it likes, not at all, at least one, or one by name."""


class BackendPrompt(IRModel):
    """A conversation so far, and how the model should go on with it."""

    wire_name: ClassVar[str] = "Backend.Prompt"

    messages: Items[Message] = ()
    """The conversation, oldest message first."""

    system: str | None = None
    """What the model is told before the conversation."""

    tools: Items[Tool] | None = None
    """The tools the model may call."""

    tool_choice: AnyToolChoice | None = Field(default=None, examples=["auto", {"name": "get_weather"}])
    """Whether it calls them: `auto`, `none`, `required`, or the one to call."""

    options: BackendOptions | None = BackendOptions()
    """How it should answer."""

    request_id: str | None = None
    """The request's name."""

    trace_id: str | None = None
    """The trace the request belongs to."""

    metadata: JsonObject | None = Field(default={})
    """Anything its owner wants to keep with it."""
