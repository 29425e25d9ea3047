"""The embedded model's tokenizer: UTF-8 bytes and the markers of a conversation. Needs no file.

Chat template, for each message: role token, content bytes, end token; the whole after one beginning token.

    BOS  USER h i END  ASSISTANT h e l l o END          [ASSISTANT, where it is to speak next]

A message's content and its end token belong to the message (its speaker has to produce them); the beginning
and role tokens belong to the template. Markers have ids of their own, so no text can imitate one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from crucible_train.bytelm import vocabulary
from crucible_train.bytelm.architecture import MODEL_ID
from crucible_train.bytelm.model_ref import missing_dependency
from crucible_train.result import Err, Ok, Result
from crucible_train.session import RenderedChat, SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crucible_train.records import Message
    from crucible_train.session import Tokenizer

ROLE_TOKENS: Final = {
    "system": vocabulary.SYSTEM,
    "user": vocabulary.USER,
    "assistant": vocabulary.ASSISTANT,
    "tool": vocabulary.TOOL,
}
_TEMPLATE: Final = -1


class BytesTokenizer:
    """Text as UTF-8 bytes (implements `session.Tokenizer`)."""

    @property
    def vocab_size(self) -> int:
        """256 bytes and 6 markers."""
        return vocabulary.VOCAB_SIZE

    @property
    def end_tokens(self) -> tuple[int, ...]:
        """What ends a message or a text."""
        return (vocabulary.END,)

    def encode(self, text: str) -> list[int]:
        """One token per UTF-8 byte. A lone surrogate has no UTF-8 form: `UnicodeEncodeError`."""
        return list(text.encode("utf-8"))

    def decode(self, tokens: Sequence[int]) -> str:
        """The bytes' text; markers are left out, and bytes that are not UTF-8 become U+FFFD."""
        return bytes(token for token in tokens if token < vocabulary.NUM_BYTES).decode("utf-8", "replace")

    def render_text(self, text: str) -> list[int]:
        """Beginning, bytes, end."""
        return [vocabulary.BOS, *self.encode(text), vocabulary.END]

    def render_chat(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False
    ) -> RenderedChat:
        """The conversation through the template that this module's docstring shows."""
        import numpy as np

        tokens = [vocabulary.BOS]
        owners = [_TEMPLATE]
        for index, message in enumerate(messages):
            produced = [*self.encode(message.content), vocabulary.END]
            tokens += [ROLE_TOKENS[message.role], *produced]
            owners += [_TEMPLATE, *([index] * len(produced))]
        if add_generation_prompt:
            tokens.append(vocabulary.ASSISTANT)
            owners.append(_TEMPLATE)
        return RenderedChat(np.array(tokens, dtype=np.int64), np.array(owners, dtype=np.int64))


class BytesTokenizerProvider:
    """Gives the embedded model its tokenizer (implements `ports.TokenizerProvider`)."""

    def for_model(self, model_ref: Mapping[str, Any]) -> Result[Tokenizer, SessionError]:
        """The byte tokenizer, for the model `byte-lm`.

        Errors: `unsupported_config` for any other model: its vocabulary is not known here;
        `missing_dependency`.
        """
        model_id = model_ref.get("id")
        if model_id != MODEL_ID:
            message = f"the bytes tokenizer belongs to the model {MODEL_ID!r}, not to {model_id!r}"
            return Err(SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, message))
        try:
            # render_chat needs it: say so now, and not in the middle of a run.
            import_module("numpy")
        except ModuleNotFoundError as error:
            return Err(missing_dependency(error))
        return Ok(BytesTokenizer())
