"""What a change of one keyword means to those who have documents for the old schema."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from crucible_train.result import Err
from crucible_train.schema import schema, schema_names
from crucible_train.schema.compatibility import ChangeKind, compare, read_schema

B, C, S = ChangeKind.BREAKING, ChangeKind.COMPATIBLE, ChangeKind.COSMETIC


def kinds(old: Any, new: Any) -> set[ChangeKind]:
    return {change.kind for change in compare(old, new)}


NARROWED = [
    ({}, {"type": "string"}),
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"type": "number"}, {"type": "integer"}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    ({"enum": ["a", "b"]}, {"const": "a"}),
    ({"type": "integer"}, {"type": "integer", "minimum": 0}),
    ({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0}),
    ({"type": "number", "maximum": 2}, {"type": "number", "maximum": 1}),
    ({"type": "number"}, {"type": "number", "multipleOf": 2}),
    ({"type": "string"}, {"type": "string", "minLength": 1}),
    ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 4}),
    ({"type": "string"}, {"type": "string", "pattern": "^a"}),
    ({"type": "string"}, {"type": "string", "format": "date-time"}),
    ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
    ({"type": "array"}, {"type": "array", "minItems": 1}),
    ({"type": "array", "maxItems": 3}, {"type": "array", "maxItems": 2}),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}),
    ({"type": "array"}, {"type": "array", "contains": {"const": 1}}),
    ({"type": "array"}, {"type": "array", "prefixItems": [{"type": "string"}]}),
    ({"type": "object"}, {"type": "object", "required": ["a"]}),
    ({"type": "object"}, {"type": "object", "additionalProperties": False}),
    ({"type": "object"}, {"type": "object", "properties": {"a": {"type": "string"}}}),
    ({"type": "object"}, {"type": "object", "minProperties": 1}),
    ({"type": "object", "maxProperties": 3}, {"type": "object", "maxProperties": 2}),
    ({"type": "object"}, {"type": "object", "propertyNames": {"maxLength": 3}}),
    ({"type": "object"}, {"type": "object", "patternProperties": {"^x": {"type": "string"}}}),
    ({"type": "object"}, {"type": "object", "dependentRequired": {"a": ["b"]}}),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "string"}]}),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}),
    ({"type": "string"}, {"allOf": [{"type": "string"}, {"minLength": 2}]}),
    ({"type": "string"}, {"type": "string", "not": {"const": "x"}}),
    ({"type": "object"}, {"type": "object", "x-crucible-checked-by": ["CRU301"]}),
    (
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": ["string", "null"]}}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}},
    ),
    (
        {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b", "c"]}},
    ),
]


@pytest.mark.parametrize(("wider", "narrower"), NARROWED, ids=lambda one: str(one)[:60])
class TestOneKeyword:
    def test_that_refuses_more_is_breaking(self, wider: Any, narrower: Any) -> None:
        assert B in kinds(wider, narrower)

    def test_that_accepts_more_is_compatible(self, wider: Any, narrower: Any) -> None:
        assert kinds(narrower, wider) == {C}

    def test_that_stays_is_no_change(self, wider: Any, narrower: Any) -> None:
        assert compare(wider, wider) == compare(narrower, copy.deepcopy(narrower)) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"description": "a"}, {"description": "b"}),
        ({"title": "a"}, {}),
        ({}, {"examples": [1]}),
        ({"$id": "urn:a:1"}, {"$id": "urn:a:2"}),
        ({}, {"deprecated": True}),
        (
            {"properties": {"a": {"x-crucible-maps-to": "b"}}},
            {"properties": {"a": {"x-crucible-maps-to": "c"}}},
        ),
    ],
)
def test_what_is_only_said_is_cosmetic(old: Any, new: Any) -> None:
    assert kinds(old, new) == {S}


def test_another_default_makes_documents_mean_something_else() -> None:
    old, new = ({"properties": {"a": {"type": "integer", "default": value}}} for value in (1, 2))
    (change,) = compare(old, new)
    assert (change.kind, change.path) == (B, "/properties/a/default")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}},
            {"$ref": "#/$defs/B", "$defs": {"B": {"type": "string"}}},
        ),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}, {"type": "string"}),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            {"anyOf": [{"type": "null"}, {"type": "string"}]},
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"required": ["a", "b"]}, {"required": ["b", "a"]}),
        ({"const": 1}, {"enum": [1]}),
        ({"minimum": 1}, {"minimum": 1.0}),
    ],
)
def test_the_same_said_in_another_way_breaks_nothing(old: Any, new: Any) -> None:
    assert B not in kinds(old, new) | kinds(new, old)


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = {"$ref": "#/$defs/T", "$defs": {"T": {"type": "array", "items": {"$ref": "#/$defs/T"}}}}
    bounded = {
        "$ref": "#/$defs/T",
        "$defs": {"T": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/T"}}},
    }
    assert B in kinds(tree, bounded)
    assert kinds(bounded, tree) == {C}


@pytest.mark.parametrize("odd", [{"properties": 3}, {"$ref": "#/nowhere"}, {"type": "text"}, {"anyOf": {}}])
def test_what_is_no_schema(odd: Any) -> None:
    assert isinstance(read_schema(odd), Err)
    with pytest.raises(ValueError, match="the old schema cannot be compared"):
        compare(odd, {})


@pytest.mark.parametrize("name", schema_names())
class TestOurOwn:
    def test_is_itself(self, name: str) -> None:
        found = schema(name).unwrap()
        assert compare(found, copy.deepcopy(found)) == ()

    def test_a_property_that_is_gone_breaks_and_a_new_one_does_not(self, name: str) -> None:
        found = schema(name).unwrap()
        more = copy.deepcopy(found)
        target = more["$defs"][more["$ref"].rpartition("/")[2]] if "$ref" in more else more
        target["properties"]["something_new"] = {"type": "integer"}
        assert kinds(found, more) == {C}
        assert B in kinds(more, found)
