"""A schema as a document: what it refers to, and the codes it lists, wherever they are."""

from __future__ import annotations

from crucible_train.schema.document import document
from crucible_train.schema.generator import CHECKED_BY

REFERENCE = {"$ref": "#/$defs/Used"}
DEFINITIONS = {
    "Used": {"items": {"$ref": "#/$defs/Nested"}},
    "Nested": {"properties": {"again": REFERENCE}, CHECKED_BY: ["CRU206"]},
    "Unused": {CHECKED_BY: ["CRU999"]},
}


def test_it_has_the_definitions_it_refers_to_and_no_others() -> None:
    assert sorted(document("x", {"properties": {"a": REFERENCE}}, DEFINITIONS)["$defs"]) == ["Nested", "Used"]
    assert "$defs" not in document("x", {"type": "object"}, DEFINITIONS)


def test_the_codes_of_all_its_parts_are_gathered() -> None:
    found = document(
        "x", {"allOf": [{CHECKED_BY: ["CRU502", "CRU206"]}], "properties": {"a": REFERENCE}}, DEFINITIONS
    )
    assert found[CHECKED_BY] == ["CRU206", "CRU502"]
    assert CHECKED_BY not in document("x", {"type": "object"}, {})


def test_its_name_is_its_title_and_the_end_of_its_id() -> None:
    found = document("training_config.local", {"title": "LocalTrainingConfig"}, {})
    assert found["title"] == "training_config.local"
    assert found["$id"].endswith(":training_config.local")
