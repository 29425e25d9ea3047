"""The contract every tokenizer provider has to pass. Subclass it in a test module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crucible_train.records import Message
from crucible_train.session import SessionErrorCode
from crucible_train.testing.outcomes import expect_error, expect_ok

if TYPE_CHECKING:
    from crucible_train.ports import TokenizerProvider
    from crucible_train.session import Tokenizer


class TokenizerContract:
    """Text comes back as it went in, and every token of a conversation has an owner."""

    texts: ClassVar[tuple[str, ...]] = ("plain text", "", " spaces\n\tand lines ", "naïve 東京 🙂", "{}[]<>|")
    """Texts that encoding and decoding have to keep."""
    conversation: ClassVar[tuple[Message, ...]] = (
        Message("system", "Be brief."),
        Message("user", "2 + 2?"),
        Message("assistant", "4"),
        Message("user", "And 3 + 3?"),
        Message("assistant", "6"),
    )
    """A conversation the chat template can render."""

    def make_provider(self) -> TokenizerProvider:
        """The provider under test."""
        raise NotImplementedError

    def model_ref(self) -> dict[str, Any]:
        """A model the provider has the tokenizer of."""
        raise NotImplementedError

    def foreign_model_ref(self) -> dict[str, Any]:
        """A model whose tokenizer the provider cannot find."""
        return {"id": "no-such-model"}

    def tokenizer(self) -> Tokenizer:
        """The tokenizer of `model_ref`."""
        return expect_ok(self.make_provider().for_model(self.model_ref()))

    def test_a_model_it_has_no_vocabulary_for_is_refused(self) -> None:
        """No guessing: a wrong vocabulary trains on noise."""
        for model_ref in (self.foreign_model_ref(), {}):
            outcome = self.make_provider().for_model(model_ref)
            expect_error(outcome, SessionErrorCode.UNSUPPORTED_CONFIG, SessionErrorCode.STATE_NOT_FOUND)

    def test_text_comes_back_as_it_went_in(self) -> None:
        """Encoding and decoding keep text, with ids inside the vocabulary."""
        tokenizer = self.tokenizer()
        for text in self.texts:
            tokens = tokenizer.encode(text)
            assert all(0 <= token < tokenizer.vocab_size for token in tokens), (
                f"{text!r}: a token out of range"
            )
            assert tokenizer.decode(tokens) == text, f"{text!r} came back as {tokenizer.decode(tokens)!r}"

    def test_plain_encoding_adds_no_special_tokens(self) -> None:
        """`encode` is for text inside a sequence: no beginning, no end."""
        tokenizer = self.tokenizer()
        assert tokenizer.encode("") == []
        assert not set(tokenizer.encode("plain text")) & set(tokenizer.end_tokens)

    def test_end_tokens_are_tokens_and_not_text(self) -> None:
        """There is at least one, and decoding leaves it out."""
        tokenizer = self.tokenizer()
        assert tokenizer.end_tokens, "sampling would never stop"
        assert all(0 <= token < tokenizer.vocab_size for token in tokenizer.end_tokens)
        assert tokenizer.decode(tokenizer.end_tokens) == ""

    def test_a_rendered_text_ends_with_an_end_token_and_decodes_to_the_text(self) -> None:
        """`render_text` frames a text and keeps it."""
        tokenizer = self.tokenizer()
        for text in self.texts:
            tokens = tokenizer.render_text(text)
            assert tokens[-1] in tokenizer.end_tokens
            assert tokenizer.decode(tokens) == text

    def test_a_message_owns_its_content_and_the_end_of_its_turn(self) -> None:
        """The tokens with a message's index are its content and, for an assistant, an end token."""
        tokenizer = self.tokenizer()
        rendered = tokenizer.render_chat(self.conversation)
        tokens, owners = rendered.tokens_T.tolist(), rendered.message_index_T.tolist()
        assert len(tokens) == len(owners)
        assert set(owners) <= {-1, *range(len(self.conversation))}
        messages_in_order = [owner for owner in owners if owner >= 0]
        assert messages_in_order == sorted(messages_in_order)
        for index, message in enumerate(self.conversation):
            owned = [token for token, owner in zip(tokens, owners, strict=True) if owner == index]
            assert tokenizer.decode(owned).strip() == message.content, f"message {index} owns {owned}"
            if message.role == "assistant":
                assert set(owned) & set(tokenizer.end_tokens), f"message {index} does not own its end"

    def test_the_template_owns_what_nobody_says(self) -> None:
        """Beginning and role markers have the index -1."""
        rendered = self.tokenizer().render_chat(self.conversation)
        owners = rendered.message_index_T.tolist()
        for index in range(len(self.conversation)):
            assert owners[owners.index(index) - 1] != index
        assert owners[0] == -1, "the first token belongs to the template"

    def test_the_generation_prompt_only_adds_tokens_of_the_template(self) -> None:
        """The conversation's own tokens stay as they are."""
        tokenizer = self.tokenizer()
        messages = self.conversation[:-1]
        without = tokenizer.render_chat(messages)
        prompt = tokenizer.render_chat(messages, add_generation_prompt=True)
        count = len(without.tokens_T)
        assert prompt.tokens_T[:count].tolist() == without.tokens_T.tolist()
        assert set(prompt.message_index_T[count:].tolist()) == {-1}

    def test_an_answer_begins_where_the_generation_prompt_ends(self) -> None:
        """What a model sees when sampling is what it saw before the answer in training."""
        tokenizer = self.tokenizer()
        prompt = tokenizer.render_chat(self.conversation[:-1], add_generation_prompt=True)
        whole = tokenizer.render_chat(self.conversation)
        count = len(prompt.tokens_T)
        assert whole.tokens_T[:count].tolist() == prompt.tokens_T.tolist()
        assert whole.message_index_T[count] == len(self.conversation) - 1
