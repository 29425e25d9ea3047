"""The typed records that training loops consume, whatever the columns of the file were called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages in order. Training targets are chosen among the assistant's (`train_on`)."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class TextRecord:
    """Plain text to model as it stands: every token is a target."""

    text: str


Record: TypeAlias = Conversation | TextRecord
