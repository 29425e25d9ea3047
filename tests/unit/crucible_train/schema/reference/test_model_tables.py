"""A model's table has a row for every field, read off the model."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from crucible_train.schema.reference.model_tables import (
    FieldRow,
    field_rows,
    field_table,
    models_in,
    part_blocks,
)


class Inner(BaseModel):
    """A part."""

    depth: int = 1
    """How deep."""


class Again(BaseModel):
    """Has itself."""

    below: Again | None = None
    """The next one."""


class Model(BaseModel):
    """A model."""

    name: Annotated[str, Field(min_length=1)]
    """The name."""

    kind_: str = Field(default="plain", alias="kind", examples=["plain", "fancy", "very fancy"])
    """The kind, such as `plain`."""

    inner: Inner = Inner()
    """The part,
    on two lines."""

    parts: dict[str, list[Inner]] = Field(default_factory=dict[str, list[Inner]])
    """More parts."""

    size: int | None = 3
    """The size."""

    note: str | None = None
    """A note | for people."""


def link(name: str) -> str:
    return f"<{name}>"


def test_every_field_has_a_row() -> None:
    assert field_rows(Model, link) == [
        FieldRow("`name`", "text, not empty", "required", "The name."),
        FieldRow(
            "`kind`",
            "text",
            '`"plain"`',
            'The kind, such as `plain`. For example `"fancy"` or `"very fancy"`.',
        ),
        FieldRow("`inner`", "<Inner>", "`{}`", "The part, on two lines."),
        FieldRow("`parts`", "mapping from names to lists of <Inner>", "`{}`", "More parts."),
        FieldRow("`size`", "whole number", "`3`", "The size."),
        FieldRow("`note`", "text", "", "A note | for people."),
    ]


def test_a_field_by_its_own_name() -> None:
    keys = [row.key for row in field_rows(Model, link, by_alias=False)]
    assert keys == ["`name`", "`kind_`", "`inner`", "`parts`", "`size`", "`note`"]


def test_null_is_said_where_it_is_not_the_default() -> None:
    types = {row.key: row.type for row in field_rows(Model, link, nulls=True)}
    assert types["`size`"] == "whole number, or `null`"
    assert types["`note`"] == "text"
    assert types["`name`"] == "text, not empty"


def test_a_new_field_shows_up() -> None:
    class Longer(Model):
        """A longer model."""

        extra: bool = False
        """What is new."""

    new = set(field_rows(Longer, link)) - set(field_rows(Model, link))
    assert new == {FieldRow("`extra`", "true or false", "`false`", "What is new.")}


def test_a_default_shows_only_what_was_said() -> None:
    class Filled(BaseModel):
        """Filled."""

        inners: tuple[Inner, ...] = (Inner(depth=2), Inner())
        """Parts."""

    assert field_rows(Filled, link)[0].default == '`[{"depth": 2}, {}]`'


def test_a_field_nobody_has_explained_is_an_error() -> None:
    class Silent(BaseModel):
        """Says nothing."""

        value: Any = None

    with pytest.raises(ValueError, match=r"Silent\.value has no docstring"):
        field_rows(Silent, link)


def test_a_model_inside_itself() -> None:
    assert field_rows(Again, link) == [FieldRow("`below`", "<Again>", "", "The next one.")]
    assert models_in(Again) == []


def test_what_a_model_is_made_of_has_headings_of_its_own() -> None:
    assert models_in(Model) == [Inner]
    assert part_blocks([Inner], link) == ["### Inner", "A part.", field_table(Inner, link)]
    assert field_table(Inner, link) == (
        "| key | type | default | meaning |\n|---|---|---|---|\n| `depth` | whole number | `1` | How deep. |"
    )
