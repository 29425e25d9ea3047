"""Message lists as data sets write them: OpenAI's `role` / `content`, ShareGPT's `from` / `value`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.records.errors import describe
from crucible_train.records.record import Message, Role
from crucible_train.result import Err, Ok, Result

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    # What LLaMA-Factory calls `function_call` is the model's own turn; the answer comes as `observation`.
    "function_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "function_response": "tool",
}
"""Every name a speaker has in the formats that are read, and whom it means."""

_SPELLINGS = (("role", "content"), ("from", "value"))

_CHANGES_TRAINING: dict[str, tuple[object, ...]] = {
    "tool_calls": (None, [], ()),
    "function_call": (None, {}, ""),
    "weight": (None, 1),
}
"""Keys that hold part of the turn or say whether to train on it, and the values that ask for nothing."""


@dataclass(frozen=True, slots=True)
class BadValue:
    """What is wrong with a value, and where inside it (`[2].content`, or nothing for the whole)."""

    where: str
    message: str


def read_list(value: object) -> Sequence[object] | None:
    """`value` if it is a list, else `None`."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else None


def read_text(value: object, where: str = "") -> Result[str, BadValue]:
    """`value` as text that UTF-8 can hold."""
    if not isinstance(value, str):
        return Err(BadValue(where, f"expected text, found {describe(value)}"))
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return Err(BadValue(where, f"an unpaired surrogate at character {error.start}: not Unicode text"))
    return Ok(value)


def read_messages(value: object) -> Result[tuple[Message, ...], BadValue]:
    """A list of messages. Each has `role` and `content`, or `from` and `value`.

    A content may be a list of OpenAI's text parts, which are joined. Keys beside these are not read, except
    that `tool_calls`, `function_call` and a `weight` other than 1 are refused: without them the turn would
    be another one.
    """
    items = read_list(value)
    if items is None:
        return Err(BadValue("", f"expected a list of messages, found {describe(value)}"))
    messages: list[Message] = []
    for index, item in enumerate(items):
        match _read_message(item, f"[{index}]"):
            case Ok(message):
                messages.append(message)
            case Err() as failed:
                return failed
    return Ok(tuple(messages))


def _read_message(item: object, where: str) -> Result[Message, BadValue]:
    found = describe(item)
    if not isinstance(item, Mapping):
        return Err(BadValue(where, f"expected a message, found {found}"))
    message = cast("Mapping[str, object]", item)
    spelling = next((keys for keys in _SPELLINGS if all(key in message for key in keys)), None)
    if spelling is None:
        wanted = "`role` and `content` (or `from` and `value`)"
        return Err(BadValue(where, f"expected a message with {wanted}, found {found}"))
    role_key, content_key = spelling
    for key, harmless in _CHANGES_TRAINING.items():
        if message.get(key) not in harmless:
            return Err(BadValue(f"{where}.{key}", f"{describe(message[key])} cannot be trained on"))
    speaker = message[role_key]
    role = ROLES.get(speaker) if isinstance(speaker, str) else None
    if role is None:
        hint = did_you_mean(speaker, ROLES) if isinstance(speaker, str) else None
        known = hint or f"known are {', '.join(ROLES)}"
        return Err(BadValue(f"{where}.{role_key}", f"{describe(speaker)} is no speaker; {known}"))
    match _read_content(message[content_key], f"{where}.{content_key}"):
        case Ok(content):
            return Ok(Message(role, content))
        case Err() as failed:
            return failed


def _read_content(value: object, where: str) -> Result[str, BadValue]:
    parts = read_list(value)
    if parts is None:
        return read_text(value, where)
    texts: list[str] = []
    for index, part in enumerate(parts):
        inside = f"{where}[{index}]"
        found = describe(part)
        fields = cast("Mapping[str, object]", part if isinstance(part, Mapping) else {})
        if fields.get("type") != "text":
            return Err(BadValue(inside, f"expected a text part, found {found}"))
        match read_text(fields.get("text"), f"{inside}.text"):
            case Ok(text):
                texts.append(text)
            case Err() as failed:
                return failed
    return Ok("".join(texts))
