"""What a data-set reference may say is read off the stores and the record reader."""

from __future__ import annotations

from typing import ClassVar

import pytest

from crucible_train import registry
from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.records.columns import PARSE_OPTIONS, Shape
from crucible_train.records.formats import FORMATS
from crucible_train.records.schema import SCHEMA_TYPES
from crucible_train.schema.reference.data_sets import data_set_blocks, store_blocks


class ForgetfulStore:
    """A store that does not explain what it takes.

    Options:
        colour  what it looks like
    """

    known_options: ClassVar[frozenset[str]] = frozenset({"colour", "size"})


class PlainStore:
    """A store of no files.

    Options:
        size  how much
    """

    known_options: ClassVar[frozenset[str]] = frozenset({"size"})


def rows(block: str) -> list[str]:
    return [line.split("`")[1] for line in block.splitlines()[2:]]


def test_what_every_store_understands() -> None:
    intro, options, _, shapes, *_ = data_set_blocks(lambda name: f"<{name}>")
    assert "<DatasetRef>" in intro
    assert all(f"`{name}`" in intro for name in SCHEMA_TYPES)
    assert rows(options) == list(PARSE_OPTIONS)
    assert rows(shapes) == list(Shape)
    assert "| `alpaca` | `instruction`, `output` | `input`, `system`, `history` |" in shapes


def test_every_option_and_format_of_the_files_store() -> None:
    heading, *text, options, formats_intro, formats = store_blocks("files")
    assert heading == "### The files store"
    assert any("neither the reference (`provider`) nor the settings" in block for block in text)
    assert not any("text_unit  txt" in block for block in text)
    assert set(rows(options)) == FilesDatasetStore.known_options
    assert (formats_intro, rows(formats)) == ("The formats of files:", list(FORMATS))
    assert "| `jsonl` | `.jsonl`, `.ndjson` | one JSON object a line" in formats


def test_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN["dataset_store"], "plain", f"{__name__}:PlainStore")
    assert store_blocks("plain") == [
        "### The plain store",
        "A store of no files.",
        "Its options:",
        "| option | meaning |\n|---|---|\n| `size` | how much |",
    ]


def test_an_option_that_is_not_explained_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN["dataset_store"], "forgetful", f"{__name__}:ForgetfulStore")
    with pytest.raises(ValueError, match="explains \\['colour'\\], takes \\['colour', 'size'\\]"):
        store_blocks("forgetful")
