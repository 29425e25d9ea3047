"""One dialect of scalars: what each kind of field takes, and what it refuses."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import DatasetRef, ModelRef, StageDef, TrainingConfig, TrainingRun, from_json, from_map

BASE: dict[str, Any] = {"id": "a", "model_ref": {"id": "m"}, "dataset_ref": {"name": "d"}}
RUN: dict[str, Any] = {"id": "r", "config": BASE}

TEXTS = ("optimizer", "loss_function", "device")
COUNTS = ("epochs", "batch_size", "checkpoint_every")
FLOATS = ("learning_rate", "gradient_clipping")


def error_types(data: dict[str, Any], cls: Any = TrainingConfig) -> list[tuple[Any, str]]:
    """(place, type) of every error, which is the same from a mapping and from JSON."""
    with pytest.raises(ValidationError) as raised:
        from_map(data, cls)
    found = [(details["loc"], details["type"]) for details in raised.value.errors()]
    try:
        text = json.dumps(data)
    except TypeError:
        return found  # no JSON to compare with
    with pytest.raises(ValidationError) as from_text:
        from_json(text, cls)
    assert [(details["loc"], details["type"]) for details in from_text.value.errors()] == found
    return found


@pytest.mark.parametrize("field", [*COUNTS, "seed"])
@pytest.mark.parametrize("value", ["8", True, 2.0, 2.5, [2], {"n": 2}])
def test_a_count_is_an_integer_and_nothing_like_one(field: str, value: object) -> None:
    assert error_types({**BASE, field: value}) == [((field,), "int_type")]


@pytest.mark.parametrize("field", [*FLOATS, "validation_split"])
@pytest.mark.parametrize("value", ["0.5", True, [0.5], {"rate": 0.5}])
def test_a_number_is_a_number_and_nothing_like_one(field: str, value: object) -> None:
    assert error_types({**BASE, field: value}) == [((field,), "float_type")]


@pytest.mark.parametrize("field", [*FLOATS, "validation_split"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_is_finite(field: str, value: float) -> None:
    assert error_types({**BASE, field: value}) == [((field,), "finite_number")]


@pytest.mark.parametrize("field", FLOATS)
def test_an_integer_is_a_number(field: str) -> None:
    read = getattr(from_map({**BASE, field: 1}, TrainingConfig), field)
    assert read == 1.0
    assert type(read) is float


def test_an_integer_too_large_for_a_float_is_refused() -> None:
    data = {**BASE, "learning_rate": 10**400}
    for read in (lambda: from_map(data, TrainingConfig), lambda: from_json(json.dumps(data), TrainingConfig)):
        with pytest.raises(ValidationError, match="learning_rate"):
            read()


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("value", [1, 1.5, True, ["adam"], {"name": "adam"}])
def test_a_text_is_text(field: str, value: object) -> None:
    assert error_types({**BASE, field: value}) == [((field,), "string_type")]


@pytest.mark.parametrize("word", ["nil", "true", "null", "1", ""])
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_stays_what_it_says(field: str, word: str) -> None:
    assert getattr(from_map({**BASE, field: word}, TrainingConfig), field) == word


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, 1.0])
def test_a_boolean_is_true_or_false(value: object) -> None:
    assert error_types({**BASE, "mixed_precision": value}) == [(("mixed_precision",), "bool_type")]
    assert error_types({"name": "s", "enabled": value}, StageDef) == [(("enabled",), "bool_type")]


@pytest.mark.parametrize(
    ("field", "refused", "accepted"),
    [
        ("epochs", 0, 1),
        ("batch_size", 0, 1),
        ("checkpoint_every", 0, 1),
        ("seed", -1, 0),
        ("learning_rate", 0, 5e-324),
        ("learning_rate", -1e-3, 1e-3),
        ("gradient_clipping", 0.0, 0.1),
        ("validation_split", -0.1, 0),
        ("validation_split", 1, 0.999),
    ],
)
def test_ranges(field: str, refused: float, accepted: float) -> None:
    ((place, kind),) = error_types({**BASE, field: refused})
    assert place == (field,)
    assert kind.startswith(("greater_than", "less_than"))
    assert getattr(from_map({**BASE, field: accepted}, TrainingConfig), field) == accepted


def test_the_range_of_a_runs_epoch() -> None:
    assert error_types({**RUN, "current_epoch": -1}, TrainingRun) == [
        (("current_epoch",), "greater_than_equal")
    ]
    assert from_map({**RUN, "current_epoch": 0}, TrainingRun).current_epoch == 0


@pytest.mark.parametrize(("cls", "field"), [(ModelRef, "id"), (DatasetRef, "name"), (StageDef, "name")])
def test_a_name_has_characters(cls: Any, field: str) -> None:
    assert error_types({field: ""}, cls) == [((field,), "string_too_short")]


@pytest.mark.parametrize("status", ["pending", "running", "completed", "failed", "cancelled"])
def test_a_run_stands_somewhere(status: str) -> None:
    assert from_map({**RUN, "status": status}, TrainingRun).status == status


@pytest.mark.parametrize("status", ["done", "Pending", "", None, 1])
def test_a_run_stands_nowhere_else(status: object) -> None:
    assert error_types({**RUN, "status": status}, TrainingRun) == [(("status",), "literal_error")]


class TestLists:
    def test_a_list_is_kept_as_a_tuple(self) -> None:
        assert from_map({**BASE, "metrics": ["loss"]}, TrainingConfig).metrics == ("loss",)
        assert from_json(json.dumps({**BASE, "metrics": ["loss"]}), TrainingConfig).metrics == ("loss",)
        assert from_map({**BASE, "metrics": ("loss",)}, TrainingConfig).metrics == ("loss",)

    @pytest.mark.parametrize("value", ["loss", {"loss": 1}, 1, {"loss"}, (name for name in ["loss"])])
    def test_only_a_list_is_one(self, value: object) -> None:
        assert error_types({**BASE, "metrics": value}) == [(("metrics",), "tuple_type")]

    def test_every_item_is_text(self) -> None:
        assert error_types({**BASE, "metrics": ["loss", 1, None]}) == [
            (("metrics", 1), "string_type"),
            (("metrics", 2), "string_type"),
        ]

    def test_a_history_is_a_list_of_mappings(self) -> None:
        run = from_map({**RUN, "metrics_history": [{"loss": 1.5}, {}]}, TrainingRun)
        assert run.metrics_history == ({"loss": 1.5}, {})
        assert error_types({**RUN, "metrics_history": [1]}, TrainingRun) == [
            (("metrics_history", 0), "dict_type")
        ]


class TestTimestamps:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2024-01-01T00:00:00Z", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01T02:00:00+02:00", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01 00:00Z", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01t00:00:00z", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01T05:30:00+0530", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01T05:00:00+05", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2023-12-31T19:00-05", datetime(2024, 1, 1, tzinfo=UTC)),
            ("2024-01-01T00:00:00,25Z", datetime(2024, 1, 1, microsecond=250000, tzinfo=UTC)),
            ("2024-01-01T00:00:00.1234569Z", datetime(2024, 1, 1, microsecond=123456, tzinfo=UTC)),
        ],
    )
    def test_a_date_and_time_with_an_offset(self, text: str, instant: datetime) -> None:
        assert from_map({**RUN, "started_at": text}, TrainingRun).started_at == instant

    def test_a_datetime(self) -> None:
        now = datetime(2024, 1, 1, tzinfo=UTC)
        assert from_map({**RUN, "started_at": now}, TrainingRun).started_at == now

    def test_a_datetime_without_an_offset_is_no_point_in_time(self) -> None:
        naive = datetime(2024, 1, 1)  # noqa: DTZ001 - what is refused here
        assert error_types({**RUN, "started_at": naive}, TrainingRun) == [(("started_at",), "timezone_aware")]

    @pytest.mark.parametrize(
        "value",
        [
            "2024-01-01T00:00:00",
            "2024-01-01",
            "yesterday",
            "",
            "2024-02-30T00:00:00Z",
            1704067200,
            "00001704067200.00",  # seconds since 1970, dressed up as text
            "2024-01-01_00:00:00Z",
            "2024-01-01T00:00:00+5",
            "2024-01-01T00:00:00+24",
            "2024-01-01T00:00:00-1-05",
            True,
        ],
    )
    def test_nothing_else_is_a_point_in_time(self, value: object) -> None:
        ((place, _),) = error_types({**RUN, "started_at": value}, TrainingRun)
        assert place == ("started_at",)
