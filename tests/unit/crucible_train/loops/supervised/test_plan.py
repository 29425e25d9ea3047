from __future__ import annotations

from typing import Any

import pytest

from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.loops.supervised.plan import AUTO_BATCH_SIZE, TrainPlan, plan


@pytest.mark.parametrize(
    ("settings", "num_examples", "expected"),
    [
        ({}, 100, TrainPlan(AUTO_BATCH_SIZE, 13, 13)),
        ({}, 8, TrainPlan(8, 1, 1)),
        ({}, 3, TrainPlan(3, 1, 1)),
        ({"drop_last_batch": True}, 3, TrainPlan(3, 1, 1)),
        ({"drop_last_batch": True}, 100, TrainPlan(8, 12, 12)),
        ({"batch_size": 10, "num_epochs": 3}, 100, TrainPlan(10, 10, 30)),
        ({"batch_size": 10, "num_epochs": 3}, 95, TrainPlan(10, 10, 30)),
        ({"batch_size": 10, "num_epochs": 3, "max_steps": 7}, 95, TrainPlan(10, 10, 7)),
        ({"batch_size": 10, "max_steps": 70}, 95, TrainPlan(10, 10, 10)),
        ({"batch_size": 10}, 3, TrainPlan(10, 1, 1)),
        ({"batch_size": 10, "drop_last_batch": True}, 3, TrainPlan(10, 0, 0)),
        ({}, 0, TrainPlan(1, 0, 0)),
    ],
)
def test_a_plan(settings: dict[str, Any], num_examples: int, expected: TrainPlan) -> None:
    assert plan(SupervisedConfig(**settings), num_examples) == expected


def test_a_step_is_epoch_times_batches_plus_batch() -> None:
    steps = [TrainPlan(2, 3, 7).position(step) for step in range(7)]
    assert steps == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0)]
