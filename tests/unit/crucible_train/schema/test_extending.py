"""The schema of a file that may extend others."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from crucible_train.schema import schema
from crucible_train.schema.extending import PROPERTY, extendable, part_of

WHOLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"$ref": "#/$defs/A"},
        "list": {"type": "array", "items": {"$ref": "#/$defs/A"}},
        "plain": {"$ref": "#/$defs/Plain"},
    },
    "required": ["a"],
    "allOf": [{"not": {"required": ["list", "plain"]}}],
    "additionalProperties": False,
}
DEFINITIONS: dict[str, Any] = {
    "A": {
        "type": "object",
        "properties": {"x": {"type": "integer"}, "a": {"$ref": "#/$defs/A"}},
        "required": ["x"],
    },
    "Plain": {"type": "object", "properties": {"y": {"enum": [1, 2]}}},
}


@pytest.fixture
def accepts() -> Any:
    definitions = dict(DEFINITIONS)
    found = extendable(WHOLE, definitions)
    return jsonschema_rs.Draft202012Validator({**found, "$defs": definitions}).is_valid


def test_what_extends_nothing_is_judged_as_a_whole(accepts: Any) -> None:
    assert accepts({"a": {"x": 1}})
    assert accepts({"a": {"x": 1}, "extends": None})
    for refused in ({}, {"extends": None}, {"a": {}}, {"a": {"x": 1}, "list": [], "plain": {}}):
        assert not accepts(refused)


def test_what_extends_others_may_lack_anything_but_for_the_items_of_a_list(accepts: Any) -> None:
    for part in ({}, {"a": {}}, {"a": {"a": {"a": {}}}}, {"list": [{"x": 1}], "plain": {}}):
        assert accepts({"extends": "b.yaml", **part})
    for wrong in ({"b": 1}, {"a": {"a": {"x": "1"}}}, {"plain": {"y": 3}}, {"list": [{}]}):
        assert not accepts({"extends": "b.yaml", **wrong})


@pytest.mark.parametrize("value", ["", 3, [], [""], [1], {"a": "b"}, ["a.yaml"] * 32])
def test_it_names_a_file_or_a_list_of_files(value: object) -> None:
    assert not jsonschema_rs.is_valid(PROPERTY, value)


def test_what_a_part_need_not_change_it_does_not() -> None:
    definitions = dict(DEFINITIONS)
    assert part_of({"$ref": "#/$defs/Plain"}, definitions) == {"$ref": "#/$defs/Plain"}
    assert definitions == DEFINITIONS
    assert part_of({"type": "object", "additionalProperties": {"$ref": "#/$defs/A"}}, definitions) == {
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/APart"},
    }


@pytest.mark.parametrize("name", ["training-spec", "experiment"])
def test_only_files_have_it(name: str) -> None:
    assert "extends" in schema(name).unwrap()["properties"]
    for other in ("supervised_train", "validate_data", "TrainingConfig", "Experiment"):
        assert "extends" not in schema(other).unwrap()["properties"]
