"""The schema of an experiment: each stage's options by its name, shared parts as far as they are read."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crucible_train import registry
from crucible_train.ir.experiment import normalize_experiment
from crucible_train.result import Ok
from crucible_train.schema import schema
from crucible_train.schema.generator import CHECKED_BY
from tests.support.odd_stages import Demanding
from tests.support.specs import BASE

FOUND = schema("experiment").unwrap()
VALIDATOR = Draft202012Validator(FOUND)
MODEL = BASE["model_ref"]
TRAIN: dict[str, Any] = {"name": "supervised_train"}
CHECK: dict[str, Any] = {"name": "validate_data"}
REPORT: dict[str, Any] = {"name": "report"}


def experiment(*pipeline: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"id": "e", "backend": {"id": "local"}, "pipeline": list(pipeline), **parts}


def having(stage: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {**stage, "options": options}


SHARED = {"training_config": BASE}
DATA = {"dataset": {"name": "d"}}

ACCEPTED = [
    experiment(TRAIN, **SHARED),
    experiment(CHECK, TRAIN, REPORT, **SHARED),
    experiment(having(TRAIN, **BASE)),
    experiment(having(TRAIN, training_config=BASE, epochs=3)),
    experiment(having(TRAIN, model_ref=MODEL), **DATA),
    experiment(TRAIN, **DATA, backend={"id": "local", "options": {"model_ref": MODEL}}),
    experiment(having(TRAIN, id=None, model_ref=None, training_config={"id": None}), **SHARED),
    experiment(having(CHECK, dataset_ref=None), **DATA),
    experiment(REPORT),
    experiment(having(REPORT, outputs=[{"name": "a"}]), outputs=[]),
    experiment({"name": "elsewhere", "options": {"any": 1}}),
    experiment(having(TRAIN, device="cuda"), **SHARED, backend={"id": "elsewhere"}),
    experiment(having(TRAIN, backend="elsewhere", device="cuda"), **SHARED),
]

REFUSED = [
    experiment(**SHARED),
    experiment(TRAIN),
    experiment(TRAIN, **DATA),
    experiment(CHECK),
    experiment(having(TRAIN, epoch=3), **SHARED),
    experiment(having(TRAIN, epochs=3, num_epochs=3), **SHARED),
    experiment(having(TRAIN, training_config={"epochs": 0}), **SHARED),
    experiment(having(CHECK, epochs=3), **SHARED),
    experiment(having(CHECK, training_config=BASE)),
    experiment(having(REPORT, outputs=[{"nme": "a"}])),
    experiment(REPORT, outputs=[{"name": "a", "formats": ["pdf"]}]),
    experiment(TRAIN, training_config={**BASE, "lr_schedule": "cosine"}),
    experiment(TRAIN, training_config={**BASE, "options": {"lr_schedule": "cosin"}}),
    experiment(TRAIN, training_config={**BASE, "early_stopping": {"patience": 0}}),
    experiment(TRAIN, **SHARED, dataset={"name": "d", "schema": {"a": "str"}}),
    experiment(CHECK, dataset={"name": "d", "schema": {"a": "str"}}),
    experiment(having(TRAIN, device="cuda"), **SHARED),
    experiment(having(TRAIN, training_config={"device": "cuda"}), **SHARED),
    experiment(TRAIN, training_config={**BASE, "device": "cuda"}),
    experiment(TRAIN, **SHARED, backend={"id": "local", "options": {"rank": 3}}),
    experiment(TRAIN, **SHARED, backend={"id": "elsewhere", "options": {"epochs": 3}}),
    experiment(having(TRAIN, backend="local", device="cuda"), **SHARED, backend={"id": "elsewhere"}),
    experiment(
        having(TRAIN, **BASE, options={"backend": "local"}, device="cuda"), backend={"id": "elsewhere"}
    ),
]


@pytest.mark.parametrize("document", ACCEPTED)
def test_accepts(document: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize("document", REFUSED)
def test_refuses(document: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(document)


def test_what_it_accepts_is_right_unless_a_plug_in_is_named() -> None:
    for document in ACCEPTED:
        assert isinstance(normalize_experiment(document), Ok) or "elsewhere" in str(document)


def test_types_the_options_of_each_stage_by_its_name() -> None:
    stages = FOUND["$defs"]["StageDef"]
    assert stages["properties"]["name"]["anyOf"][0] == {"enum": list(registry.BUILT_IN["stages"])}
    assert stages["properties"]["name"][CHECKED_BY] == ["CRU503"]
    typed = {rule["if"]["properties"]["name"]["const"]: rule["then"] for rule in stages["allOf"]}
    for name in registry.BUILT_IN["stages"]:
        model = registry.stage(name).unwrap().config_model
        assert typed[name]["properties"]["options"]["anyOf"][0] == {"$ref": f"#/$defs/{name}"}
        assert set(FOUND["$defs"][name]["properties"]) == model.spec_keys()


def test_a_required_setting_of_a_stage_may_be_in_the_shared_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN["stages"], "demanding", f"{Demanding.__module__}:Demanding")
    judge = Draft202012Validator(schema("experiment").unwrap())
    stage = {"name": "demanding"}
    shared = {"training_config": {**BASE, "options": {"group_size": 4}}}
    for document in (
        experiment(stage, **SHARED),
        experiment(stage, **shared),
        experiment(having(stage, group_size=4), **SHARED),
        experiment(having(stage, group_size=1), **shared),
    ):
        assert judge.is_valid(document) is isinstance(normalize_experiment(document), Ok)
