"""Records into training examples: tokens, targets and the bytes those targets stand for.

An example with nothing left to train on is dropped, and every drop is counted under its reason.

Shape legend: T tokens of one record, N = T - 1 positions of its datum.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from crucible_train.datum import Datum, ModelInput, datum_from_model_input_weights
from crucible_train.records import Conversation, Record, TextRecord
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from crucible_train.session import Tokenizer

TrainOn: TypeAlias = Literal["all_assistant", "last_assistant", "all_tokens"]


class DropReason(StrEnum):
    """Why a record gives no example."""

    NO_ASSISTANT = "no_assistant"
    """The conversation has no assistant's message to learn from."""
    TRUNCATED = "truncated"
    """`max_length` cuts every target off."""
    TOO_SHORT = "too_short"
    """No target has a token before it to be predicted from."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedExample:
    """One training sequence. Its datum's weights are 1 where the target counts, else 0."""

    datum: Datum
    num_target_bytes: int
    """UTF-8 bytes of the text the targets stand for: what bits per byte divides by."""
    num_target_tokens: int
    is_truncated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RenderedDataset:
    """The examples of a data set, and what became of the rest."""

    examples: tuple[RenderedExample, ...] = ()
    dropped: Mapping[DropReason, int] = field(default_factory=dict[DropReason, int])
    """Records that gave no example, by reason."""

    @property
    def num_dropped(self) -> int:
        """Records that gave no example."""
        return sum(self.dropped.values())

    @property
    def num_truncated(self) -> int:
        """Examples that `max_length` cut, and that still have targets."""
        return sum(example.is_truncated for example in self.examples)

    @property
    def num_target_bytes(self) -> int:
        """UTF-8 bytes of all targets."""
        return sum(example.num_target_bytes for example in self.examples)

    def digest(self) -> str:
        """A fingerprint of what is trained on, so that a resumed run can tell that the data is the same."""
        digest = hashlib.sha256()
        for example in self.examples:
            datum = example.datum
            for array in (datum.model_input.tokens_N(), datum.target_tokens_N, datum.weights_N):
                digest.update(len(array).to_bytes(8, "little"))
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def render_dataset(
    records: Sequence[Record], tokenizer: Tokenizer, *, train_on: TrainOn, max_length: int | None
) -> RenderedDataset:
    """Render every record once."""
    examples: list[RenderedExample] = []
    dropped: Counter[DropReason] = Counter()
    for record in records:
        match render_example(record, tokenizer, train_on=train_on, max_length=max_length):
            case Ok(example):
                examples.append(example)
            case Err(reason):
                dropped[reason] += 1
    return RenderedDataset(tuple(examples), dict(dropped))


def render_example(
    record: Record, tokenizer: Tokenizer, *, train_on: TrainOn, max_length: int | None
) -> Result[RenderedExample, DropReason]:
    """Render one record, or `Err` with the reason to drop it.

    `train_on` chooses the targets of a conversation: the content, with its end-of-turn marker, of
    `all_assistant` messages or of the `last_assistant` one, or `all_tokens`, the template's included. Every
    token of a plain text is a target. More than `max_length` tokens are cut on the right.
    """
    match record:
        case TextRecord(text):
            tokens_T = np.asarray(tokenizer.render_text(text), dtype=np.int64)
            message_index_T = np.zeros(len(tokens_T), dtype=np.int64)
            contents = (text,)
            is_target_T = np.ones(len(tokens_T), dtype=np.bool_)
        case Conversation(messages):
            speakers = [index for index, message in enumerate(messages) if message.role == "assistant"]
            if not speakers and train_on != "all_tokens":
                return Err(DropReason.NO_ASSISTANT)
            chat = tokenizer.render_chat(messages)
            tokens_T, message_index_T = chat.tokens_T, chat.message_index_T
            contents = tuple(message.content for message in messages)
            match train_on:
                case "all_tokens":
                    is_target_T = np.ones(len(tokens_T), dtype=np.bool_)
                case "all_assistant":
                    is_target_T = np.isin(message_index_T, speakers)
                case "last_assistant":
                    is_target_T = message_index_T == speakers[-1]

    length = len(tokens_T) if max_length is None else min(max_length, len(tokens_T))
    is_truncated = length < len(tokens_T)
    made = datum_from_model_input_weights(
        ModelInput.from_tokens(tokens_T), is_target_T.astype(np.float32), max_length
    )
    is_target_T[length:] = False
    is_target_T[:1] = False  # nothing comes before the first token to predict it from
    num_target_tokens = int(np.count_nonzero(is_target_T))
    if isinstance(made, Err) or not num_target_tokens:
        return Err(DropReason.TRUNCATED if is_truncated else DropReason.TOO_SHORT)
    num_bytes = _num_target_bytes(tokens_T, message_index_T, is_target_T, contents, tokenizer)
    return Ok(RenderedExample(made.value, num_bytes, num_target_tokens, is_truncated))


def _num_target_bytes(
    tokens_T: NDArray[np.int64],
    message_index_T: NDArray[np.int64],
    is_target_T: NDArray[np.bool_],
    contents: Sequence[str],
    tokenizer: Tokenizer,
) -> int:
    """UTF-8 bytes of the targets' text: a message's own where all of it is a target, else as decoded."""
    total = 0
    for message in map(int, np.unique(message_index_T[is_target_T])):
        of_message_T = message_index_T == message
        if message < 0:
            total += sum(
                _num_bytes(tokenizer.decode(tokens_T[start:end].tolist()))
                for start, end in _runs(of_message_T & is_target_T)
            )
            continue
        left_out = tokens_T[of_message_T & ~is_target_T].tolist()
        text = contents[message]
        if left_out and tokenizer.decode(left_out):
            text = tokenizer.decode(tokens_T[of_message_T & is_target_T].tolist())
            if text not in contents[message]:
                # A cut through a character decodes to replacement marks, which are not in the text.
                text = text.strip("\ufffd")
        total += _num_bytes(text)
    return total


def _num_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _runs(chosen_T: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The ranges of neighbours that are all chosen."""
    edges = [int(edge) for edge in np.flatnonzero(np.diff(chosen_T, prepend=False, append=False))]
    yield from zip(edges[::2], edges[1::2], strict=True)
