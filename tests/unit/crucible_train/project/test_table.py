from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crucible_train.project.table import Override, Project, read_project

ROOT = str(Path(os.sep, "project"))
ELSEWHERE = str(Path(os.sep, "projects", "specs", "a.yaml"))


def real(path: str) -> str:
    return str(Path(ROOT, path))


def project(**keys: Any) -> Project:
    read, problems = read_project(ROOT, keys)
    assert problems == []
    return read


def test_an_empty_table_says_nothing() -> None:
    empty = project()
    assert empty == Project(ROOT)
    assert not empty.includes(real("a.yaml"))
    assert not empty.excludes(real("a.yaml"))
    assert not empty.excludes_any_of(real("a.yaml"))
    assert empty.of(real("a.yaml")) == (None, None)


def test_patterns_start_from_the_project() -> None:
    table = project(include=["specs/*.yaml"], exclude=["specs/old"])
    assert table.includes(real("specs/a.yaml"))
    assert not table.includes(real("sub/specs/a.yaml"))
    assert not table.includes(ELSEWHERE)
    assert table.relative(ELSEWHERE) is None
    assert Project(os.sep).relative(real("a")) == "project/a"


def test_what_is_in_an_excluded_directory_is_excluded_where_the_file_was_named() -> None:
    table = project(exclude=["specs/old"])
    assert table.excludes(real("specs/old"))
    assert not table.excludes(real("specs/old/a.yaml")), "a walk does not get there"
    assert table.excludes_any_of(real("specs/old/deep/a.yaml"))
    assert not table.excludes_any_of(real("specs/older/a.yaml"))
    assert not table.excludes_any_of(ELSEWHERE)


def test_the_last_override_wins_key_by_key() -> None:
    table = project(
        overrides=[
            {"files": ["**/*.yaml"], "stage": "first", "backend": "first"},
            {"files": ["data/*", "more/*"], "stage": "second"},
            {"files": ["*/b.yaml"], "backend": "third"},
        ]
    )
    assert table.of(real("a.yaml")) == ("first", "first")
    assert table.of(real("data/a.yaml")) == ("second", "first")
    assert table.of(real("more/b.yaml")) == ("second", "third")
    assert table.of(real("a.json")) == (None, None)
    assert table.without_backends().of(real("more/b.yaml")) == ("second", None)
    assert table.overrides[1] == Override(("data/*", "more/*"), "second")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"include": "a"}, '`include`: must be a list of patterns, such as ["specs/**/*.yaml"]'),
        ({"exclude": [1]}, "`exclude[0]`: must be a pattern, as text"),
        ({"exclude": [""]}, "`exclude[0]`: must be a pattern, as text"),
        ({"include": ["/a"]}, "`include[0]`: starts from the directory of pyproject.toml and stays in it"),
        (
            {"include": ["a", "../a"]},
            "`include[1]`: starts from the directory of pyproject.toml and stays in it",
        ),
        ({"include": ["a\\b"]}, "`include[0]`: paths have forward slashes here"),
        ({"overrides": {}}, "`overrides`: must be tables: write [[tool.crucible.overrides]]"),
        ({"overrides": [1]}, "`overrides[0]`: must be a table: write [[tool.crucible.overrides]]"),
        (
            {"overrides": [{"files": ["a"], "stge": "b", "stage": "b"}]},
            "`overrides[0].stge`: no such key; did you mean `stage`?",
        ),
        (
            {"overrides": [{"files": ["a"], "zzz": 1, "stage": "b"}]},
            "`overrides[0].zzz`: no such key; its keys: `files`, `stage` or `backend`",
        ),
        (
            {"overrides": [{"stage": "b"}]},
            "`overrides[0]`: needs `files`, the patterns of the files that it is for",
        ),
        (
            {"overrides": [{"files": ["a"]}]},
            "`overrides[0]`: says nothing about its files; give it a `stage` or a `backend`",
        ),
        (
            {"overrides": [{"files": "a", "stage": "b"}]},
            "`overrides[0].files`: must be a list of patterns, such as",
        ),
        ({"overrides": [{"files": ["a"], "stage": 1}]}, "`overrides[0].stage`: must be text"),
        ({"overrides": [{"files": ["a"], "backend": ""}]}, "`overrides[0].backend`: must not be empty"),
    ],
)
def test_what_is_wrong_is_said(keys: dict[str, Any], problem: str) -> None:
    _, problems = read_project(ROOT, keys)
    assert [said.startswith(problem) for said in problems] == [True], problems
