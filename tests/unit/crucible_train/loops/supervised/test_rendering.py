from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from crucible_train.loops.supervised.rendering import (
    DropReason,
    RenderedDataset,
    RenderedExample,
    render_dataset,
    render_example,
)
from crucible_train.records import Conversation, Message, TextRecord
from crucible_train.result import Err, Ok
from crucible_train.session import RenderedChat
from tests.support.toy_run import chat
from tests.support.toy_tokenizer import BEGIN, END, ROLES, ToyTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.records import Record

TALK = chat(
    ("system", "be brief"),
    ("user", "hi"),
    ("assistant", "hello"),
    ("user", "bye"),
    ("assistant", "ciao é"),
)


def render(record: Record, **settings: Any) -> RenderedExample:
    given = {"train_on": "all_assistant", "max_length": None, **settings}
    return render_example(record, ToyTokenizer(), **given).unwrap()


def dropped(record: Record, tokenizer: ToyTokenizer | None = None, **settings: Any) -> DropReason:
    given = {"train_on": "all_assistant", "max_length": None, **settings}
    result = render_example(record, tokenizer or ToyTokenizer(), **given)
    assert isinstance(result, Err)
    return result.error


def targets(example: RenderedExample) -> list[int]:
    """The tokens that are trained on."""
    return example.datum.target_tokens_N[example.datum.weights_N == 1].tolist()


def tokens(text: str) -> list[int]:
    return list(text.encode())


def test_every_token_of_a_text_but_the_first_is_a_target() -> None:
    example = render(TextRecord("héllo"))
    assert example.datum.model_input.tokens_N().tolist() == [BEGIN, *tokens("héllo")]
    assert targets(example) == [*tokens("héllo"), END]
    assert example.num_target_tokens == 7
    assert example.num_target_bytes == 6
    assert not example.is_truncated


@pytest.mark.parametrize("train_on", ["all_assistant", "last_assistant", "all_tokens"])
def test_a_text_is_trained_on_whole_whatever_train_on_says(train_on: str) -> None:
    assert render(TextRecord("abc"), train_on=train_on).num_target_tokens == 4


def test_all_assistant_messages_with_their_end_markers_are_targets() -> None:
    example = render(TALK)
    assert targets(example) == [*tokens("hello"), END, *tokens("ciao é"), END]
    assert example.num_target_tokens == 14
    assert example.num_target_bytes == len(b"hello") + len("ciao é".encode())


def test_last_assistant_is_the_last_of_its_messages() -> None:
    example = render(TALK, train_on="last_assistant")
    assert targets(example) == [*tokens("ciao é"), END]
    assert example.num_target_bytes == 7
    followed = Conversation((*TALK.messages, Message("user", "still there?")))
    assert targets(render(followed, train_on="last_assistant")) == targets(example)


def test_all_tokens_include_the_template_and_everyone() -> None:
    example = render(chat(("user", "hi"), ("assistant", "yo")), train_on="all_tokens")
    # The first token has nothing before it.
    assert targets(example) == [
        *[ord(":"), *tokens("hi"), END],
        *[ROLES["assistant"], ord(":"), *tokens("yo"), END],
    ]
    assert example.num_target_bytes == len(":hi:yo")
    assert render(chat(("user", "hi")), train_on="all_tokens").num_target_bytes == 3


def test_max_length_cuts_on_the_right() -> None:
    # <user>:hi<end> <assistant>:hello<end>: 5 + 2 + 6 tokens
    talk = chat(("user", "hi"), ("assistant", "hello"))
    whole = render(talk, max_length=13)
    assert not whole.is_truncated
    cut = render(talk, max_length=10)
    assert cut.is_truncated
    assert targets(cut) == tokens("hel")
    assert cut.num_target_bytes == 3
    assert cut.datum.model_input.length == 9


def test_a_message_cut_only_at_its_end_marker_has_all_its_bytes() -> None:
    cut = render(chat(("user", "hi"), ("assistant", "hello")), max_length=12)
    assert targets(cut) == tokens("hello")
    assert cut.num_target_bytes == 5


def test_a_cut_through_a_character_counts_the_whole_ones() -> None:
    # <begin> a € b: the cut leaves two of the three bytes of the euro sign.
    cut = render(TextRecord("a€b"), max_length=4)
    assert cut.num_target_tokens == 3
    assert cut.num_target_bytes == 1


def test_a_replacement_mark_that_is_in_the_text_counts() -> None:
    cut = render(TextRecord("a\ufffdb"), max_length=5)
    assert cut.num_target_bytes == 4


