"""JSON Schemas: they accept what the models accept, refuse the plain mistakes, and describe every field."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crucible_ir import WIRE_TYPES, TrainingConfig
from crucible_train import registry
from crucible_train.ir.normalize import normalize
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.result import Err, Ok
from crucible_train.schema import model_schema, schema, schema_names, stage_schema
from tests.support.odd_stages import ForgetfulConfig
from tests.support.specs import BASE
from tests.support.toy_backend import ToyTrainingConfig


def the_schema(name: str) -> dict[str, Any]:
    match schema(name):
        case Ok(found):
            return found
        case Err(problem):
            raise AssertionError(str(problem))


STAGE = the_schema("supervised_train")

ACCEPTED: list[dict[str, Any]] = [
    BASE,
    {"run_name": "x", **{key: BASE[key] for key in ("model_ref", "dataset_ref")}},
    {**BASE, "epochs": 3},
    {**BASE, "epochs": None},
    {**BASE, "num_epochs": 3},
    {**BASE, "batch_size": 8, "learning_rate": 1, "seed": 0},
    {**BASE, "learning_rate": 1e-4, "optimizer": "adamw", "loss_function": "cross_entropy"},
    {**BASE, "optimizer": None, "device": None, "metrics": None, "mixed_precision": None},
    {**BASE, "metrics": [], "device": "cuda:0", "mixed_precision": True},
    {**BASE, "validation_split": 0, "gradient_clipping": 1},
    {**BASE, "validation_split": 0.1, "eval_every": 5},
    {**BASE, "checkpoint_every": 5},
    {**BASE, "checkpoint_every": None},
    {**BASE, "save_every": 0},
    {**BASE, "early_stopping": {"monitor": "loss"}},
    {
        **BASE,
        "early_stopping": {"monitor": "val_loss", "patience": 2},
        "validation_split": 0.1,
        "eval_every": 1,
    },
    {**BASE, "early_stopping": None, "options": None},
    {**BASE, "options": {}},
    {**BASE, "options": {"lr_schedule": "cosine", "eval_every": None, "rank": 8}},
    {**BASE, "options": {"lr_schedule": "Cosine"}},
    {**BASE, "lr_schedule": "LINEAR"},
    {**BASE, "lr_schedule": {"warmup": 5, "schedule": {"warmup": 0, "schedule": "constant"}}},
    {**BASE, "lr_schedule": None},
    {**BASE, "options": {"eval_dataset_ref": {"name": "e", "split": "test"}, "eval_every": 3}},
    {**BASE, "eval_dataset_ref": {"name": "e", "schema": {"text": "string"}}, "eval_every": 3},
    {**BASE, "sample_prompts": ["Hi"], "sample_temperature": 0, "sample_max_tokens": 3},
    {**BASE, "training_config": {"rank": 8}},
    {**BASE, "training_config": None},
    {**BASE, "backend": "local", "logger": "none", "log_path": "runs/x"},
    {**BASE, "model_ref": {"id": "byte-lm", "options": {"context_length": 24}, "metadata": {"a": [1, None]}}},
    {
        **BASE,
        "dataset_ref": {"name": "d", "provider": None, "schema": None, "options": {"columns": {"a": "b"}}},
    },
    {"num_epochs": 3},
    {},
]

REFUSED: list[dict[str, Any]] = [
    {**BASE, "epoch": 3},
    {**BASE, "epochs": 0},
    {**BASE, "epochs": "3"},
    {**BASE, "epochs": 2.5},
    {**BASE, "id": ""},
    {**BASE, "id": None},
    {**BASE, "model_ref": "byte-lm"},
    {**BASE, "model_ref": None},
    {**BASE, "model_ref": {"id": "m", "versoin": 1}},
    {**BASE, "dataset_ref": {"split": "train"}},
    {**BASE, "dataset_ref": {"name": "d", "splt": "train"}},
    {**BASE, "learning_rate": 0},
    {**BASE, "checkpoint_every": 0},
    {**BASE, "validation_split": 1},
    {**BASE, "early_stopping": {"monitor": "los"}},
    {**BASE, "early_stopping": {"patiense": 3}},
    {**BASE, "early_stopping": 3},
    {**BASE, "options": [1]},
    {**BASE, "options": {"eval_every": -1}},
    {**BASE, "options": {"lr_schedule": "cosin"}},
    {**BASE, "options": {"lr_schedule": {"warmup": 3}}},
    {**BASE, "options": {"eval_dataset_ref": {"nam": "e"}}},
    {**BASE, "eval_dataset_ref": "e"},
    {**BASE, "metrics": "loss"},
    {**BASE, "metrics": [1]},
    {**BASE, "mixed_precision": "yes"},
    {**BASE, "train_on": "prompts"},
    {**BASE, "lr": 1},
]


class TestTheStagesSchema:
    @pytest.mark.parametrize("spec", ACCEPTED)
    def test_accepts_what_normalisation_accepts(self, spec: dict[str, Any]) -> None:
        assert list(Draft202012Validator(STAGE).iter_errors(spec)) == []
        if spec:
            whole = normalize(spec) if "model_ref" in spec else normalize(**spec)
            match whole:
                case Ok():
                    pass
                case Err(error):
                    problems = str(error)
                    assert "CRU501" in problems, problems  # what only a backend can judge

    @pytest.mark.parametrize("spec", REFUSED)
    def test_refuses_the_mistakes_an_editor_can_show(self, spec: dict[str, Any]) -> None:
        assert list(Draft202012Validator(STAGE).iter_errors(spec))
        assert isinstance(normalize(spec), Err)

    def test_says_where_each_key_goes(self) -> None:
        targets = {row.source: row.target for row in SupervisedConfig.mapping_table()}
        assert {key: STAGE["properties"][key]["x-crucible-maps-to"] for key in targets} == targets
        assert sorted(
            key for key, rules in STAGE["properties"].items() if "x-crucible-maps-to" in rules
        ) == sorted(targets)

    def test_lists_every_key_by_every_name(self) -> None:
        assert set(STAGE["properties"]) == SupervisedConfig.spec_keys()
        options = STAGE["properties"]["options"]["anyOf"][0]
        assert set(options["properties"]) == SupervisedConfig.option_keys()
        assert options["additionalProperties"] is True
        assert STAGE["additionalProperties"] is False

    def test_shows_the_stages_defaults_and_not_the_irs(self) -> None:
        properties = STAGE["properties"]
        assert properties["learning_rate"]["default"] == 1e-4
        assert properties["batch_size"]["default"] is None
        assert properties["seed"]["default"] == 0
        assert "default" not in properties["optimizer"]

    def test_is_what_the_stage_describes(self) -> None:
        assert registry.stage("supervised_train").unwrap()().describe() == STAGE
        assert stage_schema(SupervisedConfig, "supervised_train") == STAGE

    def test_a_training_config_inside_it_is_the_irs(self) -> None:
        whole = {"training_config": BASE}
        assert list(Draft202012Validator(STAGE).iter_errors(whole)) == []
        assert STAGE["$defs"]["TrainingConfig"]["properties"] == the_schema("TrainingConfig")["properties"]


def described(schema: Any) -> list[str]:
    """The properties of a schema, at every depth, that have no description."""
    missing: list[str] = []
    if isinstance(schema, dict):
        for name, rules in schema.get("properties", {}).items():
            if not rules.get("description"):
                missing.append(name)
        for value in schema.values():
            missing += described(value)
    elif isinstance(schema, list):
        for value in schema:
            missing += described(value)
    return missing


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_one_and_describes_every_field(name: str) -> None:
    found = the_schema(name)
    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["description"]
    assert described(found) == []


@pytest.mark.parametrize("wire_name", WIRE_TYPES)
def test_an_ir_type_has_both_of_its_names(wire_name: str) -> None:
    assert the_schema(wire_name) == the_schema(WIRE_TYPES[wire_name].__name__)


def test_an_ir_types_schema_accepts_what_the_type_accepts() -> None:
    validator = Draft202012Validator(the_schema("Training.Config"))
    assert (
        list(validator.iter_errors({**BASE, "epochs": None, "metrics": ["loss"], "options": {"a": 1}})) == []
    )
    for wrong in ({**BASE, "epochs": 0}, {**BASE, "zz": 1}, {"id": "a"}, {**BASE, "metrics": "loss"}):
        assert list(validator.iter_errors(wrong))


def test_a_backends_schema_is_its_training_config(monkeypatch: pytest.MonkeyPatch) -> None:
    target = "tests.support.toy_backend:ToyTrainingClient"
    monkeypatch.setitem(registry.BUILT_IN["training_client"], "toy", target)
    assert "training_config.toy" in schema_names()
    assert the_schema("training_config.toy") == model_schema(ToyTrainingConfig)


def test_the_names_of_schemas() -> None:
    assert schema_names() == (
        *(cls.__name__ for cls in WIRE_TYPES.values()),
        "supervised_train",
        "training_config.local",
    )


@pytest.mark.parametrize("name", ["nope", "training_config.nope"])
def test_there_is_no_other(name: str) -> None:
    match schema(name):
        case Err(registry.NotRegistered() as problem):
            assert problem.name in name
        case found:
            raise AssertionError(found)


def test_a_plug_in_that_does_not_load_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = registry.Broken("stages", "mine", "it is broken")
    monkeypatch.setattr(registry, "stage", lambda name: Err(broken))
    assert schema("mine") == Err(broken)


def test_a_stage_of_few_keys_has_a_schema_of_few_keys() -> None:
    found = stage_schema(ForgetfulConfig, "forgetful")
    Draft202012Validator.check_schema(found)
    assert set(found["properties"]) == {
        "model_ref",
        "seed",
        "epochs",
        "num_epochs",
        "options",
        "backend",
        "training_config",
    }
    assert found["properties"]["seed"]["default"] == 1


def test_a_schema_is_made_anew() -> None:
    the_schema("TrainingConfig")["properties"].clear()
    assert set(the_schema("TrainingConfig")["properties"]) == set(TrainingConfig.model_fields)
