"""The schemas as files: written once, and compared ever after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crucible_train import registry
from crucible_train.schema.export import built_in_names, schema
from crucible_train.schema.files import drift, files, rendered, write
from tests.support.golden import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_everything_built_in_has_a_file(tmp_path: Path) -> None:
    written = write(tmp_path)
    assert sorted(path.stem for path in written) == sorted(built_in_names())
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert json.loads(text) == schema(path.stem).unwrap()
        assert text.endswith("}\n")
        assert text.startswith('{\n  "$schema": ')


def test_names_that_differ_in_case_only_do_not_share_a_directory(tmp_path: Path) -> None:
    names = [str(path.relative_to(tmp_path)).casefold() for path in write(tmp_path)]
    assert len(set(names)) == len(names)
    assert (tmp_path / "ir" / "Experiment.json").exists()
    assert (tmp_path / "experiment.json").exists()


def test_a_file_is_written_when_it_has_to_be(tmp_path: Path) -> None:
    write(tmp_path)
    assert write(tmp_path) == []
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert write(tmp_path) == [tmp_path / "report.json"]


def test_every_difference_is_listed(tmp_path: Path) -> None:
    write(tmp_path)
    assert drift(tmp_path) == []
    (tmp_path / "report.json").write_bytes(b"\xff")
    (tmp_path / "ir" / "ModelRef.json").unlink()
    (tmp_path / "ir" / "Gone.json").write_text("{}", encoding="utf-8")
    (tmp_path / "gone.json").write_text("{}", encoding="utf-8")
    (tmp_path / "README.md").write_text("Not a schema.", encoding="utf-8")
    (tmp_path / "released").mkdir()
    (tmp_path / "released" / "old.json").write_text("{}", encoding="utf-8")
    assert [(str(path.relative_to(tmp_path)), what) for path, what in drift(tmp_path)] == [
        ("gone.json", "left over"),
        ("ir/Gone.json", "left over"),
        ("ir/ModelRef.json", "missing"),
        ("report.json", "out of date"),
    ]


def test_keywords_come_in_one_order_and_properties_in_the_models() -> None:
    text = rendered(
        {
            "allOf": [{"required": ["b"], "not": {}}],
            "properties": {"b": {"default": {"z": 1, "a": 2}, "type": "object"}, "a": {}},
            "$defs": {},
            "type": "object",
            "$schema": "x",
        }
    )
    assert json.loads(text, object_pairs_hook=lambda pairs: [list(pair) for pair in pairs]) == [
        ["$schema", "x"],
        ["type", "object"],
        ["properties", [["b", [["type", "object"], ["default", [["z", 1], ["a", 2]]]]], ["a", []]]],
        ["allOf", [[["required", ["b"]], ["not", []]]]],
        ["$defs", []],
    ]


def test_a_plug_in_does_not_change_them(monkeypatch: pytest.MonkeyPatch) -> None:
    before = files()
    monkeypatch.setattr(registry, "_plugins", lambda kind: {"elsewhere": {}})
    assert files() == before


def test_those_that_are_committed_are_up_to_date() -> None:
    assert drift(REPOSITORY / "docs" / "schema") == []
