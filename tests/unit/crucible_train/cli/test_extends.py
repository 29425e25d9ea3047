"""Specs that extend others, on the command line."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_a_finding_shows_the_line_of_its_own_file(crucible: Callable[..., Any], here: Path) -> None:
    (here / "base.yaml").write_text("epochs: 0  # here\n", encoding="utf-8")
    (here / "child.yaml").write_text("extends: [spec.yaml, base.yaml]\nseed: a  # there\n", encoding="utf-8")
    status, out, _ = crucible("validate", "--color", "always", "child.yaml")
    assert status == 1
    assert "epochs: 0  # here" in out
    assert "seed: a  # there" in out


def test_explain_names_the_file(crucible: Callable[..., Any], here: Path) -> None:
    (here / "child.yaml").write_text("extends: spec.yaml\nnum_epochs: 7\n", encoding="utf-8")
    status, out, _ = crucible("explain", "child.yaml", "num_epochs")
    assert status == 0
    assert "child.yaml:2:13" in out
    assert "spec.yaml:6:16" in crucible("explain", "child.yaml", "learning_rate").out


def test_standard_input(crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def validate(*arguments: str) -> tuple[int, list[str]]:
        stream = io.TextIOWrapper(io.BytesIO(b"extends: ../spec.yaml\nid: a\n"))
        monkeypatch.setattr(sys, "stdin", stream)
        status, out, _ = crucible("validate", "--format", "json", "-", *arguments)
        return status, [one["code"] for one in json.loads(out)["findings"]]

    (here / "pyproject.toml").touch()
    (here / "sub").mkdir()
    assert validate("--stdin-filename", "sub/child.yaml") == (0, [])
    assert validate() == (1, ["CRU021"])


def test_what_may_be_a_spec_or_an_experiment_is_judged_as_neither(
    crucible: Callable[..., Any], here: Path
) -> None:
    def codes(text: str) -> list[str]:
        (here / "child.yaml").write_text(text, encoding="utf-8")
        status, out, _ = crucible("validate", "--format", "json", "child.yaml")
        assert status == 1
        return [one["code"] for one in json.loads(out)["findings"]]

    assert codes("extends: none.yaml\ndescription: mine\ntraining_config: {epochs: 3}\n") == ["CRU021"]
    assert codes("extends: none.yaml\nepochs: 0\n") == ["CRU021", "CRU202"]
    assert codes("extends: none.yaml\npipeline: [{name: report, enable: 1}]\n") == ["CRU021", "CRU101"]
