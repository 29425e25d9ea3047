"""Batches: every epoch is a permutation; no example twice, none lost; any step on its own."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.loops.supervised.batches import Batches, epoch_order, reduced
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.loops.supervised.plan import plan
from crucible_train.loops.supervised.rendering import RenderedExample, render_dataset
from crucible_train.records import TextRecord
from tests.support.toy_tokenizer import ToyTokenizer

MAX_EXAMPLES = 30
SEEDS = st.integers(0, 2**63)


@cache
def examples() -> tuple[RenderedExample, ...]:
    """Example n trains on n + 1 letters."""
    records = [TextRecord("x" * (n + 1)) for n in range(MAX_EXAMPLES)]
    return render_dataset(records, ToyTokenizer(), train_on="all_tokens", max_length=None).examples


def number(datum: Any) -> int:
    """Which example a datum is."""
    return len(datum.target_tokens_N) - 2


@given(SEEDS, st.integers(0, 50), st.integers(0, 200))
def test_an_epoch_is_a_permutation_of_the_original_order(seed: int, epoch: int, size: int) -> None:
    order = epoch_order(seed, epoch, size)
    assert sorted(order.tolist()) == list(range(size))
    assert order.tolist() == epoch_order(seed, epoch, size).tolist()


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = {tuple(epoch_order(seed, epoch, 50).tolist()) for seed in range(4) for epoch in range(4)}
    assert len(orders) == 16


def test_the_order_is_pinned() -> None:
    # A checkpoint made today must find the same order tomorrow.
    assert epoch_order(7, 2, 6).tolist() == [2, 3, 0, 5, 1, 4]


SETTINGS = st.fixed_dictionaries(
    {
        "num_epochs": st.integers(1, 4),
        "batch_size": st.none() | st.integers(1, MAX_EXAMPLES),
        "drop_last_batch": st.booleans(),
        "max_steps": st.none() | st.integers(1, 60),
    }
)


@given(SETTINGS, st.integers(1, MAX_EXAMPLES), SEEDS)
def test_no_example_is_lost_or_taken_twice(settings: dict[str, Any], size: int, seed: int) -> None:
    config = SupervisedConfig(**settings)
    steps = plan(config, size)
    batches = Batches(examples()[:size], steps, seed, "token_mean")
    taken: dict[int, list[int]] = {}
    for step in range(steps.total_steps):
        batch = batches.at(step)
        numbers = [number(datum) for datum in batch.data_B]
        assert batch.step == step
        assert len(numbers) == steps.batch_size or (
            not config.drop_last_batch and step % steps.steps_per_epoch == steps.steps_per_epoch - 1
        )
        assert batch.num_target_tokens == sum(n + 2 for n in numbers) == batch.num_tokens
        assert batch.num_target_bytes == sum(n + 1 for n in numbers)
        taken.setdefault(batch.epoch, []).extend(numbers)
    whole_epochs = steps.total_steps // steps.steps_per_epoch if steps.steps_per_epoch else 0
    for epoch, numbers in taken.items():
        assert len(set(numbers)) == len(numbers)
        assert numbers == epoch_order(seed, epoch, size).tolist()[: len(numbers)]
        if epoch < whole_epochs:
            dropped = size % steps.batch_size if config.drop_last_batch else 0
            assert len(numbers) == size - dropped


@given(st.integers(1, MAX_EXAMPLES), st.integers(1, 9), SEEDS, st.data())
def test_a_step_needs_none_before_it(size: int, batch_size: int, seed: int, data: st.DataObject) -> None:
    steps = plan(SupervisedConfig(num_epochs=3, batch_size=batch_size), size)
    in_order = Batches(examples()[:size], steps, seed, "sum")
    numbers = [[number(datum) for datum in in_order.at(step).data_B] for step in range(steps.total_steps)]
    asked = data.draw(st.lists(st.integers(0, steps.total_steps - 1), max_size=8))
    any_order = Batches(examples()[:size], steps, seed, "sum")
    assert [[number(datum) for datum in any_order.at(step).data_B] for step in asked] == [
        numbers[step] for step in asked
    ]


@given(st.lists(st.sampled_from(range(MAX_EXAMPLES)), min_size=1, max_size=8, unique=True))
def test_reductions_are_what_they_are_called(chosen: list[int]) -> None:
    batch = [examples()[n] for n in chosen]
    counts = [example.num_target_tokens for example in batch]
    by_token = [float(datum.weights_N.sum(dtype=np.float64)) for datum in reduced(batch, "token_mean")]
    by_example = [float(datum.weights_N.sum(dtype=np.float64)) for datum in reduced(batch, "example_mean")]
    assert by_token == pytest.approx([count / sum(counts) for count in counts], rel=1e-6)
    assert by_example == pytest.approx([1 / len(batch)] * len(batch), rel=1e-6)
    assert reduced(batch, "sum") == tuple(example.datum for example in batch)
    for example, datum in zip(batch, reduced(batch, "token_mean"), strict=True):
        assert example.datum.weights_N.max() == 1.0
        assert datum.target_tokens_N is example.datum.target_tokens_N
