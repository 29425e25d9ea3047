"""Which examples each optimizer step trains on, and how the batch's loss is reduced.

Order: in epoch e, a permutation of the original order drawn from (seed, e) alone, so any step can be
reproduced without those before it. Reduction: cross-entropy is a sum of `-logprob * weight`, so a mean is
made by scaling the weights.

Shape legend: N positions of one datum, B datums in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from crucible_train.datum import Datum, TensorData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from crucible_train.loops.supervised.plan import TrainPlan
    from crucible_train.loops.supervised.rendering import RenderedExample

Reduction: TypeAlias = Literal["token_mean", "example_mean", "sum"]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one optimizer step trains on."""

    step: int
    epoch: int
    data_B: tuple[Datum, ...]
    """With the weights the loss is taken with."""
    masks_BN: tuple[NDArray[np.float32], ...]
    """1 where the target counts, else 0: the weights before the reduction scaled them."""
    num_tokens: int
    """Positions the model is run on."""
    num_target_tokens: int
    num_target_bytes: int


def epoch_order(seed: int, epoch: int, num_examples: int) -> NDArray[np.int64]:
    """The order of the examples in `epoch`."""
    source = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))
    return source.permutation(num_examples)


def reduced(examples: Sequence[RenderedExample], reduction: Reduction) -> tuple[Datum, ...]:
    """The examples' data, weighted so that the summed loss of the batch is the named reduction.

    `token_mean`: the mean over the batch's target tokens. `example_mean`: the mean over its examples of
    each one's mean. `sum`: the sum over its target tokens.
    """
    match reduction:
        case "sum":
            return tuple(example.datum for example in examples)
        case "token_mean":
            total = sum(example.num_target_tokens for example in examples)
            return tuple(_scaled(example.datum, 1.0 / total) for example in examples)
        case "example_mean":
            count = len(examples)
            return tuple(
                _scaled(example.datum, 1.0 / (count * example.num_target_tokens)) for example in examples
            )


def _scaled(datum: Datum, factor: float) -> Datum:
    weights = TensorData(datum.weights_N * np.float32(factor))
    return Datum(datum.model_input, {**datum.loss_fn_inputs, "weights": weights})


class Batches:
    """The batches of a run, by step."""

    def __init__(
        self, examples: Sequence[RenderedExample], plan: TrainPlan, seed: int, reduction: Reduction
    ) -> None:
        self._examples = examples
        self._plan = plan
        self._seed = seed
        self._reduction: Reduction = reduction
        self._epoch = -1
        self._order: list[int] = []

    def at(self, step: int) -> Batch:
        """The batch of `step`."""
        epoch, index = self._plan.position(step)
        if epoch != self._epoch:
            order = epoch_order(self._seed, epoch, len(self._examples))
            self._order = [int(index) for index in order]
            self._epoch = epoch
        start = index * self._plan.batch_size
        chosen = [self._examples[i] for i in self._order[start : start + self._plan.batch_size]]
        masks_BN = tuple(example.datum.weights_N for example in chosen)
        return Batch(
            step=step,
            epoch=epoch,
            data_B=reduced(chosen, self._reduction),
            masks_BN=masks_BN,
            num_tokens=sum(len(mask_N) for mask_N in masks_BN),
            num_target_tokens=sum(example.num_target_tokens for example in chosen),
            num_target_bytes=sum(example.num_target_bytes for example in chosen),
        )
