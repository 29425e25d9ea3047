"""Every field of an experiment has exactly one fate, and the warnings follow the tables."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_ir import BackendRef, Experiment, StageDef
from crucible_train import normalize_experiment
from crucible_train.diagnostics import Severity
from crucible_train.ir.experiment_fields import (
    DESCRIPTIVE,
    FOR_OTHERS,
    FOR_TRAINING,
    PIPELINE,
    RECORDED,
    UNREAD,
    WHOLE_SPEC,
)
from crucible_train.ir.experiment_sources import shared_values, value_at
from crucible_train.ir.spec import Source

FIELDS = {
    *((name,) for name in Experiment.model_fields if name != "backend"),
    *(("backend", name) for name in BackendRef.model_fields),
    *(("pipeline", name) for name in StageDef.model_fields),
}
READ = {WHOLE_SPEC, *(part for part, _, _ in (*FOR_TRAINING, *FOR_OTHERS) if part[0] != WHOLE_SPEC[0])}
SHARED = {"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a.jsonl"}}


def warned(*pipeline: Any, **parts: Any) -> list[str]:
    given = {"id": "e", "backend": {"id": "local"}, "pipeline": list(pipeline), **parts}
    found = normalize_experiment(given).unwrap().warnings
    assert {one.severity for one in found} <= {Severity.WARNING}
    return [".".join(map(str, one.loc)) for one in found if one.code == "CRU406"]


def test_every_field_has_a_fate() -> None:
    decided = {*READ, *RECORDED, *PIPELINE, *((name,) for name in DESCRIPTIVE)}
    assert decided == FIELDS


def test_no_field_has_two() -> None:
    fates = [*READ, *RECORDED, *PIPELINE, *((name,) for name in DESCRIPTIVE - {"id"})]
    assert len(set(fates)) == len(fates)
    assert set(UNREAD) <= READ


@pytest.mark.parametrize("field", [field for field in RECORDED if field[0] == "pipeline"])
def test_what_is_recorded_of_a_stage(field: tuple[str, ...]) -> None:
    stage = {"name": "supervised_train", field[-1]: "x"}
    plain = {"name": "supervised_train"}
    assert warned(plain, stage, training_config=SHARED) == [f"pipeline.1.{field[-1]}"]


def test_a_data_set_beside_the_one_that_is_trained_on_is_read_by_nobody() -> None:
    check, train = {"name": "validate_data"}, {"name": "supervised_train"}
    given: dict[str, Any] = {"training_config": SHARED, "dataset": {"name": "b.jsonl"}}
    assert warned(check, train, **given) == ["dataset"]
    assert warned(check, **given) == ["dataset"]
    assert warned(check, dataset={"name": "b.jsonl"}) == []


def test_a_training_config_of_which_only_the_model_is_read_is_read() -> None:
    options = {"dataset_ref": {"name": "own.jsonl"}}
    assert warned({"name": "validate_data", "options": options}, training_config=SHARED) == []
    options["model_ref"] = {"id": "byte-lm"}
    assert warned({"name": "validate_data", "options": options}, training_config=SHARED) == [
        "training_config"
    ]


def test_shared_values_say_where_they_are_from() -> None:
    data = {"id": "e", "training_config": {"dataset_ref": 1}, "dataset": 2, "backend": "no mapping"}
    assert shared_values(Source(data), "label", trains=False) == {
        "dataset_ref": (1, ("training_config", "dataset_ref")),
        "model_ref": (None, ("training_config", "model_ref")),
        "outputs": (None, ("outputs",)),
    }
    assert shared_values(Source(data), "label", trains=True) == {
        "id": ("e-label", ("id",)),
        "backend": (None, ("backend", "id")),
        "training_config": (None, ("backend", "options")),
        "dataset_ref": (2, ("dataset",)),
    }


def test_a_value_inside_mappings() -> None:
    assert value_at({"a": {"b": 3}}, ("a", "b")) == 3
    assert value_at({"a": [3]}, ("a", "b")) is None
