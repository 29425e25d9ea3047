"""Sequences laid end to end, and cut into blocks of context windows: how a batch reaches the model.

Shape legend
    B   sequences
    M   positions to predict, over all sequences
    P   tokens laid out: each sequence after C - 1 pads, so that every window is C consecutive tokens
    C   context length

Sequences of different lengths cost no padding beyond those C - 1 tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crucible_train.bytelm.vocabulary import PAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_POSITIONS = 1024
"""Positions computed at once: enough for a matrix product to be efficient, few enough for its results to stay
in cache. It bounds memory too, whatever the batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some positions of a batch, with just the tokens their windows need."""

    positions_M: NDArray[np.intp]
    """Which positions of the batch these are, increasing."""
    tokens_P: NDArray[np.intp]
    starts_M: NDArray[np.intp]
    """The window of position m is `tokens_P[starts_M[m] : starts_M[m] + C]`."""
    targets_M: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class PackedBatch:
    """A batch of sequences laid end to end."""

    context_length: int
    tokens_P: NDArray[np.intp]
    starts_M: NDArray[np.intp]
    targets_M: NDArray[np.intp]
    lengths_B: tuple[int, ...]

    @property
    def num_positions(self) -> int:
        """M."""
        return len(self.starts_M)

    def blocks(self, positions_M: NDArray[np.intp] | None = None) -> Iterator[Block]:
        """The positions asked for (default: all), in blocks of at most `BLOCK_POSITIONS`."""
        if positions_M is None:
            positions_M = np.arange(self.num_positions)
        for first in range(0, len(positions_M), BLOCK_POSITIONS):
            yield self._block(positions_M[first : first + BLOCK_POSITIONS])

    def _block(self, positions_M: NDArray[np.intp]) -> Block:
        starts_M = self.starts_M[positions_M]
        first = starts_M[0]
        span_P = self.tokens_P[first : starts_M[-1] + self.context_length]
        starts_M = starts_M - first
        # +1 where a window begins, -1 where it has ended: the running sum is above zero inside windows.
        edges_P = np.zeros(len(span_P) + 1, dtype=np.intp)
        edges_P[starts_M] += 1
        edges_P[starts_M + self.context_length] -= 1
        needed_P = np.cumsum(edges_P[:-1]) > 0
        moved_P = np.cumsum(needed_P) - 1
        return Block(positions_M, span_P[needed_P], moved_P[starts_M], self.targets_M[positions_M])

    def split(self, values_M: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Values per position, as one array per sequence (views of `values_M`)."""
        ends = np.cumsum(self.lengths_B)
        return tuple(np.split(values_M, ends[:-1]))


def pack(
    inputs: Sequence[NDArray[np.int64]], targets: Sequence[NDArray[np.int64]], context_length: int
) -> PackedBatch:
    """Lay sequences end to end. `inputs[b]` and `targets[b]` have the same length; none may be empty.

    The window of position i holds input tokens i - C + 1 .. i, so no target depends on a later token.
    """
    pads = np.full(context_length - 1, PAD, dtype=np.intp)
    pieces: list[NDArray[np.intp]] = []
    starts: list[NDArray[np.intp]] = []
    offset = 0
    for tokens_N in inputs:
        pieces += (pads, tokens_N.astype(np.intp, copy=False))
        starts.append(np.arange(offset, offset + len(tokens_N)))
        offset += context_length - 1 + len(tokens_N)
    return PackedBatch(
        context_length,
        np.concatenate(pieces),
        np.concatenate(starts),
        np.concatenate(targets).astype(np.intp, copy=False),
        tuple(len(tokens_N) for tokens_N in inputs),
    )
