"""How the columns of each shape read: from values to messages or text.

An Alpaca `input` goes below the instruction after one newline, as in LLaMA-Factory, and is left out when it
is empty; `history` holds earlier [user, assistant] pairs. An empty or null `system` means none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from crucible_train.records.columns import Shape
from crucible_train.records.errors import describe
from crucible_train.records.messages import BadValue, read_list, read_messages, read_text
from crucible_train.records.record import Conversation, Message, Record, TextRecord
from crucible_train.result import Err, Ok, Result

Fault: TypeAlias = "tuple[str | None, BadValue]"
"""The shape's column a fault is in (`None`: the record as a whole), and the fault."""

Values: TypeAlias = Mapping[str, object]


def read_record(shape: Shape, values: Values) -> Result[Record, Fault]:
    """One record from its values under the shape's own column names; every required one is there."""
    if shape is Shape.TEXT:
        return _text_record(values)
    match _READERS[shape](values), _optional_text(values, "system"):
        case (Err() as failed, _) | (_, Err() as failed):
            return failed
        case Ok(messages), Ok(system):
            if system and messages and messages[0].role == "system":
                return Err(("system", BadValue("", "the conversation has a system message of its own")))
            turns = (Message("system", system), *messages) if system else messages
            if any(turn.content.strip() for turn in turns):
                return Ok(Conversation(turns))
            return Err((None, BadValue("", "no message has any content")))


def _text_record(values: Values) -> Result[Record, Fault]:
    match _text(values, "text"):
        case Ok(text):
            if text.strip():
                return Ok(TextRecord(text))
            return Err(("text", BadValue("", "the text is empty")))
        case Err() as failed:
            return failed


def _text(values: Values, column: str) -> Result[str, Fault]:
    match read_text(values[column]):
        case Ok() as read:
            return read
        case Err(fault):
            return Err((column, fault))


def _optional_text(values: Values, column: str) -> Result[str, Fault]:
    """The text, "" where there is none to speak of."""
    if values.get(column) is None:
        return Ok("")
    match _text(values, column):
        case Ok(text):
            return Ok(text if text.strip() else "")
        case Err() as failed:
            return failed


def _messages(values: Values, column: str) -> Result[tuple[Message, ...], Fault]:
    match read_messages(values[column]):
        case Ok() as read:
            return read
        case Err(fault):
            return Err((column, fault))


def _exchange(values: Values, user: str, assistant: str) -> Result[tuple[Message, ...], Fault]:
    match _text(values, user), _text(values, assistant):
        case (Err() as failed, _) | (_, Err() as failed):
            return failed
        case Ok(asked), Ok(answered):
            return Ok((Message("user", asked), Message("assistant", answered)))


def _prompt_completion(values: Values) -> Result[tuple[Message, ...], Fault]:
    prompt, completion = values["prompt"], values["completion"]
    if isinstance(prompt, str) and isinstance(completion, str):
        return _exchange(values, "prompt", "completion")
    if isinstance(prompt, str):
        message = f"expected text, as the prompt is, found {describe(completion)}"
        return Err(("completion", BadValue("", message)))
    match _messages(values, "prompt"), _messages(values, "completion"):
        case (Err() as failed, _) | (_, Err() as failed):
            return failed
        case Ok(before), Ok(after):
            return Ok(before + after)


def _alpaca(values: Values) -> Result[tuple[Message, ...], Fault]:
    match _question(values), _text(values, "output"), _history(values):
        case (Err() as failed, _, _) | (_, Err() as failed, _) | (_, _, Err() as failed):
            return failed
        case Ok(question), Ok(answer), Ok(history):
            return Ok((*history, Message("user", question), Message("assistant", answer)))


def _question(values: Values) -> Result[str, Fault]:
    match _text(values, "instruction"), _optional_text(values, "input"):
        case (Err() as failed, _) | (_, Err() as failed):
            return failed
        case Ok(instruction), Ok(extra):
            return Ok(f"{instruction}\n{extra}" if extra else instruction)


def _history(values: Values) -> Result[tuple[Message, ...], Fault]:
    value = values.get("history")
    if value is None:
        return Ok(())
    history = read_list(value)
    if history is None:
        found = describe(value)
        return Err(("history", BadValue("", f"expected a list of [user, assistant] pairs, found {found}")))
    turns: list[Message] = []
    for index, item in enumerate(history):
        pair = read_list(item)
        if pair is None or len(pair) != 2:
            fault = BadValue(f"[{index}]", f"expected a [user, assistant] pair, found {describe(item)}")
            return Err(("history", fault))
        match read_text(pair[0], f"[{index}][0]"), read_text(pair[1], f"[{index}][1]"):
            case (Err(fault), _) | (_, Err(fault)):
                return Err(("history", fault))
            case Ok(asked), Ok(answered):
                turns += [Message("user", asked), Message("assistant", answered)]
    return Ok(tuple(turns))


_READERS: dict[Shape, Callable[[Values], Result[tuple[Message, ...], Fault]]] = {
    Shape.MESSAGES: lambda values: _messages(values, "messages"),
    Shape.SHAREGPT: lambda values: _messages(values, "conversations"),
    Shape.PROMPT_COMPLETION: _prompt_completion,
    Shape.ALPACA: _alpaca,
    Shape.QUESTION_ANSWER: lambda values: _exchange(values, "question", "answer"),
}
