"""JSON Schemas by name: which there are, and what each of them has."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crucible_ir import WIRE_TYPES, TrainingConfig
from crucible_train import __version__, registry
from crucible_train.result import Err, Ok
from crucible_train.schema import schema, schema_names, stage_schema, type_schema
from crucible_train.schema.document import COMMENT
from crucible_train.schema.export import built_in_names
from tests.support.toy_backend import ToyTrainingConfig

TOY_CLIENT = "tests.support.toy_backend:ToyTrainingClient"


def the_schema(name: str) -> dict[str, Any]:
    match schema(name):
        case Ok(found):
            return found
        case Err(problem):
            raise AssertionError(str(problem))


def test_the_names_of_schemas() -> None:
    assert schema_names() == (
        "training-spec",
        "experiment",
        *(cls.__name__ for cls in WIRE_TYPES.values()),
        "supervised_train",
        "validate_data",
        "report",
        "training_config.local",
    )
    assert built_in_names() == schema_names()


def undescribed(node: Any, path: str = "") -> list[str]:
    """The properties of a schema, at every depth, that a hover says nothing about.

    Conditions repeat properties only to judge them: they have nothing to say.
    """
    found: list[str] = []
    if isinstance(node, dict):
        for name, rules in node.get("properties", {}).items():
            if isinstance(rules, dict) and not rules.get("description"):
                found.append(f"{path}.{name}")
        for key, value in node.items():
            if key not in ("allOf", "if", "then", "else", "not", "oneOf", "examples", "default"):
                found += undescribed(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            found += undescribed(value, path)
    return found


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_one_says_what_it_is_and_describes_every_property(name: str) -> None:
    found = the_schema(name)
    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"urn:crucible-train:schema:{__version__}:{name}"
    assert found["$comment"] == COMMENT
    assert found["title"] == name
    assert found["description"]
    assert (found["type"], found["additionalProperties"]) == ("object", False)
    conditions = (
        {key: value for key, value in found["$defs"].items() if "type" in value} if "$defs" in found else {}
    )
    assert undescribed({**found, "$defs": conditions}) == []


@pytest.mark.parametrize("name", schema_names())
def test_every_definition_is_used(name: str) -> None:
    found = the_schema(name)
    text = str(found)
    assert [key for key in found.get("$defs", {}) if f"'#/$defs/{key}'" not in text] == []


@pytest.mark.parametrize("name", ["training-spec", "experiment"])
def test_the_two_for_editors_have_examples_that_they_accept(name: str) -> None:
    found = the_schema(name)
    assert found["examples"]
    for example in found["examples"]:
        assert [error.message for error in Draft202012Validator(found).iter_errors(example)] == []


@pytest.mark.parametrize("wire_name", WIRE_TYPES)
def test_an_ir_type_has_both_of_its_names(wire_name: str) -> None:
    assert the_schema(wire_name) == the_schema(WIRE_TYPES[wire_name].__name__)


def test_a_type_that_is_inside_itself_is_an_object_like_any_other() -> None:
    found = the_schema("BackendRef")
    assert found["properties"]["fallback"]["anyOf"][0] == {"$ref": "#/$defs/BackendRef"}
    assert found["properties"].keys() == found["$defs"]["BackendRef"]["properties"].keys()


def test_a_backends_schema_is_its_training_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN["training_client"], "toy", TOY_CLIENT)
    assert "training_config.toy" in schema_names()
    assert the_schema("training_config.toy") == type_schema(ToyTrainingConfig, "training_config.toy")


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


def test_a_schema_is_made_anew() -> None:
    the_schema("TrainingConfig")["properties"].clear()
    assert set(the_schema("TrainingConfig")["properties"]) == set(TrainingConfig.model_fields)


@pytest.mark.parametrize("name", registry.BUILT_IN["stages"])
def test_a_stages_schema_is_what_the_stage_describes(name: str) -> None:
    stage = registry.stage(name).unwrap()
    assert stage().describe() == the_schema(name) == stage_schema(stage.config_model, name)
