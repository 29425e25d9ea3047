"""The page of the IR has every type, with its wire name, its users and its fields."""

from __future__ import annotations

from types import ModuleType

import pytest

import crucible_ir
from crucible_ir import WIRE_TYPES, DatasetRef, TextPart
from crucible_train.schema.reference.ir import ir_page, room_text, room_title, type_blocks
from crucible_train.schema.reference.type_places import ir_models


def test_every_type_has_a_section_and_a_row_for_every_key() -> None:
    sections = {part.split("\n", 1)[0]: part for part in ir_page().split("\n### ")[1:]}
    assert set(sections) == {model.__name__ for model in ir_models()}
    for model in ir_models():
        keys = [info.alias or name for name, info in model.model_fields.items()]
        section = sections[model.__name__].split("\n## ")[0]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == keys


def test_every_public_type_is_there() -> None:
    described = {model.__name__ for model in ir_models()}
    types = {name for name in crucible_ir.__all__ if isinstance(getattr(crucible_ir, name), type)}
    assert types - described == {"IRModel"}


def test_wire_names_are_those_of_the_contract() -> None:
    page = ir_page()
    assert all(f"Wire name `{name}`." in page for name in WIRE_TYPES)
    assert page.count("Wire name ") == len(WIRE_TYPES)


def test_a_type_says_where_it_is_used() -> None:
    name, what, where, fields = type_blocks(DatasetRef)
    assert (name, what) == ("### DatasetRef", "A data set, by name.")
    assert where == "Wire name `DatasetRef`. In [Experiment](#experiment), [TrainingConfig](#trainingconfig)."
    assert "| `schema` | mapping |  |" in fields
    assert '| `split` | text, or `null` | `"train"` |' in fields
    assert "In [Message](#message)." in type_blocks(TextPart)


@pytest.mark.parametrize(
    ("docstring", "title", "text"),
    [
        ("Model versions: what training produced.\n\nMore.", "Model versions", "What training produced."),
        ("`Thing`: what it is.", "Some room", "`Thing`: what it is."),
        ("What is said, and why: all of it.", "Some room", "What is said, and why: all of it."),
    ],
)
def test_a_room_is_called_what_its_docstring_says(docstring: str, title: str, text: str) -> None:
    room = ModuleType("package.some_room", docstring)
    assert (room_title(room), room_text(room)) == (title, text)
