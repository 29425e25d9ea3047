"""Values that something else in the document wins over are judged all the same."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.ir.experiment import normalize_experiment
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok
from tests.support.specs import BASE, errors, findings, warnings

LOCAL = {**BASE, "backend": "local"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"lr_schedule": "cosine", "options": {"lr_schedule": "cosin"}}, ("CRU203", "options.lr_schedule")),
        ({"num_epochs": 2, "options": {"num_epochs": 0}}, ("CRU202", "options.num_epochs")),
        ({"batch_size": 0, "options": {"batch_size": 2}}, ("CRU202", "batch_size")),
        (
            {"early_stopping": {"a": 1}, "options": {"early_stopping": {"monitor": "loss"}}},
            ("CRU101", "early_stopping.a"),
        ),
        ({"seed": 1, "options": {"seed": -1}, "training_config": {"seed": 2}}, ("CRU202", "options.seed")),
        ({"seed": 2**63, "options": {"seed": 1}, "training_config": {"seed": 2}}, ("CRU202", "seed")),
        ({"device": "cuda", "options": {"device": "cpu"}}, ("CRU501", "device")),
        ({"options": {"backend": 3}}, ("CRU201", "options.backend")),
        (
            {"eval_dataset_ref": {"name": "e"}, "options": {"eval_dataset_ref": {"nam": "e"}}},
            ("CRU101", "options.eval_dataset_ref.nam"),
        ),
    ],
)
def test_in_a_spec(spec: dict[str, Any], expected: tuple[str, str]) -> None:
    assert errors({**LOCAL, **spec})[0] == expected


def test_they_are_still_said_to_have_no_effect() -> None:
    spec = {**LOCAL, "lr_schedule": "cosine", "options": {"lr_schedule": "cosin"}}
    assert warnings(spec) == [("CRU401", "options.lr_schedule")]


@pytest.mark.parametrize(
    "spec",
    [
        {"lr_schedule": "cosine", "options": {"lr_schedule": "linear"}},
        {"seed": 1, "options": {"seed": 3}, "training_config": {"seed": 2}},
        {"validation_split": 0.1, "options": {"validation_split": 0}, "eval_dataset_ref": {"name": "e"}},
        {"optimizer": "sgd", "options": {"optimizer": "adam", "adam_beta1": 0.5}},
        {"options": {"backend": "elsewhere"}},
    ],
)
def test_how_they_would_go_together_with_the_rest_does_not_matter(spec: dict[str, Any]) -> None:
    assert errors({**LOCAL, **spec}) == []


def test_they_are_judged_by_the_backend_that_takes_effect() -> None:
    spec = {
        **BASE,
        "backend": "local",
        "device": "cuda",
        "options": {"backend": "elsewhere", "device": "cpu"},
    }
    assert errors(spec) == [("CRU501", "device")]


def test_under_direct_keys() -> None:
    assert errors({**BASE, "epochs": "two"}, epochs=2) == [("CRU201", "epochs")]
    assert errors({**BASE, "epochs": "two"}, num_epochs=2) == [("CRU201", "epochs")]
    assert errors({**BASE, "id": None}, id="a") == []


def test_set_silences_what_it_replaces() -> None:
    sources = [Source({**BASE, "epochs": "two"}), Source({"epochs": 2}, Layer.SET, label="--set")]
    assert isinstance(normalize_sources(sources), Ok)


def test_in_an_experiment() -> None:
    shared = {**BASE, "early_stopping": {"patience": 0}}
    own = {"name": "supervised_train", "options": {"early_stopping": {"monitor": "loss"}}}
    document = {"id": "e", "backend": {"id": "local"}, "training_config": shared, "pipeline": [own]}
    match normalize_experiment(document):
        case Err(error):
            assert [(found.code, found.loc) for found in error.diagnostics] == [
                ("CRU202", ("training_config", "early_stopping", "patience"))
            ]
        case Ok():
            pytest.fail("a wrong value in the shared training config")


def test_one_mistake_is_one_finding() -> None:
    spec = {**LOCAL, "seed": -1, "options": {"seed": -2}, "training_config": {"seed": -3}}
    assert errors(spec) == [
        ("CRU202", "options.seed"),
        ("CRU202", "seed"),
        ("CRU202", "training_config.seed"),
    ]


class TestNulls:
    """A null beside a value says nothing, and nothing is wrong with it."""

    def test_a_wrong_value_is_found_where_it_is_and_not_at_the_null(self) -> None:
        (found,) = findings({**BASE, "epochs": 3.0}, epochs=None)
        assert (found.code, found.loc) == ("CRU201", ("epochs",))
        assert "direct key" not in found.message

    def test_a_null_for_a_key_that_has_another_name_is_not_missing(self) -> None:
        spec = {"run_name": "a", "dataset_ref": BASE["dataset_ref"], "model_ref": BASE["model_ref"]}
        assert errors(spec, id=None) == []
        assert errors({**spec, "id": None}) == [("CRU201", "id")]

    def test_a_required_value_that_is_wrong_is_not_missing(self) -> None:
        assert errors(stage="validate_data", dataset_ref={"nam": "d"}) == [("CRU101", "dataset_ref.nam")]
