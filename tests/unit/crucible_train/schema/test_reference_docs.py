"""The reference pages are read off the code, and the ones in the repository are up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crucible_train.diagnostics.catalogue import RULES
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig
from crucible_train.schema.config_tables import settings_table, type_in_words
from crucible_train.schema.reference_docs import main, mapping_table_markdown, pages
from tests.support.golden import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DOCS = REPOSITORY / "docs" / "reference"


@pytest.mark.parametrize("name", pages())
def test_the_pages_in_the_repository_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run: make docs"


def test_the_mapping_table_has_a_row_for_every_key_with_its_meaning() -> None:
    lines = mapping_table_markdown(SupervisedConfig).splitlines()[2:]
    assert [line.split("|")[1].strip(" `") for line in lines] == [
        row.source for row in SupervisedConfig.mapping_table()
    ]
    assert "| `epochs` | `num_epochs` | under another name | Passes over the training data. |" in lines
    assert all(line.count("|") == 5 for line in lines)
    assert [line for line in lines if line.endswith("|  |")] == [lines[-1]]


def test_the_rules_page_has_every_code() -> None:
    page = pages()["rules.md"]
    assert all(f"### {code} {rule.name}\n" in page for code, rule in RULES.items())


def test_the_settings_page_has_every_setting_with_its_default() -> None:
    page = pages()["config.md"]
    assert all(f"| `{name}` |" in page for name in SupervisedConfig.model_fields)
    assert "| `learning_rate` | number, more than 0 | `0.0001` | The peak learning rate. |" in page
    assert '| `training_config` | mapping | `{"seed": 0}` |' in page
    assert "### EarlyStopping" in page
    assert "| `warmup` | whole number, at least 0 | required |" in page


def test_a_table_of_a_plain_model() -> None:
    assert settings_table(EarlyStopping).splitlines()[3] == (
        "| `patience` | whole number, at least 1 | `3` | "
        "How many measurements in a row may fail to improve on the best one. |"
    )


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"type": "integer"}, "whole number"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number, at least 0 and less than 1"),
        ({"type": "string", "minLength": 1}, "text, not empty"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "true or false"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"$ref": "#/$defs/EarlyStopping"}, "[EarlyStopping](#earlystopping)"),
        (
            {"oneOf": [{"enum": ["a"]}, {"type": "string", "pattern": "^A$"}]},
            "`a` or the same in another case",
        ),
    ],
)
def test_types_in_words(rules: dict[str, object], words: str) -> None:
    assert type_in_words(rules) == words


class TestTheCommand:
    def test_writes_the_pages(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        directory = tmp_path / "docs" / "reference"
        assert main([str(directory)]) == 0
        assert {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir()} == pages()
        assert capsys.readouterr().out.count("written") == len(pages())
        assert main([str(directory)]) == 0
        assert capsys.readouterr().out == ""

    def test_checks_them(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([str(tmp_path), "--check"]) == 1
        assert capsys.readouterr().out.count("out of date; run `make docs`") == len(pages())
        assert list(tmp_path.iterdir()) == []
        main([str(tmp_path)])
        assert main([str(tmp_path), "--check"]) == 0
        (tmp_path / "rules.md").write_text("old", encoding="utf-8")
        assert main([str(tmp_path), "--check"]) == 1
