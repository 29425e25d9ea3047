"""Comments are told from a `#` inside a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from crucible_train.source.comments import comments

if TYPE_CHECKING:
    from crucible_train.source.document import Format

YAML = [
    ("a: 1 # one", ["# one"]),
    ("# whole line\na: 1", ["# whole line"]),
    ("a: b#c", []),
    ("a: 'b # c' # d", ["# d"]),
    ('a: "b # c\n  # d" # e', ["# e"]),
    ("a: |  # header\n  # text\n# comment\nb: 1", ["# header", "# comment"]),
    ("a: >-\n  # text\nb: 1 # b", ["# b"]),
    ("a: [1, # one\n  2] # two", ["# one", "# two"]),
    ("a: it's # fine", ["# fine"]),
    ("a: 1 # one\r\nb: 2 # two\r", ["# one", "# two"]),
    ("", []),
    ("# one\na: 'never closed # two", ["# one", "# two"]),
    ('# one\na: "\\UFFFFFFFF"', ["# one"]),
]
TOML = [
    ("a = 1 # one", ["# one"]),
    ('a = "b # c" # d', ["# d"]),
    ("a = 'b # c' # d", ["# d"]),
    ('a = """b # c\n# d "" """ # e', ["# e"]),
    ("a = '''b # c\n# d''' # e", ["# e"]),
    ('a = "\\" # b" # c\r\n# d', ["# c", "# d"]),
    ('a = """b\\""" # c"""', []),
]


def found(text: str, file_format: Format) -> list[str]:
    return [text[start:end] for start, end in comments(text, file_format)]


@pytest.mark.parametrize(("text", "expected"), YAML)
@pytest.mark.parametrize("has_libyaml", [True, False])
def test_yaml(text: str, expected: list[str], has_libyaml: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", has_libyaml and yaml.__with_libyaml__)
    assert found(text, "yaml") == expected


@pytest.mark.parametrize(("text", "expected"), TOML)
def test_toml(text: str, expected: list[str]) -> None:
    assert found(text, "toml") == expected


def test_json_has_none() -> None:
    assert found('{"a": 1} # b', "json") == []
