"""Packing: every position's window is its last C tokens, whatever is chosen and however it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.bytelm import packing
from crucible_train.bytelm.packing import PackedBatch, pack
from crucible_train.bytelm.vocabulary import PAD

TEXTS = st.lists(st.lists(st.integers(0, 261), min_size=1, max_size=30), min_size=1, max_size=5)


def windows(batch: PackedBatch, chosen: list[int] | None = None) -> dict[int, tuple[list[int], int]]:
    """Position -> its window and its target."""
    found: dict[int, tuple[list[int], int]] = {}
    for block in batch.blocks(None if chosen is None else np.array(chosen, dtype=np.intp)):
        assert 0 < len(block.positions_M) <= packing.BLOCK_POSITIONS
        for position, start, target in zip(block.positions_M, block.starts_M, block.targets_M, strict=True):
            window = block.tokens_P[start : start + batch.context_length]
            found[int(position)] = (window.tolist(), int(target))
    return found


def expected_windows(texts: list[list[int]], context_length: int) -> list[tuple[list[int], int]]:
    padded = [[PAD] * (context_length - 1) + text for text in texts]
    return [
        (text[place : place + context_length], text[place + context_length - 1] + 1)
        for text in padded
        for place in range(len(text) - context_length + 1)
    ]


@given(texts=TEXTS, context_length=st.integers(1, 9), data=st.data())
def test_windows_are_the_last_tokens_before_each_target(
    texts: list[list[int]], context_length: int, data: st.DataObject
) -> None:
    arrays = [np.array(text) for text in texts]
    batch = pack(arrays, [array + 1 for array in arrays], context_length)
    expected = expected_windows(texts, context_length)
    assert batch.num_positions == len(expected)
    size = data.draw(st.integers(1, 12))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "BLOCK_POSITIONS", size)
        assert windows(batch) == dict(enumerate(expected))
        chosen = sorted(data.draw(st.sets(st.integers(0, len(expected) - 1))))
        assert windows(batch, chosen) == {position: expected[position] for position in chosen}


def test_a_block_holds_only_the_tokens_its_windows_need() -> None:
    tokens = np.arange(200)
    batch = pack([tokens], [tokens], 4)
    block = next(batch.blocks(np.array([10, 11, 190])))
    assert block.tokens_P.tolist() == [7, 8, 9, 10, 11, 187, 188, 189, 190]


def test_values_are_split_where_the_sequences_end() -> None:
    batch = pack([np.arange(2), np.arange(3), np.arange(1)], [np.arange(2), np.arange(3), np.arange(1)], 2)
    parts = batch.split(np.arange(6, dtype=np.float32))
    assert [part.tolist() for part in parts] == [[0, 1], [2, 3, 4], [5]]
