"""What is rewritten for other tools, and that it accepts the same as before."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from crucible_train.schema.for_tools import for_tools

REQUIRED = {"required": ["a"]}
TIME = {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"properties": {}, "allOf": [{"$comment": "CRU102", **REQUIRED}]},
            {"properties": {}, "allOf": [{"$comment": "CRU102", "if": True, "then": REQUIRED}]},
            id="a bare condition goes under an if",
        ),
        pytest.param(
            {"properties": {}, "allOf": [{"if": REQUIRED, "then": False}]},
            {"properties": {}, "allOf": [{"if": REQUIRED, "then": False}]},
            id="one that has an if stays",
        ),
        pytest.param({"allOf": [REQUIRED]}, {"allOf": [REQUIRED]}, id="without properties it is no class"),
        pytest.param(
            {"properties": {"a": {"description": "Anything."}, "b": {}, "c": True}},
            {"properties": {"a": {"anyOf": [{}], "description": "Anything."}, "b": {}, "c": True}},
            id="a described property of any type says so",
        ),
        pytest.param(
            {"properties": {"a": {"description": "A text.", "type": "string"}}},
            {"properties": {"a": {"description": "A text.", "type": "string"}}},
            id="one of some type has said so",
        ),
        pytest.param(
            TIME, {"type": "string", "pattern": "^[0-9]{4}"}, id="a pattern is exact, a format is not"
        ),
        pytest.param(
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date-time"},
            id="a format alone stays",
        ),
        pytest.param(
            {"type": "array", "minItems": 1, "minLength": 1},
            {"type": "array", "minItems": 1},
            id="an array has no characters",
        ),
        pytest.param({"type": "string", "minLength": 1}, {"type": "string", "minLength": 1}, id="a text has"),
        pytest.param(
            {"anyOf": [{"items": TIME}]},
            {"anyOf": [{"items": {"type": "string", "pattern": "^[0-9]{4}"}}]},
            id="at every depth",
        ),
        pytest.param(
            {"default": TIME, "examples": [TIME], "enum": [TIME], "const": TIME},
            {"default": TIME, "examples": [TIME], "enum": [TIME], "const": TIME},
            id="values are no schemas",
        ),
    ],
)
def test_what_becomes_of_it(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert for_tools(before) == after


@pytest.mark.parametrize(
    "document", [{}, {"a": 1}, {"a": "2024"}, {"a": "x"}, {"b": "2024"}, {"a": None, "b": []}, {"c": 1}, 3]
)
def test_the_same_is_accepted(document: Any) -> None:
    schema: dict[str, Any] = {
        "properties": {
            "a": {"description": "Anything."},
            "b": {"anyOf": [TIME, {"type": "array", "minLength": 9}]},
        },
        "additionalProperties": False,
        "allOf": [REQUIRED, {"if": {"required": ["b"]}, "then": {"properties": {"a": {"type": "null"}}}}],
    }
    before, after = (jsonschema_rs.Draft202012Validator(one) for one in (schema, for_tools(schema)))
    assert after.is_valid(document) == before.is_valid(document)


def test_the_schema_itself_is_left_as_it_is() -> None:
    schema = {"properties": {"a": {"description": "Anything."}}, "allOf": [REQUIRED]}
    for_tools(schema)
    assert schema == {"properties": {"a": {"description": "Anything."}}, "allOf": [REQUIRED]}
