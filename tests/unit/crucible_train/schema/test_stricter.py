"""The stricter of two rules, where one of them is."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.schema.stricter import both, implies

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
NULL = {"type": "null"}
DEFINITIONS: dict[str, Any] = {
    "Closed": {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}
}


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        (INTEGER, INTEGER),
        (INTEGER, {"anyOf": [NULL, INTEGER]}),
        ({**INTEGER, "minimum": 1}, {**INTEGER, "minimum": 0}),
        ({**INTEGER, "exclusiveMinimum": 1}, {**INTEGER, "minimum": 1}),
        ({**INTEGER, "exclusiveMinimum": 1}, {**INTEGER, "exclusiveMinimum": 1}),
        ({**INTEGER, "minimum": 2}, {**INTEGER, "exclusiveMinimum": 1}),
        ({**INTEGER, "maximum": 1}, {**INTEGER, "maximum": 2}),
        ({**INTEGER, "exclusiveMaximum": 1}, {**INTEGER, "maximum": 1}),
        ({**INTEGER, "maximum": 0.5}, {**INTEGER, "exclusiveMaximum": 1}),
        ({**TEXT, "minLength": 2}, {**TEXT, "minLength": 1}),
        ({"$ref": "#/$defs/Closed"}, {"type": "object", "additionalProperties": True}),
        ({"anyOf": [{**INTEGER, "minimum": 1}, NULL]}, {"anyOf": [INTEGER, NULL]}),
        ({**INTEGER, "description": "x"}, {**INTEGER, "description": "y", "default": 3}),
    ],
)
def test_one_rule_implies_the_other(strict: dict[str, Any], loose: dict[str, Any]) -> None:
    assert implies(strict, loose, DEFINITIONS)


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        (INTEGER, TEXT),
        (INTEGER, {**INTEGER, "minimum": 0}),
        ({**INTEGER, "minimum": 1}, {**INTEGER, "exclusiveMinimum": 1}),
        ({**INTEGER, "maximum": 1}, {**INTEGER, "exclusiveMaximum": 1}),
        ({"anyOf": [INTEGER, NULL]}, INTEGER),
        (TEXT, {**TEXT, "minLength": 1}),
        (TEXT, {**TEXT, "pattern": "a"}),
        ({"type": "object"}, {"$ref": "#/$defs/Closed"}),
    ],
)
def test_one_rule_does_not_imply_the_other(strict: dict[str, Any], loose: dict[str, Any]) -> None:
    assert not implies(strict, loose, DEFINITIONS)


def test_the_stricter_is_kept_with_the_notes_of_the_first() -> None:
    first = {"anyOf": [{**INTEGER, "minimum": 1}, NULL], "description": "first"}
    second = {**INTEGER, "minimum": 3, "description": "second"}
    assert both(first, second, {}) == {**INTEGER, "minimum": 3, "description": "first"}
    assert both(second, first, {}) == {**INTEGER, "minimum": 3, "description": "second"}


def test_where_neither_is_stricter_both_are_kept() -> None:
    first, second = {**INTEGER, "minimum": 1, "description": "x"}, {**INTEGER, "maximum": 3}
    assert both(first, second, {}) == {
        "allOf": [{**INTEGER, "minimum": 1}, {**INTEGER, "maximum": 3}],
        "description": "x",
    }
