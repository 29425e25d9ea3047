"""`Architecture`: the sizes of a byte-level context MLP. Imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crucible_train.bytelm.vocabulary import VOCAB_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL_ID = "byte-lm"
"""The name a spec calls the embedded model by."""


class Architecture(NamedTuple):
    """Sizes of the model. C = `context_length`, E = `embedding_dim`, H = `hidden_dim`, V = vocabulary."""

    context_length: int = 24
    """C: how many of the last tokens the model sees."""
    embedding_dim: int = 16
    """E: numbers per token embedding."""
    hidden_dim: int = 192
    """H: units of each of the two hidden layers."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Every parameter's name and shape, in the order they are stored. The last embedding is padding's."""
        window_dim = self.context_length * self.embedding_dim
        return {
            "embedding": (VOCAB_SIZE + 1, self.embedding_dim),
            "hidden.weight": (window_dim, self.hidden_dim),
            "hidden.bias": (self.hidden_dim,),
            "residual.weight": (self.hidden_dim, self.hidden_dim),
            "residual.bias": (self.hidden_dim,),
            "output.weight": (self.hidden_dim, VOCAB_SIZE),
            "output.bias": (VOCAB_SIZE,),
        }
