"""What a value may be is said in words, and never less than the schema says."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.schema.reference.type_words import (
    accepts_null,
    one_or_more,
    referenced,
    type_in_words,
)

NULL = {"type": "null"}
TEXT = {"type": "string"}


def in_words(rules: dict[str, Any]) -> str:
    return type_in_words(rules, lambda name: f"<{name}>")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"type": "integer"}, "whole number"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number, at least 0 and less than 1"),
        ({"type": "number", "exclusiveMinimum": 0}, "number, more than 0"),
        ({"type": "number", "maximum": 9}, "number, at most 9"),
        ({"type": "integer", "minimum": 0, "maximum": 64}, "whole number from 0 to 64"),
        ({"type": "string", "minLength": 1}, "text, not empty"),
        ({"type": "string", "minLength": 0}, "text"),
        ({"type": "string", "pattern": "^v[0-9]+$"}, "text, of a fixed form"),
        (
            {"type": "string", "format": "date-time", "pattern": "^.*$"},
            "date and time with an offset (ISO 8601)",
        ),
        ({}, "anything"),
        ({"const": "text", "type": "string"}, "`text`"),
        ({"const": False}, "`false`"),
        ({"enum": ["a", "b", 3]}, "`a`, `b` or `3`"),
        ({"anyOf": [{"type": "boolean"}, NULL]}, "true or false"),
        ({"anyOf": [{"enum": ["a", "b"]}, {"$ref": "#/$defs/Thing"}, NULL]}, "`a`, `b` or <Thing>"),
        ({"type": "array", "items": TEXT}, "list of texts"),
        ({"type": "array", "items": {}}, "list of anything"),
        ({"type": "array", "items": {"type": "object"}, "minItems": 1}, "list of mappings, at least 1"),
        ({"type": "array", "items": {"enum": ["a"]}, "uniqueItems": True}, "list of `a`, each once"),
        ({"type": "array", "items": {"oneOf": [TEXT, {"$ref": "#/$defs/A"}]}}, "list of texts or <A>"),
        ({"type": "object", "additionalProperties": True}, "mapping"),
        (
            {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
            "mapping from names to numbers, at least 0",
        ),
        (
            {"oneOf": [{"anyOf": [{"enum": ["a", "b"]}, {"pattern": "^([aA]|[bB])$"}]}, TEXT]},
            "`a`, `b` (in any case) or text",
        ),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string", "pattern": "^a$"}]}, "`a` or text, of a fixed form"),
    ],
)
def test_types_in_words(rules: dict[str, Any], words: str) -> None:
    assert in_words(rules) == words


def test_a_type_without_words_is_an_error() -> None:
    with pytest.raises(ValueError, match="no words for"):
        in_words({"type": ["string", "number"]} | {"type": "bytes"})


@pytest.mark.parametrize(
    ("rules", "accepted"),
    [
        ({}, True),
        (NULL, False),
        (TEXT, False),
        ({"anyOf": [TEXT, NULL]}, True),
        ({"anyOf": [{"oneOf": [TEXT, NULL]}, TEXT]}, True),
        ({"$ref": "#/$defs/A"}, False),
        ({"enum": ["a"]}, False),
    ],
)
def test_where_null_is_accepted(rules: dict[str, Any], accepted: bool) -> None:
    assert accepts_null(rules) is accepted


def test_one_or_more() -> None:
    assert one_or_more(["a"]) == "a"
    assert one_or_more(["a", "b", "a"]) == "a or b"
    assert one_or_more(["a", "b", "c"], "and") == "a, b and c"


def test_the_types_that_a_schema_refers_to() -> None:
    rules = {
        "anyOf": [
            {"$ref": "#/$defs/A"},
            {"type": "array", "items": {"oneOf": [{"$ref": "#/$defs/B"}, TEXT]}},
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/C"}},
            {"type": "object", "additionalProperties": True},
        ]
    }
    assert referenced(rules) == {"A", "B", "C"}
