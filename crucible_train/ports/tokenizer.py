"""The tokenizer port: from a model's name to its tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.result import Result
    from crucible_train.session import SessionError, Tokenizer


class TokenizerProvider(Protocol):
    """Finds the tokenizer that belongs to a model."""

    def for_model(self, model_ref: Mapping[str, Any]) -> Result[Tokenizer, SessionError]:
        """The tokenizer of `model_ref` (the explicitly set fields of the IR's `ModelRef`)."""
        ...
