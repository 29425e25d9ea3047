"""`Parameters`: one flat vector with a named view for every weight of the model.

Optimizers, gradient norms and finiteness checks work on the flat vector in one sweep; the model works on
the views. A gradient has the same layout.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import DTypeLike, NDArray

    from crucible_train.bytelm.architecture import Architecture

FloatArray: TypeAlias = "NDArray[np.floating[Any]]"

EMBEDDING_STD = 0.25
"""Standard deviation of the initial embeddings: small enough for the first layer not to start saturated."""


class Parameters:
    """The model's weights (or their gradient): `values` is flat, `views[name]` shares its memory."""

    def __init__(self, architecture: Architecture, values: FloatArray) -> None:
        self.architecture = architecture
        self.values = values
        self.views: Mapping[str, FloatArray] = _split(architecture, values)

    @classmethod
    def zeros(cls, architecture: Architecture, dtype: DTypeLike = np.float32) -> Parameters:
        """All zeros: an empty gradient, fresh optimizer moments."""
        return cls(architecture, np.zeros(num_parameters(architecture), dtype=dtype))

    @classmethod
    def initial(cls, architecture: Architecture, seed: int, dtype: DTypeLike = np.float32) -> Parameters:
        """Starting weights. They depend on `architecture`, `seed` and `dtype` alone.

        Weights into a rectifier have variance 2 / fan-in or less (He et al. 2015, arXiv:1502.01852); the
        output starts near zero, so that the first loss is close to that of a uniform guess, ln V.
        """
        parameters = cls.zeros(architecture, dtype)
        random = np.random.Generator(np.random.PCG64(seed))
        window_dim = architecture.context_length * architecture.embedding_dim
        std = {
            "embedding": EMBEDDING_STD,
            "hidden.weight": math.sqrt(1 / window_dim),
            "residual.weight": math.sqrt(1 / architecture.hidden_dim),
            "output.weight": 0.1 * math.sqrt(1 / architecture.hidden_dim),
        }
        for name, scale in std.items():
            view = parameters.views[name]
            view[...] = scale * random.standard_normal(view.shape)
        return parameters

    def copy(self) -> Parameters:
        """The same numbers in memory of their own."""
        return Parameters(self.architecture, self.values.copy())

    def decayed(self) -> NDArray[np.bool_]:
        """Which values weight decay applies to: weights and embeddings, not biases."""
        flags = Parameters(self.architecture, np.ones(self.values.size, dtype=np.float32))
        for name, view in flags.views.items():
            if name.endswith(".bias"):
                view[...] = 0
        return flags.values.astype(np.bool_)


def num_parameters(architecture: Architecture) -> int:
    """How many numbers the model has."""
    return sum(math.prod(shape) for shape in architecture.shapes.values())


def _split(architecture: Architecture, values: FloatArray) -> dict[str, FloatArray]:
    views: dict[str, FloatArray] = {}
    start = 0
    for name, shape in architecture.shapes.items():
        size = math.prod(shape)
        views[name] = values[start : start + size].reshape(shape)
        start += size
    return views
