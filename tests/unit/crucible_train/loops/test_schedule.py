from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from crucible_train.loops.schedule import LRSchedule, WarmupSchedule, lr_multiplier

SCHEDULE: TypeAdapter[LRSchedule] = TypeAdapter(LRSchedule)


class StrictConfig(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    lr_schedule: LRSchedule = "linear"


def errors(value: Any) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        SCHEDULE.validate_python(value)
    return [(error["loc"], error["type"]) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("written", "read"), [("linear", "linear"), ("Cosine", "cosine"), ("CONSTANT", "constant")]
)
def test_names_are_read_without_regard_to_case(written: str, read: str) -> None:
    assert SCHEDULE.validate_python(written) == read


def test_warm_ups_nest_in_a_strict_config() -> None:
    config = StrictConfig.model_validate(
        {"lr_schedule": {"warmup": 2, "schedule": {"warmup": 3, "schedule": "Cosine"}}}
    )
    inner = WarmupSchedule(warmup=3, schedule="cosine")
    assert config.lr_schedule == WarmupSchedule(warmup=2, schedule=inner)
    assert StrictConfig.model_validate(config.model_dump()) == config
    assert StrictConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize("value", [None, 3, True, ["linear"], "warmup", " linear", ""])
def test_one_wrong_value_gives_one_finding(value: Any) -> None:
    assert errors(value) == [(("ScheduleName",), "literal_error")]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"warmup": 1}, [("schedule", "missing")]),
        ({"schedule": "linear"}, [("warmup", "missing")]),
        ({"warmup": -1, "schedule": "linear"}, [("warmup", "greater_than_equal")]),
        ({"warmup": True, "schedule": "linear"}, [("warmup", "int_type")]),
        ({"warmup": "5", "schedule": "linear"}, [("warmup", "int_type")]),
        ({"warmup": 2.0, "schedule": "linear"}, [("warmup", "int_type")]),
        ({"warmup": 2, "schedule": "linear", "warmpu": 3}, [("warmpu", "extra_forbidden")]),
    ],
)
def test_a_warm_up_is_strict(value: Any, found: list[tuple[str, str]]) -> None:
    assert errors(value) == [(("WarmupSchedule", key), kind) for key, kind in found]


def test_all_findings_at_every_depth_are_reported() -> None:
    nested = {"warmup": -1, "schedule": {"warmup": -2, "schedule": "copper"}}
    assert [kind for _, kind in errors(nested)] == ["greater_than_equal"] * 2 + ["literal_error"]


def test_the_json_schema_offers_names_and_warm_ups() -> None:
    schema = SCHEDULE.json_schema()
    names, warm_up = schema["oneOf"]
    assert names["anyOf"][0] == {"enum": ["linear", "cosine", "constant"]}
    assert re.match(names["anyOf"][1]["pattern"], "Cosine")
    assert warm_up == {"$ref": "#/$defs/WarmupSchedule"}
    assert schema["$defs"]["WarmupSchedule"]["required"] == ["warmup", "schedule"]


def test_a_run_falls_from_the_base_rate_towards_zero() -> None:
    assert [lr_multiplier("linear", step, 4) for step in range(4)] == [1.0, 0.75, 0.5, 0.25]
    assert [lr_multiplier("cosine", step, 4) for step in range(5)] == pytest.approx(
        [1.0, 0.8535533905932737, 0.5, 0.1464466094067262, 0.0]
    )
    assert {lr_multiplier("constant", step, 4) for step in range(4)} == {1.0}


def test_a_warm_up_rises_from_zero_and_hands_over() -> None:
    schedule = WarmupSchedule(warmup=2, schedule="linear")
    assert [lr_multiplier(schedule, step, 6) for step in range(6)] == [0.0, 0.5, 1.0, 0.75, 0.5, 0.25]


def test_a_warm_up_as_long_as_training_leaves_the_rest_one_step() -> None:
    schedule = WarmupSchedule(warmup=3, schedule="linear")
    assert [lr_multiplier(schedule, step, 3) for step in range(4)] == [0.0, 1 / 3, 2 / 3, 1.0]


def test_depth_costs_no_recursion() -> None:
    schedule: LRSchedule = "constant"
    for _ in range(5000):
        schedule = WarmupSchedule.model_construct(warmup=0, schedule=schedule)
    assert lr_multiplier(schedule, 0, 1) == 1.0


@pytest.mark.parametrize(("step", "total"), [(-1, 4), (0, 0), (0, -1)])
def test_steps_outside_any_plan_are_a_mistake(step: int, total: int) -> None:
    with pytest.raises(ValueError, match="steps count from 0"):
        lr_multiplier("linear", step, total)


@pytest.mark.parametrize(("step", "total"), [(1.5, 4), (1, 4.0), (True, 4)])
def test_steps_are_integers(step: Any, total: Any) -> None:
    with pytest.raises(TypeError, match="count steps"):
        lr_multiplier("linear", step, total)
