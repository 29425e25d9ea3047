"""What a stage accepts, as a schema: by hand, and in the words of the mapping table.

That it is neither more nor less than what the stage accepts is `tests/schema/test_differential.py`'s to show.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from crucible_train import registry
from crucible_train.ir.normalize import normalize
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.result import Ok
from crucible_train.schema import schema, stage_schema
from crucible_train.schema.export import spec_schema
from crucible_train.schema.generator import CHECKED_BY
from tests.support.odd_stages import Demanding, DemandingConfig, ForgetfulConfig
from tests.support.specs import BASE

STAGE = schema("supervised_train").unwrap()
SPEC = schema("training-spec").unwrap()


def refusals(found: dict[str, Any], document: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(found).iter_errors(document)]


ACCEPTED: list[dict[str, Any]] = [
    {},
    {"epochs": None, "batch_size": 8, "learning_rate": 1, "seed": 0},
    {"num_epochs": 3, "save_every": 0},
    {"optimizer": None, "device": None, "metrics": None, "mixed_precision": None},
    {"optimizer": "sgd", "metrics": ["loss"], "options": {"weight_decay": 0.1}},
    {"early_stopping": {"monitor": "loss"}},
    {"early_stopping": {"monitor": "val_loss"}, "validation_split": 0.1, "eval_every": 1},
    {"early_stopping": {}, "options": {"validation_split": 0.1, "eval_every": 1}},
    {"early_stopping": {}, "options": {"early_stopping": {"monitor": "train_loss"}}},
    {"validation_split": 0, "eval_dataset_ref": {"name": "e"}},
    {"validation_split": 0.5, "options": {"validation_split": 0, "eval_dataset_ref": {"name": "e"}}},
    {"lr_schedule": {"warmup": 5, "schedule": {"warmup": 0, "schedule": "Constant"}}},
    {"options": {"lr_schedule": "COSINE", "eval_every": None}},
    {"training_config": {"weight_decay": 0.1, "seed": None}},
    {"backend": "local", "logger": "none", "log_path": "runs/x"},
    {"backend": "elsewhere", "options": {"rank": 8}, "device": "cuda"},
    {"model_ref": {"id": "byte-lm", "options": {"context_length": 24}, "artifact_uri": "file:///tmp/a"}},
    {"dataset_ref": {"name": "d", "schema": {"text": "string?"}, "options": {"columns": {"prompt": "q"}}}},
    {"dataset_ref": {"name": "d", "options": {"any": 1}}},
    {"dataset_ref": {"name": "d", "provider": "files", "options": {"limit": 1}}},
    {"dataset_ref": {"name": "d", "provider": "elsewhere", "options": {"any": 1}}},
]

REFUSED: list[dict[str, Any]] = [
    {"epoch": 3},
    {"epochs": 0},
    {"epochs": 2, "num_epochs": 2},
    {"id": None},
    {"model_ref": None},
    {"dataset_ref": {"split": "train"}},
    {"learning_rate": 0},
    {"checkpoint_every": 0},
    {"early_stopping": {"monitor": "los"}},
    {"early_stopping": {}},
    {"validation_split": 0.1, "eval_dataset_ref": {"name": "e"}},
    {"optimizer": "sgd", "adam_beta1": 0.8},
    {"training_config": {"optimizer": "sgd"}, "options": {"adam_eps": 0.1}},
    {"options": {"eval_every": -1}},
    {"options": {"epochs": 3}},
    {"options": {"lr_shedule": "cosine"}},
    {"options": {"seed": -1}},
    {"training_config": {"lr_schedule": "cosine"}},
    {"training_config": {"seed": 2**63}},
    {"device": "cuda"},
    {"mixed_precision": True},
    {"model_ref": {"id": "byte-lm", "options": {"context_lenght": 1}}},
    {"model_ref": {"id": "byte-lm", "artifact_uri": "s3://a/b"}},
    {"dataset_ref": {"name": "d", "schema": {"text": "str"}}},
    {"dataset_ref": {"name": "d", "provider": "files", "options": {"any": 1}}},
    {"dataset_ref": {"name": "d", "options": {"columns": {"promt": "q"}}}},
    {"options": {"eval_dataset_ref": {"nam": "e"}}},
]


class TestASpecFile:
    @pytest.mark.parametrize("keys", ACCEPTED)
    def test_accepts(self, keys: dict[str, Any]) -> None:
        assert refusals(SPEC, {**BASE, **keys}) == []

    @pytest.mark.parametrize("keys", REFUSED)
    def test_refuses(self, keys: dict[str, Any]) -> None:
        assert refusals(SPEC, {**BASE, **keys})

    @pytest.mark.parametrize("key", BASE)
    def test_says_what_is_missing(self, key: str) -> None:
        without = {name: value for name, value in BASE.items() if name != key}
        assert refusals(SPEC, without)
        other = {"id": {"run_name": "a"}, "model_ref": {"options": {"model_ref": BASE["model_ref"]}}}
        if key in other:
            assert refusals(SPEC, {**without, **other[key]}) == []

    def test_has_no_backend_of_a_plug_in(self) -> None:
        assert SPEC["properties"]["backend"]["anyOf"][0] == {"enum": ["local"]}
        assert SPEC["properties"]["backend"][CHECKED_BY] == ["CRU502"]


class TestTheOptionsOfAStage:
    @pytest.mark.parametrize(
        "options",
        [
            {"training_config": BASE},
            BASE,
            {"num_epochs": 3},
            {"training_config": None, "epochs": None},
            {"training_config": BASE, "epochs": 3, "options": {"lr_schedule": "cosine"}},
            {"training_config": {**BASE, "id": None, "epochs": 2}, "id": "a", "num_epochs": 3},
            {"training_config": {"options": {"a": 1}}, **BASE},
            {"device": "cuda"},
            {"dataset_ref": {"name": "d", "provider": "files", "options": {"any": 1}}},
        ],
    )
    def test_accepts(self, options: dict[str, Any]) -> None:
        assert refusals(STAGE, options) == []

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"training_config": None},
            {"training_config": {}},
            {"training_config": {**BASE, "id": None}},
            {"id": None, "epochs": 3},
            {"training_config": {**BASE, "epochs": 2, "num_epochs": 2}},
            {"training_config": BASE, "validation_split": 0.1, "eval_dataset_ref": {"name": "e"}},
            {"training_config": {**BASE, "validation_split": 0.1}, "eval_dataset_ref": {"name": "e"}},
            {"training_config": BASE, "backend": "local", "device": "cuda"},
            {"training_config": {**BASE, "device": "cuda"}, "options": {"backend": "local"}},
            {"training_config": {**BASE, "epochs": "two"}, "epochs": 2},
            {"backend": "any", "dataset_ref": {"name": "d", "provider": "files", "options": {"any": 1}}},
        ],
    )
    def test_refuses(self, options: dict[str, Any]) -> None:
        assert refusals(STAGE, options)


class TestTheMappingTable:
    def test_says_where_each_key_goes(self) -> None:
        targets = {row.source: row.target for row in SupervisedConfig.mapping_table()}
        for properties in (SPEC["properties"], STAGE["properties"]):
            found = {
                key: rules["x-crucible-maps-to"]
                for key, rules in properties.items()
                if "x-crucible-maps-to" in rules
            }
            assert found == targets

    def test_lists_every_key_by_every_name(self) -> None:
        assert set(STAGE["properties"]) == SupervisedConfig.spec_keys()
        for options in (
            STAGE["$defs"]["SupervisedConfigAnyStoreOptions"],
            SPEC["$defs"]["SupervisedConfigOptions"],
        ):
            assert set(options["properties"]) == SupervisedConfig.option_keys()
            assert options["additionalProperties"] is True

    def test_shows_the_stages_defaults_and_not_the_irs(self) -> None:
        properties = SPEC["properties"]
        assert properties["learning_rate"]["default"] == 1e-4
        assert properties["batch_size"]["default"] is None
        assert properties["seed"]["default"] == 0
        assert "default" not in properties["optimizer"]

    def test_shows_no_default_that_may_not_be_written(self) -> None:
        for key, rules in SPEC["properties"].items():
            if "default" in rules:
                assert Draft202012Validator({**rules, "$defs": SPEC["$defs"]}).is_valid(rules["default"]), key
        assert "default" not in SPEC["properties"]["checkpoint_every"]  # the stage's 0 is "never"
        assert SPEC["properties"]["save_every"]["default"] == 0


class TestAStageThatDoesNotTrain:
    def test_has_its_own_keys(self) -> None:
        found = schema("validate_data").unwrap()
        model = registry.stage("validate_data").unwrap().config_model
        assert set(found["properties"]) == set(model.model_fields)
        assert found["required"] == ["dataset_ref"]
        assert refusals(found, {"dataset_ref": {"name": "d", "schema": {"a": "number"}}}) == []
        assert refusals(found, {"dataset_ref": {"name": "d"}, "training_config": None})
        assert refusals(found, {"max_length": 3})

    def test_has_a_spec_file_that_may_extend_another(self) -> None:
        model = registry.stage("validate_data").unwrap().config_model
        found = spec_schema(model, "x")
        assert [*found["properties"]] == ["extends", *schema("validate_data").unwrap()["properties"]]
        assert refusals(found, {"dataset_ref": {"name": "a"}}) == []
        assert refusals(found, {"max_length": 3})
        assert refusals(found, {"dataset_ref": {"split": "a"}})
        assert refusals(found, {"extends": "a.yaml", "dataset_ref": {"split": "a"}}) == []
        assert refusals(found, {"extends": None, "max_length": 3})


class TestAPlugIns:
    def test_stage_of_few_keys_has_a_schema_of_few_keys(self) -> None:
        found = stage_schema(ForgetfulConfig, "forgetful")
        Draft202012Validator.check_schema(found)
        assert set(found["properties"]) == ForgetfulConfig.spec_keys()
        assert found["properties"]["seed"]["default"] == 1

    def test_stage_can_have_a_required_setting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(registry.BUILT_IN["stages"], "demanding", f"{Demanding.__module__}:Demanding")
        found = stage_schema(DemandingConfig, "demanding")
        for keys in ({}, {"group_size": None}, {"options": {"group_size": 4}}, {"group_size": 4}):
            whole = {"training_config": {**BASE, **keys}}
            expected = isinstance(normalize(whole["training_config"], stage="demanding"), Ok)
            assert (refusals(found, whole) == []) is expected, keys

    def test_stage_lists_the_errors_that_are_not_known_here(self) -> None:
        found = stage_schema(OwnRules, "own_rules")
        assert "CRU777" in found[CHECKED_BY]
        assert any(rule.get("$comment") == "CRU301" for rule in found["allOf"])

    def test_backend_can_require_more_than_a_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        target = "tests.support.toy_backend:PickyTrainingClient"
        monkeypatch.setitem(registry.BUILT_IN["training_client"], "picky", target)
        found = spec_schema(SupervisedConfig, "x")
        spec = {**BASE, "backend": "picky", "device": None}
        for keys in (
            {},
            {"rank": 3},
            {"options": {"rank": 3}},
            {"training_config": {"rank": 3}},
            {"device": "x"},
        ):
            accepted = refusals(found, {**spec, **keys}) == []
            assert accepted is (keys in ({"options": {"rank": 3}}, {"training_config": {"rank": 3}})), keys


class OwnRules(SupervisedConfig):
    """A stage with rules of its own."""

    errors_between_settings: ClassVar[tuple[str, ...]] = ("CRU301", "CRU777")
