"""Learning-rate multipliers: equal to the Elixir original's, to the last bit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from crucible_train.loops.schedule import LRSchedule, lr_multiplier
from tests.support.golden import SOURCES, golden_rows

SCHEDULE: TypeAdapter[LRSchedule] = TypeAdapter(LRSchedule)

# What we do with each input the original raises on or lets through, by (schedule, step, total).
# An exception type: refused. A number: accepted, with that multiplier.
DECISIONS: dict[tuple[str, float, int], type[Exception] | float] = {
    # Names that do not exist are refused, as in the original.
    ('"polynomial"', 5, 10): ValidationError,
    ('"polynomial"', 7, 10): ValidationError,
    ('""', 7, 10): ValidationError,
    ('" linear"', 7, 10): ValidationError,
    ("null", 4, 10): ValidationError,
    ('"copper_zz"', 9, 10): ValidationError,
    ('{"schedule": "bogus", "warmup": 3}', 3, 10): ValidationError,
    # A warm-up needs its length: the bare name is not a schedule.
    ('"warmup"', 9, 10): ValidationError,
    ('"warmup"', 8, 10): ValidationError,
    # The original reads strings without regard to case and refuses the atom; JSON has no atoms.
    ('"Linear"', 3, 10): 1.0 - 3 / 10,
    # A plan without steps, a step before the first, half a step: no plan has them, so asking is a mistake.
    ('"linear"', 1, 0): ValueError,
    ('{"schedule": "linear", "warmup": 2}', 5, 0): ValueError,
    ('"linear"', -1, 10): ValueError,
    ('"linear"', 1, -10): ValueError,
    ('{"schedule": "linear", "warmup": 4}', -1, 10): ValueError,
    ('"linear"', 2.5, 10): TypeError,
    ('"cosine"', 1, 0): ValueError,
    ('{"schedule": "cosine", "warmup": 2}', 5, 0): ValueError,
    ('"cosine"', -1, 10): ValueError,
    ('"cosine"', 1, -10): ValueError,
    ('{"schedule": "cosine", "warmup": 4}', -1, 10): ValueError,
    ('"cosine"', 2.5, 10): TypeError,
    ('"constant"', 1, 0): ValueError,
    ('{"schedule": "constant", "warmup": 2}', 5, 0): ValueError,
    ('"constant"', -1, 10): ValueError,
    ('"constant"', 1, -10): ValueError,
    ('{"schedule": "constant", "warmup": 4}', -1, 10): ValueError,
    ('"constant"', 2.5, 10): TypeError,
}


def multiplier(row: dict[str, Any]) -> float:
    return lr_multiplier(SCHEDULE.validate_python(row["schedule"]), row["step"], row["total"])


@pytest.mark.parametrize("source", SOURCES)
def test_multipliers_are_the_originals(source: str) -> None:
    rows = golden_rows(source, "lr_schedule.jsonl")
    assert rows
    assert [row for row in rows if multiplier(row) != row["multiplier"]] == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_quirk_is_decided(source: str) -> None:
    rows = golden_rows(source, "lr_schedule_quirks.jsonl")
    assert len(rows) == len(DECISIONS)
    for row in rows:
        decision = DECISIONS[json.dumps(row["schedule"]), row["step"], row["total"]]
        if isinstance(decision, float):
            assert multiplier(row) == decision
        else:
            with pytest.raises(decision):
                multiplier(row)
