"""The schema of one model: descriptions where a hover looks for them, and parts that can be taken apart."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from crucible_train.schema.generator import Schema, model_schema, notes, nullable, rules, unwrapped


class Inner(BaseModel):
    """Something inside."""

    size: int = 1
    """How large."""


class Outer(BaseModel):
    """A model
    with a description of two lines.

    And a second paragraph.
    """

    inner: Inner
    """Of a model: a `$ref`."""

    maybe: Inner | None = None
    """Of a model,
    or null."""

    renamed: int = Field(default=1, alias="other", deprecated="use `new`")
    """Under its alias."""

    kind: Annotated[Literal["a", "b"], Field(examples=["a"])] = "a"
    """One of two."""


def test_every_property_is_described_in_one_line() -> None:
    found = model_schema(Outer)
    described = {name: rules["description"] for name, rules in found["properties"].items()}
    assert described == {
        "inner": "Of a model: a `$ref`.",
        "maybe": "Of a model, or null.",
        "other": "Under its alias.",
        "kind": "One of two.",
    }
    assert found["description"] == "A model with a description of two lines.\n\nAnd a second paragraph."
    assert found["$defs"]["Inner"]["properties"]["size"]["description"] == "How large."


def test_properties_have_no_made_up_titles_and_keep_their_notes() -> None:
    properties = model_schema(Outer)["properties"]
    assert properties["other"]["deprecated"] is True
    assert properties["kind"]["examples"] == ["a"]
    assert [name for name, rules in properties.items() if "title" in rules] == []


def test_fields_can_be_listed_by_their_names() -> None:
    assert "renamed" in model_schema(Outer, by_alias=False)["properties"]


def test_it_is_the_callers_to_change() -> None:
    model_schema(Outer)["properties"].clear()
    assert model_schema(Outer)["properties"]


def test_lines_are_joined_and_paragraphs_are_not() -> None:
    assert unwrapped(" a\n  b\n\n\nc ") == "a b\n\nc"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, None),
        ({"type": "null"}, None),
        (
            {"$ref": "#/$defs/A", "description": "x", "default": 1},
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "description": "x", "default": 1},
        ),
    ],
)
def test_null_is_added_once_and_notes_stay_outside(schema: Schema, expected: Schema | None) -> None:
    assert nullable(schema) == (schema if expected is None else expected)


def test_a_schema_is_its_rules_and_its_notes() -> None:
    schema = {"type": "integer", "minimum": 1, "default": 1, "description": "x", "x-crucible-maps-to": "y"}
    assert rules(schema) == {"type": "integer", "minimum": 1}
    assert {**rules(schema), **notes(schema)} == schema
