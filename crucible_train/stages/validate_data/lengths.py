"""How long records are: in tokens where there is a tokenizer, else in characters.

A record's tokens are those of its training sequence, the chat template's included. The answer is the last
message of an assistant, with what follows it; the prompt is all the rest, so that the two add up.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from crucible_train.records import Conversation, TextRecord
from crucible_train.stages.validate_data.finding import Finding, finding
from crucible_train.stages.validate_data.survey import prompt_and_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.records import Record
    from crucible_train.session import Tokenizer
    from crucible_train.stages.validate_data.survey import Survey


class Length(NamedTuple):
    """The length of one record."""

    record: int
    total: int
    answer: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Lengths in few numbers. `median` and `p95` are lengths that occur: at least half, or 95 %, of the
    records are no longer (the nearest-rank definition)."""

    min: int
    median: int
    p95: int
    max: int
    total: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of all readable records."""

    unit: Literal["tokens", "characters"]
    total: Summary
    """Of whole records."""
    prompt: Summary | None
    """Of the parts of conversations; `None` for plain text."""
    answer: Summary | None

    def to_json(self) -> dict[str, Any]:
        """The lengths as JSON data."""
        return asdict(self)


def measure(data: Survey, tokenizer: Tokenizer | None) -> list[Length]:
    """The length of every readable record, in tokens or, without a tokenizer, in characters."""
    count = _characters if tokenizer is None else _Tokens(tokenizer)
    return [Length(index, *count(record)) for index, record in data.records]


def summary(lengths: Sequence[Length], data: Survey, tokenizer: Tokenizer | None) -> Lengths | None:
    """What there is to say about the lengths of `data`; nothing where no record could be read."""
    if not lengths:
        return None
    is_text = isinstance(data.records[0][1], TextRecord)
    return Lengths(
        "characters" if tokenizer is None else "tokens",
        _summary([length.total for length in lengths]),
        None if is_text else _summary([length.total - length.answer for length in lengths]),
        None if is_text else _summary([length.answer for length in lengths]),
    )


def too_long(lengths: Sequence[Length], data: Survey, max_length: int, num_examples: int) -> Finding:
    """Records longer than `max_length`: a trainer cuts them on the right.

    `answer_cut_off` counts those in which the cut comes before the answer has begun.
    """
    found = [length for length in lengths if length.total > max_length]
    cut_off = sum(length.answer > 0 and length.total - length.answer >= max_length for length in found)
    examples = [{"record": length.record, "length": length.total} for length in found]
    return finding(examples, data.num_records, num_examples, counts={"answer_cut_off": cut_off})


def _characters(record: Record) -> tuple[int, int]:
    if isinstance(record, TextRecord):
        return len(record.text), 0
    prompt, answer = (sum(len(message.content) for message in part) for part in prompt_and_answer(record))
    return prompt + answer, answer


class _Tokens:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def __call__(self, record: Record) -> tuple[int, int]:
        if not isinstance(record, Conversation):
            return len(self._tokenizer.render_text(record.text)), 0
        chat = self._tokenizer.render_chat(record.messages)
        prompt, _ = prompt_and_answer(record)
        return len(chat.tokens_T), int((chat.message_index_T >= len(prompt)).sum())


def _summary(lengths: list[int]) -> Summary:
    lengths.sort()
    count = len(lengths)
    median, p95 = (lengths[-(-count * percent // 100) - 1] for percent in (50, 95))
    return Summary(lengths[0], median, p95, lengths[-1], sum(lengths))
