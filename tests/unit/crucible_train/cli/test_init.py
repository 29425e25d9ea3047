from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_starter_is_valid_and_without_warnings(crucible: Callable[..., Any], here: Path) -> None:
    assert crucible("init").out == "wrote crucible.yaml; next: crucible validate crucible.yaml\n"
    report = json.loads(crucible("validate", "--format", "json", "crucible.yaml").out)
    assert report["findings"] == []


def test_what_its_comments_offer_is_valid_too(crucible: Callable[..., Any], here: Path) -> None:
    crucible("init")
    path = here / "crucible.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    body = lines.index("")
    offered = [
        line.replace("# ", "", 1) if index > body and line.lstrip().startswith("# ") else line
        for index, line in enumerate(lines)
    ]
    assert offered != lines
    path.write_text("\n".join(offered), encoding="utf-8")
    report = json.loads(crucible("validate", "--format", "json", "crucible.yaml").out)
    assert report["findings"] == []
    assert [one["backend"] for one in report["valid"]["crucible.yaml"]] == ["local"]


def test_its_schema_line_names_the_file_its_comment_makes(crucible: Callable[..., Any], here: Path) -> None:
    crucible("init")
    text = (here / "crucible.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=./crucible.schema.json\n")
    assert "crucible schema training-spec > crucible.schema.json" in text


def test_an_existing_file_is_left_alone(crucible: Callable[..., Any], here: Path) -> None:
    before = (here / "spec.yaml").read_text(encoding="utf-8")
    assert crucible("init", "spec.yaml") == (
        2,
        "",
        "crucible: spec.yaml exists; --force overwrites it\n",
    )
    assert (here / "spec.yaml").read_text(encoding="utf-8") == before


def test_force_overwrites(crucible: Callable[..., Any], here: Path) -> None:
    assert crucible("init", "spec.yaml", "--force").status == 0
    assert "my-first-run" in (here / "spec.yaml").read_text(encoding="utf-8")


def test_a_directory_that_is_not_there(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("init", "nowhere/spec.yaml")
    assert (status, out) == (2, "")
    assert err == "crucible: cannot write nowhere/spec.yaml: No such file or directory\n"


def test_a_directory_in_place_of_the_file(crucible: Callable[..., Any], here: Path) -> None:
    (here / "specs.yaml").mkdir()
    status, _, err = crucible("init", "specs.yaml", "--force")
    assert status == 2
    assert err == "crucible: cannot write specs.yaml: Is a directory\n"
