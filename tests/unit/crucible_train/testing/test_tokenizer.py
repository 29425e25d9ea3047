"""The tokenizer contract has teeth: each way of getting it wrong fails the tests it should, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crucible_train.adapters.tokenizer.bytes import BytesTokenizer, BytesTokenizerProvider
from crucible_train.result import Ok
from crucible_train.session import RenderedChat
from crucible_train.testing.tokenizer import TokenizerContract

BOS, END = 256, 261


class SmallerThanItsTokens(BytesTokenizer):
    vocab_size = 200


class LosesAccents(BytesTokenizer):
    def encode(self, text: str) -> list[int]:
        return list(text.encode("ascii", "replace"))


class AddsSpecialTokens(BytesTokenizer):
    def encode(self, text: str) -> list[int]:
        return [BOS, *super().encode(text)]


class NeverStops(BytesTokenizer):
    end_tokens = ()


class StopsAtText(BytesTokenizer):
    end_tokens = (END, ord("~"))


class TextWithoutEnd(BytesTokenizer):
    def render_text(self, text: str) -> list[int]:
        return super().render_text(text)[:-1]


class OwnersShifted(BytesTokenizer):
    """The masks are off by one, as after a shift that was done twice."""

    def render_chat(self, *args: Any, **options: Any) -> RenderedChat:
        rendered = super().render_chat(*args, **options)
        return RenderedChat(rendered.tokens_T, np.roll(rendered.message_index_T, 1))


class EndBelongsToTemplate(BytesTokenizer):
    def render_chat(self, *args: Any, **options: Any) -> RenderedChat:
        rendered = super().render_chat(*args, **options)
        owners_T = np.where(rendered.tokens_T == END, -1, rendered.message_index_T)
        return RenderedChat(rendered.tokens_T, owners_T)


class TemplateBelongsToMessages(BytesTokenizer):
    def render_chat(self, *args: Any, **options: Any) -> RenderedChat:
        rendered = super().render_chat(*args, **options)
        owners_T = rendered.message_index_T.copy()
        owners_T[:-1] = np.maximum(owners_T[:-1], owners_T[1:])
        owners_T[0] = 0
        return RenderedChat(rendered.tokens_T, owners_T)


class PromptChangesConversation(BytesTokenizer):
    """Asked for a generation prompt, it leaves out the beginning."""

    def render_chat(self, messages: Any, *, add_generation_prompt: bool = False) -> RenderedChat:
        rendered = super().render_chat(messages, add_generation_prompt=add_generation_prompt)
        first = 1 if add_generation_prompt else 0
        return RenderedChat(rendered.tokens_T[first:], rendered.message_index_T[first:])


class AnswersElsewhere(BytesTokenizer):
    """The generation prompt is not how an assistant's turn begins in training."""

    def render_chat(self, messages: Any, *, add_generation_prompt: bool = False) -> RenderedChat:
        rendered = super().render_chat(messages, add_generation_prompt=add_generation_prompt)
        if add_generation_prompt:
            rendered.tokens_T[-1] = BOS
        return rendered


BROKEN: dict[type[BytesTokenizer], list[str]] = {
    SmallerThanItsTokens: [
        "test_text_comes_back_as_it_went_in",
        "test_end_tokens_are_tokens_and_not_text",
    ],
    LosesAccents: [
        "test_text_comes_back_as_it_went_in",
        "test_a_rendered_text_ends_with_an_end_token_and_decodes_to_the_text",
    ],
    AddsSpecialTokens: ["test_plain_encoding_adds_no_special_tokens"],
    NeverStops: [
        "test_end_tokens_are_tokens_and_not_text",
        "test_a_rendered_text_ends_with_an_end_token_and_decodes_to_the_text",
        "test_a_message_owns_its_content_and_the_end_of_its_turn",
    ],
    StopsAtText: ["test_end_tokens_are_tokens_and_not_text"],
    TextWithoutEnd: ["test_a_rendered_text_ends_with_an_end_token_and_decodes_to_the_text"],
    OwnersShifted: [
        "test_a_message_owns_its_content_and_the_end_of_its_turn",
        "test_an_answer_begins_where_the_generation_prompt_ends",
        "test_the_generation_prompt_only_adds_tokens_of_the_template",
        "test_the_template_owns_what_nobody_says",
    ],
    EndBelongsToTemplate: ["test_a_message_owns_its_content_and_the_end_of_its_turn"],
    TemplateBelongsToMessages: ["test_the_template_owns_what_nobody_says"],
    PromptChangesConversation: [
        "test_an_answer_begins_where_the_generation_prompt_ends",
        "test_the_generation_prompt_only_adds_tokens_of_the_template",
    ],
    AnswersElsewhere: ["test_an_answer_begins_where_the_generation_prompt_ends"],
}


class BrokenProvider(BytesTokenizerProvider):
    def __init__(self, tokenizer: BytesTokenizer) -> None:
        self.tokenizer = tokenizer

    def for_model(self, model_ref: Any) -> Any:
        found = super().for_model(model_ref)
        return Ok(self.tokenizer) if isinstance(found, Ok) else found


class GuessesModel(BytesTokenizerProvider):
    """Any model has bytes."""

    def for_model(self, model_ref: Any) -> Any:
        return super().for_model({"id": "byte-lm"})


ALL_TESTS = sorted(name for name in dir(TokenizerContract) if name.startswith("test_"))


def failed_tests(provider: Any) -> list[str]:
    class Contract(TokenizerContract):
        def make_provider(self) -> Any:
            return provider

        def model_ref(self) -> dict[str, Any]:
            return {"id": "byte-lm"}

    failed: list[str] = []
    for name in ALL_TESTS:
        try:
            getattr(Contract(), name)()
        except AssertionError:
            failed.append(name)
    return failed


def test_a_correct_tokenizer_fails_nothing() -> None:
    assert failed_tests(BytesTokenizerProvider()) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_broken_tokenizer_fails_what_it_should(broken: type[BytesTokenizer]) -> None:
    assert failed_tests(BrokenProvider(broken())) == sorted(BROKEN[broken])


def test_a_provider_that_guesses_fails_what_it_should() -> None:
    assert failed_tests(GuessesModel()) == ["test_a_model_it_has_no_vocabulary_for_is_refused"]


def test_every_test_of_the_contract_catches_somebody() -> None:
    caught = {name for intended in BROKEN.values() for name in intended}
    assert caught | {"test_a_model_it_has_no_vocabulary_for_is_refused"} == set(ALL_TESTS)


@pytest.mark.parametrize("hook", ["make_provider", "model_ref"])
def test_a_hook_that_is_not_filled_in_says_so(hook: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(TokenizerContract(), hook)()
