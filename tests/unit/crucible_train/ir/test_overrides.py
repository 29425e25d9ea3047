"""`--set KEY=VALUE`: values typed by the field they are for, keys as in a spec."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.overrides import overrides_source
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.result import Err, Ok
from tests.support.specs import BASE


def source(*assignments: str) -> Source:
    match overrides_source(list(assignments), SupervisedConfig):
        case Ok(found):
            return found
        case Err(problem):
            raise AssertionError(problem)


def refused(*assignments: str) -> str:
    match overrides_source(list(assignments), SupervisedConfig):
        case Err(problem):
            return problem
        case Ok(found):
            raise AssertionError(found)


def config(spec: dict[str, Any], *assignments: str) -> SupervisedConfig:
    return normalize_sources([Source({**BASE, **spec}), source(*assignments)]).unwrap().config


@pytest.mark.parametrize(
    ("assignment", "values"),
    [
        ("seed=010", {"seed": 10}),
        ("epochs=3", {"epochs": 3}),
        (" epochs = 3 ", {"epochs": 3}),
        ("learning_rate=1e-4", {"learning_rate": 1e-4}),
        ("learning_rate=nan", {"learning_rate": "nan"}),
        ("mixed_precision=true", {"mixed_precision": True}),
        ("metrics=[loss, accuracy]", {"metrics": ["loss", "accuracy"]}),
        # Text fields take the text as it is.
        ("optimizer=true", {"optimizer": "true"}),
        ("optimizer=", {"optimizer": ""}),
        ("device=0", {"device": "0"}),
        ("id=010", {"id": "010"}),
        ("run_name=2", {"run_name": "2"}),
        ("backend=1", {"backend": "1"}),
        ("log_path=runs/a=b", {"log_path": "runs/a=b"}),
        ("model_ref.id=1e3", {"model_ref": {"id": "1e3"}}),
        ("dataset_ref.split=no", {"dataset_ref": {"split": "no"}}),
        ("dataset_ref.name=010", {"dataset_ref": {"name": "010"}}),
        ("eval_dataset_ref.name=010", {"eval_dataset_ref": {"name": "010"}}),
        ("options.eval_dataset_ref.name=010", {"options": {"eval_dataset_ref": {"name": "010"}}}),
        ("options.log_path=010", {"options": {"log_path": "010"}}),
        ("options.device=010", {"options": {"device": "010"}}),
        ("training_config.optimizer=true", {"training_config": {"optimizer": "true"}}),
        # What nobody types is read as YAML.
        ("options.rank=010", {"options": {"rank": 10}}),
        ("options.foo.bar=true", {"options": {"foo": {"bar": True}}}),
        ("training_config.rank=8", {"training_config": {"rank": 8}}),
        ("dataset_ref.options.x=010", {"dataset_ref": {"options": {"x": 10}}}),
        ("dataset_ref.schema={a: b}", {"dataset_ref": {"schema": {"a": "b"}}}),
        ("model_ref={id: m}", {"model_ref": {"id": "m"}}),
        ("options={a: 1}", {"options": {"a": 1}}),
        ("zz.yy=1", {"zz": {"yy": 1}}),
        # A union takes what one of its parts takes.
        ("lr_schedule=Cosine", {"lr_schedule": "Cosine"}),
        ("lr_schedule.warmup=10", {"lr_schedule": {"warmup": 10}}),
        ("lr_schedule={warmup: 3, schedule: cosine}", {"lr_schedule": {"warmup": 3, "schedule": "cosine"}}),
        ("early_stopping.monitor=loss", {"early_stopping": {"monitor": "loss"}}),
        ("early_stopping.patience=3", {"early_stopping": {"patience": 3}}),
        # Null takes a value back.
        ("early_stopping=null", {"early_stopping": None}),
        ("id=~", {"id": None}),
        ("options.rank=null", {"options": {"rank": None}}),
    ],
)
def test_a_value_has_its_fields_type(assignment: str, values: dict[str, Any]) -> None:
    found = source(assignment)
    assert found.values == values
    assert (found.layer, found.label) == (Layer.SET, "--set")


@pytest.mark.parametrize("assignment", ["epochs", "", "=3", "a..b=1", ".a=1", "a.=1"])
def test_what_is_no_assignment_is_told_how_to_write_one(assignment: str) -> None:
    assert refused(assignment) == f"--set {assignment}: write KEY=VALUE, such as --set epochs=3"


def test_what_is_no_value_is_told_why() -> None:
    assert refused("epochs=[1").startswith("--set epochs=[1: not well-formed YAML")


def test_the_first_that_cannot_be_read_is_named() -> None:
    assert refused("epochs=") == "--set epochs=: there is no value; `null` takes a value of the spec back"
    assert refused("epochs=3", "seed").startswith("--set seed:")


class TestSeveral:
    def test_a_later_one_wins(self) -> None:
        assert source("epochs=3", "epochs=4").values == {"epochs": 4}

    def test_parts_of_one_mapping_add_up(self) -> None:
        values = source("options.a=1", "options.b.c=2", "options.b.d=null", "options.a=3").values
        assert values == {"options": {"a": 3, "b": {"c": 2, "d": None}}}

    def test_a_null_and_then_a_part(self) -> None:
        assert source("options.a=1", "options=null").values == {"options": None}
        assert source("early_stopping=null", "early_stopping.patience=2").values == {
            "early_stopping": {"patience": 2}
        }


class TestOverASpec:
    def test_they_win(self) -> None:
        spec = {"epochs": 2, "options": {"learning_rate": 0.5}}
        found = config(spec, "num_epochs=3", "learning_rate=0.1")
        assert (found.num_epochs, found.learning_rate) == (3, 0.1)

    def test_they_change_parts(self) -> None:
        spec = {
            "dataset_ref": {"name": "d", "split": "test"},
            "early_stopping": {"monitor": "loss", "patience": 2},
            "options": {"lr_schedule": {"warmup": 1, "schedule": "cosine"}, "rank": {"a": 1}},
        }
        found = config(
            spec,
            "dataset_ref.name=e",
            "early_stopping.patience=7",
            "lr_schedule.warmup=10",
            "options.rank.b=2",
        )
        assert found.dataset_ref == {"name": "e", "split": "test"}
        assert found.early_stopping is not None
        assert (found.early_stopping.monitor, found.early_stopping.patience) == ("train_mean_nll", 7)
        assert found.model_dump()["lr_schedule"] == {"warmup": 10, "schedule": "cosine"}
        assert found.training_config["rank"] == {"a": 1, "b": 2}

    def test_null_takes_back(self) -> None:
        spec = {
            "seed": 5,
            "early_stopping": {"monitor": "loss", "patience": 2},
            "options": {"max_steps": 9, "rank": 8},
        }
        found = config(spec, "seed=null", "early_stopping.patience=null", "options=null")
        assert found.training_config == {"seed": 0, "model_ref": {"id": "byte-lm"}}
        assert found.early_stopping is not None
        assert found.early_stopping.patience == 3
        assert found.max_steps is None

    @pytest.mark.parametrize(
        ("assignment", "code"),
        [
            ("epoch=3", "CRU101"),
            ("dataset_ref.nme=e", "CRU101"),
            ("epochs=x", "CRU201"),
            ("epochs=0", "CRU202"),
            ("mixed_precision=yes", "CRU201"),
            ("metrics=loss", "CRU201"),
            ("lr_schedule=cosin", "CRU203"),
            ("options=3", "CRU201"),
            ("options.epochs=3", "CRU107"),
            ("lr=3", "CRU104"),
            ("beta=1", "CRU103"),
            ("dataset_ref=null", "CRU102"),
        ],
    )
    def test_their_mistakes_are_findings(self, assignment: str, code: str) -> None:
        match normalize_sources([Source(BASE), source(assignment)]):
            case Err(error):
                (finding,) = error.diagnostics
                assert finding.code == code
                assert "(--set)" in finding.message
            case Ok(found):
                raise AssertionError(found)


def test_a_long_assignment_is_shortened_where_it_is_named() -> None:
    assert (
        refused("options=" + "[" * 500) == f"--set options={'[' * 189}...: nested more than 100 levels deep"
    )


def test_a_key_of_too_many_parts() -> None:
    assert refused(f"a{'.a' * 100}=1").endswith(": nested more than 100 levels deep")
