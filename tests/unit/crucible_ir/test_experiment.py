"""An experiment: at least one stage, a backend that may fall back, and everything nested checked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import (
    BackendRef,
    DatasetRef,
    Experiment,
    ModelVersion,
    OutputSpec,
    StageDef,
    from_json,
    from_map,
    to_json,
    to_map,
)

BASE: dict[str, Any] = {"id": "e", "backend": {"id": "b"}, "pipeline": [{"name": "s"}]}
VERSION: dict[str, Any] = {"id": "v", "model_id": "m", "version": "1.0.0"}


def error_types(data: Any, cls: Any = Experiment) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as raised:
        from_map(data, cls)
    return [(details["loc"], details["type"]) for details in raised.value.errors()]


def test_the_smallest_one() -> None:
    experiment = from_map(BASE, Experiment)
    assert experiment == Experiment(id="e", backend=BackendRef(id="b"), pipeline=(StageDef(name="s"),))
    assert to_map(experiment, explicit_only=True) == BASE
    assert hash(experiment) == hash(from_json(to_json(experiment), Experiment))


def test_it_has_a_stage() -> None:
    assert error_types({**BASE, "pipeline": []}) == [(("pipeline",), "too_short")]


def test_a_pipeline_is_a_list_of_stages() -> None:
    assert error_types({**BASE, "pipeline": {"name": "s"}}) == [(("pipeline",), "tuple_type")]
    assert error_types({**BASE, "pipeline": ["s"]}) == [(("pipeline", 0), "model_type")]


def test_the_same_stage_may_run_twice() -> None:
    data = {**BASE, "pipeline": [{"name": "s"}, {"name": "s", "enabled": False}]}
    assert [stage.enabled for stage in from_map(data, Experiment).pipeline] == [True, False]


def test_lists_are_tuples() -> None:
    data = {**BASE, "tags": ["a", "b"], "outputs": [{"name": "o", "formats": ["json"]}]}
    for experiment in (
        from_map(data, Experiment),
        from_json(to_json(from_map(data, Experiment)), Experiment),
    ):
        assert experiment.tags == ("a", "b")
        assert experiment.outputs == (OutputSpec(name="o", formats=("json",)),)


def test_a_backend_may_fall_back_more_than_once() -> None:
    chain = {"id": "a", "fallback": {"id": "b", "fallback": {"id": "c"}}}
    assert to_map(from_map(chain, BackendRef), explicit_only=True) == chain
    assert error_types({"id": "a", "fallback": {"id": "b", "fallback": {}}}, BackendRef) == [
        (("fallback", "fallback", "id"), "missing")
    ]


def test_a_backend_that_falls_back_on_itself_is_refused() -> None:
    endless: dict[str, Any] = {"id": "a"}
    endless["fallback"] = endless
    ((_, kind),) = error_types(endless, BackendRef)
    assert kind == "recursion_loop"


def test_what_is_nested_is_checked_and_every_mistake_found() -> None:
    data = {
        **BASE,
        "dataset": {"name": ""},
        "training_config": {"id": "t", "model_ref": {"id": "m"}, "dataset_ref": {"name": "d"}, "epochs": 0},
        "model_version": {**VERSION, "version": "v1"},
        "outputs": [{"name": "o"}, {}],
        "reliability": {"stats": {"alpha": 2}, "hedging": {"strategy": "sometimes"}},
        "baseline": {},
    }
    assert set(error_types(data)) == {
        (("dataset", "name"), "string_too_short"),
        (("training_config", "epochs"), "greater_than_equal"),
        (("model_version", "version"), "semver"),
        (("outputs", 1, "name"), "missing"),
        (("reliability", "stats", "alpha"), "less_than_equal"),
        (("reliability", "hedging", "strategy"), "literal_error"),
        (("baseline", "id"), "missing"),
    }


def test_models_are_taken_as_they_are() -> None:
    experiment = from_map({**BASE, "dataset": DatasetRef(name="d")}, Experiment)
    assert experiment.dataset == DatasetRef(name="d")


@pytest.mark.parametrize(
    "version",
    ["0.0.0", "1.0.0", "10.20.30", "1.2.3-rc.1", "1.2.3+b", "1.0.0-0A.-.x-y+001", "999999999999.0.0"],
)
def test_a_semantic_version(version: str) -> None:
    data = {**VERSION, "version": version, "parent_version": version}
    assert to_map(from_map(data, ModelVersion), explicit_only=True) == data


@pytest.mark.parametrize(
    "version",
    [
        *("", "1", "1.0", "v1.0.0", "1.0.x", " 1.0.0", "1.0.0 ", "1.0.0\n", "1.0.0garbage", "1.2.3.4"),
        *("01.2.3", "1.02.3", "1.2.03", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0+", "1.0.0+a+b", "١.0.0"),
    ],
)
def test_no_semantic_version(version: str) -> None:
    assert error_types({**VERSION, "version": version}, ModelVersion) == [(("version",), "semver")]
    assert error_types({**VERSION, "parent_version": version}, ModelVersion) == [
        (("parent_version",), "semver")
    ]
