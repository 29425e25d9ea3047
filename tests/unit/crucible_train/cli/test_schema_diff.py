"""`crucible schema diff OLD NEW`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROPERTIES = {"a": {"type": "integer", "minimum": 1}, "b": {"type": "string"}}
OLD = {"type": "object", "properties": PROPERTIES, "additionalProperties": False}
STRICTER = {**OLD, "properties": {**PROPERTIES, "a": {"type": "integer", "minimum": 2}}}
WIDER = {**OLD, "properties": {**PROPERTIES, "c": {"type": "boolean"}}}


def write(path: Path, schema: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("new", "status", "said"),
    [
        (OLD, 0, "1 schema, 0 breaking, 0 compatible, 0 cosmetic"),
        (STRICTER, 1, "new.json: breaking: /properties/a/minimum: `minimum` was `1`, is `2`"),
        (WIDER, 0, "new.json: compatible: /properties/c: property `c` is new"),
        ({**OLD, "title": "x"}, 0, "1 schema, 0 breaking, 0 compatible, 1 cosmetic"),
    ],
)
def test_two_files(crucible: Callable[..., Any], here: Path, new: Any, status: int, said: str) -> None:
    found, out, err = crucible("schema", "diff", write(here / "old.json", OLD), write(here / "new.json", new))
    assert (found, err) == (status, "")
    assert said in out.splitlines()


def test_as_json(crucible: Callable[..., Any], here: Path) -> None:
    paths = write(here / "old.json", OLD), write(here / "new.json", STRICTER)
    status, out, _ = crucible("schema", "diff", *paths, "--format", "json")
    assert status == 1
    assert json.loads(out) == {
        "schemas": 1,
        "changes": [
            {
                "schema": "new.json",
                "kind": "breaking",
                "path": "/properties/a/minimum",
                "message": "`minimum` was `1`, is `2`",
            }
        ],
    }


def test_two_directories_by_name(crucible: Callable[..., Any], here: Path) -> None:
    for name in ("same.json", "gone.json", "deep/changed.json"):
        write(here / "old" / name, OLD)
    for name, schema in {"same.json": OLD, "added.json": OLD, "deep/changed.json": STRICTER}.items():
        write(here / "new" / name, schema)
    status, out, _ = crucible("schema", "diff", "old", "new")
    assert status == 1
    assert out.splitlines() == [
        "added.json: compatible: /: the schema is new",
        "deep/changed.json: breaking: /properties/a/minimum: `minimum` was `1`, is `2`",
        "gone.json: breaking: /: the schema is gone",
        "4 schemas, 2 breaking, 1 compatible, 0 cosmetic",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nowhere.json", "a.json", "nowhere.json: no such file or directory"),
        ("a.json", "directory", "one is a directory, the other is a file"),
        ("directory", "directory", "directory: no schema in it (*.json)"),
        ("a.json", "text.json", "text.json"),
        ("a.json", "odd.json", "odd.json"),
    ],
)
def test_what_cannot_be_compared(
    crucible: Callable[..., Any], here: Path, old: str, new: str, said: str
) -> None:
    write(here / "a.json", OLD)
    (here / "directory").mkdir()
    (here / "text.json").write_text("no JSON", encoding="utf-8")
    write(here / "odd.json", {"properties": 3})
    status, out, err = crucible("schema", "diff", old, new)
    assert (status, out) == (2, "")
    assert said in err


def test_wrong_usage(crucible: Callable[..., Any]) -> None:
    assert crucible("schema", "diff", "one.json").status == 2
