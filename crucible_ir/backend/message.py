"""Messages: turns of a conversation, and what they are made of."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from crucible_ir.backend.part import Part
from crucible_ir.base import Items, NonEmptyText
from crucible_ir.json_data import JsonObject

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


class TextPart(Part):
    """A piece of text."""

    wire_name: ClassVar[str] = "Backend.TextPart"

    type: Literal["text"]
    """Says that it is text."""

    text: str
    """The text."""


class _MediaPart(Part):
    """Something that is no text: at a URL, or in the message itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["url"], "properties": {"url": {"type": "string"}}},
                {"required": ["base64"], "properties": {"base64": {"type": "string"}}},
            ]
        }
    )

    url: NonEmptyText | None = None
    """Where it is. Either this or `base64`."""

    base64: NonEmptyText | None = Field(default=None, validate_default=True)
    """Its bytes, in base64 (RFC 4648, section 4). Either this or `url`."""

    @field_validator("base64")
    @classmethod
    def _one_source(cls, base64: str | None, info: ValidationInfo) -> str | None:
        if "url" in info.data and (base64 is None) == (info.data["url"] is None):
            raise PydanticCustomError("one_source", "Write either `url` or `base64`")
        return base64


class ImagePart(_MediaPart):
    """A picture."""

    wire_name: ClassVar[str] = "Backend.ImagePart"

    type: Literal["image"]
    """Says that it is a picture."""

    media_type: str | None = Field(default=None, examples=["image/png"])
    """Its media type (RFC 6838)."""


class AudioPart(_MediaPart):
    """A sound."""

    wire_name: ClassVar[str] = "Backend.AudioPart"

    type: Literal["audio"]
    """Says that it is a sound."""

    format: str | None = Field(default=None, examples=["wav"])
    """Its file format."""


class ToolResultPart(Part):
    """What a tool answered."""

    wire_name: ClassVar[str] = "Backend.ToolResultPart"

    type: Literal["tool_result"]
    """Says that it is a tool's answer."""

    tool_call_id: str
    """The call it answers."""

    content: str
    """The answer."""


ContentPart: TypeAlias = Annotated[
    TextPart | ImagePart | AudioPart | ToolResultPart, Field(discriminator="type")
]
"""A part of a message's content; its `type` says which."""


def _content_kind(content: object) -> str | None:
    if isinstance(content, str):
        return "text"
    return "parts" if isinstance(content, list | tuple) else None


Content: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[Items[ContentPart], Tag("parts")],
    Discriminator(
        _content_kind,
        custom_error_type="one_of_types",
        custom_error_message="Input should be text or a list of parts",
    ),
]
"""What a message says: text, or a list of parts."""


def _arguments_kind(arguments: object) -> str | None:
    if isinstance(arguments, str):
        return "text"
    return "mapping" if isinstance(arguments, dict) else None


Arguments: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[JsonObject, Tag("mapping")],
    Discriminator(
        _arguments_kind,
        custom_error_type="one_of_types",
        custom_error_message="Input should be text or a mapping",
    ),
]
"""A tool's arguments: a mapping, or JSON text as the model wrote it, which may not be valid."""


class ToolCall(Part):
    """A model's wish to call a tool."""

    wire_name: ClassVar[str] = "Backend.ToolCall"

    id: NonEmptyText
    """The call's name, by which `tool_call_id` answers it."""

    name: NonEmptyText
    """The tool."""

    arguments: Arguments = Field(examples=[{"city": "Oslo"}, '{"city": "Oslo"}'])
    """Its arguments: a mapping, or JSON text as the model wrote it."""


class Message(Part):
    """One turn of a conversation."""

    wire_name: ClassVar[str] = "Backend.Message"

    role: Role
    """Who speaks."""

    content: Content = Field(examples=["Hello!", [{"type": "text", "text": "Hello!"}]])
    """What is said: text, or a list of parts."""

    name: str | None = None
    """The speaker's name, where several have one role."""

    tool_calls: Items[ToolCall] | None = None
    """The tools the speaker wants called."""

    tool_call_id: str | None = None
    """The call that this message answers, where `role` is `tool`."""
