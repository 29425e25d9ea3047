"""How many steps a run has, and of how many sequences each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible_train.loops.supervised.config import SupervisedConfig

AUTO_BATCH_SIZE = 8
"""Sequences per optimizer step when the config leaves `batch_size` out and there are at least as many."""


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """The shape of a run."""

    batch_size: int
    """Sequences per optimizer step; an epoch's last batch may have fewer."""
    steps_per_epoch: int
    total_steps: int

    def position(self, step: int) -> tuple[int, int]:
        """The epoch that `step` belongs to and the batch within it, both from 0."""
        return divmod(step, self.steps_per_epoch)


def plan(config: SupervisedConfig, num_examples: int) -> TrainPlan:
    """The steps that `config` takes over `num_examples` examples.

    No examples, or fewer than one batch where `drop_last_batch` is set, give a plan of 0 steps.
    """
    batch_size = config.batch_size or max(1, min(AUTO_BATCH_SIZE, num_examples))
    full, rest = divmod(num_examples, batch_size)
    steps_per_epoch = full + (1 if rest and not config.drop_last_batch else 0)
    total_steps = config.num_epochs * steps_per_epoch
    if config.max_steps is not None:
        total_steps = min(total_steps, config.max_steps)
    return TrainPlan(batch_size, steps_per_epoch, total_steps)
