"""Conditions on what a document says, asked of documents."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crucible_train.schema.conditions import (
    all_of,
    any_of,
    effective,
    given,
    merged,
    set_somewhere,
    unset,
    within,
)

ONE = {"const": 1}
INNER = ("options", "a")


def holds(condition: dict[str, Any], document: Any) -> bool:
    Draft202012Validator.check_schema(condition)
    return Draft202012Validator(condition).is_valid(document)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"options": {"a": 0}}, True),
        ({"options": {"a": None}}, False),
        ({"options": {}}, False),
        ({"options": None}, False),
        ({"options": 3}, False),
        ({}, False),
    ],
)
def test_something_is_given(document: Any, expected: bool) -> None:
    assert holds(given(INNER), document) is expected
    assert holds(unset(INNER), document) is (not expected)


def test_what_is_given_can_be_asked_for() -> None:
    assert holds(given(INNER, ONE), {"options": {"a": 1}})
    assert not holds(given(INNER, ONE), {"options": {"a": 2}})


def test_nothing_is_set_anywhere() -> None:
    condition = unset(("a",), ("b", "c"), ("b", "d"))
    assert holds(condition, {"a": None, "b": {"c": None}})
    for document in ({"a": 1}, {"b": {"c": 1}}, {"b": {"d": 1}}):
        assert not holds(condition, document)


def test_a_rule_within_applies_where_there_is_something() -> None:
    condition = within(INNER, ONE)
    assert holds(condition, {})
    assert holds(condition, {"options": None})
    assert holds(condition, {"options": {"a": 1}})
    assert not holds(condition, {"options": {"a": 2}})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"a": 1}, True),
        ({"a": 2, "options": {"a": 1}}, False),
        ({"a": None, "options": {"a": 1}}, True),
        ({"a": None, "options": {"a": 2}}, False),
        ({"options": {"a": None}}, False),
        ({}, False),
    ],
)
def test_the_first_that_is_set_decides(document: Any, expected: bool) -> None:
    assert holds(effective([("a",), INNER], ONE), document) is expected


def test_the_simplest_place_is_tried_first() -> None:
    condition = set_somewhere([INNER, ("run_name",), ("id",)])
    assert [branch["required"] for branch in condition["anyOf"]] == [["id"], ["run_name"], ["options"]]
    assert holds(condition, {"options": {"a": 1}})
    assert not holds(condition, {"options": {}})


def test_one_of_one_is_the_one() -> None:
    assert any_of(ONE) == all_of(ONE) == ONE
    assert any_of(ONE, ONE) == {"anyOf": [ONE, ONE]}
    assert all_of(ONE, ONE) == {"allOf": [ONE, ONE]}


def test_properties_are_merged_at_every_depth() -> None:
    first, second = within(("a", "b"), ONE), within(("a", "c"), ONE)
    assert merged(first, second) == {"properties": {"a": {"properties": {"b": ONE, "c": ONE}}}}
    assert first == within(("a", "b"), ONE)
