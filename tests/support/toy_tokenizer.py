"""A byte tokenizer with a chat template, small enough to read in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crucible_train.session import RenderedChat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.records import Message

BEGIN, END = 256, 257
ROLES = {"system": 258, "user": 259, "assistant": 260, "tool": 261}


class ToyTokenizer:
    """Tokens 0..255 are bytes. A turn is `<role> ":" content <end>`; a text is `<begin>? text <end>`."""

    vocab_size = 262
    end_tokens = (END,)

    def __init__(self, *, begins: bool = True) -> None:
        self.begins = begins

    def encode(self, text: str) -> list[int]:
        return list(text.encode("utf-8", "surrogatepass"))

    def decode(self, tokens: Sequence[int]) -> str:
        return bytes(token for token in tokens if token < 256).decode("utf-8", "replace")

    def render_text(self, text: str) -> list[int]:
        return [*([BEGIN] if self.begins else []), *self.encode(text), END]

    def render_chat(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False
    ) -> RenderedChat:
        tokens: list[int] = []
        owners: list[int] = []
        for index, message in enumerate(messages):
            content = [*self.encode(message.content), END]
            tokens += [ROLES[message.role], ord(":"), *content]
            owners += [-1, -1, *[index] * len(content)]
        if add_generation_prompt:
            tokens += [ROLES["assistant"], ord(":")]
            owners += [-1, -1]
        return RenderedChat(np.array(tokens, dtype=np.int64), np.array(owners, dtype=np.int64))