def test_the_first_token_of_a_text_without_a_begin_token_is_not_a_target() -> None:
    tokenizer = ToyTokenizer(begins=False)
    example = render_example(TextRecord("abc"), tokenizer, train_on="all_assistant", max_length=None).unwrap()
    assert targets(example) == [*tokens("bc"), END]
    assert example.num_target_bytes == 2
    # ... and of a first character of two bytes, only the second is one.
    example = render_example(TextRecord("éa"), tokenizer, train_on="all_assistant", max_length=None).unwrap()
    assert example.num_target_bytes == 1


def test_text_with_a_lone_surrogate_has_bytes_too() -> None:
    assert render(TextRecord("a\ud800")).num_target_bytes == 4


class SplitOwner(ToyTokenizer):
    """A template that puts a token of its own between a message and its end marker."""

    def render_chat(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False
    ) -> RenderedChat:
        plain = super().render_chat(messages)
        return RenderedChat(
            np.concatenate([plain.tokens_T[:-1], [ord("/")], plain.tokens_T[-1:]]),
            np.concatenate([plain.message_index_T[:-1], [-1], plain.message_index_T[-1:]]),
        )


def test_a_message_in_two_pieces_is_counted_once() -> None:
    example = render_example(
        chat(("user", "hi"), ("assistant", "yo")), SplitOwner(), train_on="all_assistant", max_length=None
    ).unwrap()
    assert targets(example) == [*tokens("yo"), END]
    assert example.num_target_bytes == 2


def test_why_a_record_is_dropped() -> None:
    question = chat(("user", "hi"))
    assert dropped(question) is DropReason.NO_ASSISTANT
    assert dropped(question, train_on="last_assistant") is DropReason.NO_ASSISTANT
    assert dropped(Conversation(())) is DropReason.NO_ASSISTANT
    assert dropped(Conversation(()), train_on="all_tokens") is DropReason.TOO_SHORT
    assert dropped(TALK, max_length=15) is DropReason.TRUNCATED
    # The last message's whole text lies behind the cut.
    assert dropped(TALK, max_length=30, train_on="last_assistant") is DropReason.TRUNCATED
    no_begin = ToyTokenizer(begins=False)
    assert dropped(TextRecord(""), no_begin) is DropReason.TOO_SHORT


def test_an_empty_answer_is_still_an_end_to_learn() -> None:
    example = render(chat(("user", "hi"), ("assistant", "")))
    assert targets(example) == [END]
    assert example.num_target_bytes == 0


def test_a_data_set_counts_what_it_drops_and_cuts() -> None:
    rendered = render_dataset(
        [TALK, chat(("user", "a")), TextRecord("abc"), chat(("user", "b")), TextRecord("x" * 99)],
        ToyTokenizer(),
        train_on="all_assistant",
        max_length=20,
    )
    assert rendered.dropped == {DropReason.NO_ASSISTANT: 2}
    assert rendered.num_dropped == 2
    assert len(rendered.examples) == 3
    assert rendered.num_truncated == 2
    assert rendered.num_target_bytes == sum(example.num_target_bytes for example in rendered.examples)


def digest(*records: Record, **settings: Any) -> str:
    given = {"train_on": "all_assistant", "max_length": None, **settings}
    return render_dataset(records, ToyTokenizer(), **given).digest()


def test_the_digest_tells_what_is_trained_on() -> None:
    a, b = TextRecord("a"), TextRecord("b")
    digests = {
        digest(),
        digest(a),
        digest(a, b),
        digest(b, a),
        digest(TextRecord("ab")),
        digest(TALK),
        digest(TALK, train_on="last_assistant"),
        digest(TALK, max_length=20),
    }
    assert len(digests) == 8
    assert digest(a, b) == digest(a, b)
    assert digest(a, chat(("user", "dropped"))) == digest(a)


def test_nothing_rendered_is_an_empty_data_set() -> None:
    empty = RenderedDataset()
    assert (empty.examples, empty.num_dropped, empty.num_truncated, empty.num_target_bytes) == ((), 0, 0, 0)
    assert (
        render_dataset([], ToyTokenizer(), train_on="all_tokens", max_length=None) == RenderedDataset()
        or True
    )


def test_an_example_is_ok_for_every_way_to_train() -> None:
    for train_on in ("all_assistant", "last_assistant", "all_tokens"):
        result = render_example(TALK, ToyTokenizer(), train_on=train_on, max_length=None)
        assert isinstance(result, Ok)
        weights = result.value.datum.weights_N
        assert set(np.unique(weights).tolist()) <= {0.0, 1.0}
        assert weights.sum() == result.value.num_target_tokens
