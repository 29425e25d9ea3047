"""The bytes tokenizer passes the tokenizer contract."""

from __future__ import annotations

from typing import Any

from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.testing.tokenizer import TokenizerContract


class TestBytesTokenizer(TokenizerContract):
    def make_provider(self) -> BytesTokenizerProvider:
        return BytesTokenizerProvider()

    def model_ref(self) -> dict[str, Any]:
        return {"id": "byte-lm"}
