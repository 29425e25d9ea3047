"""The reports in `expected/` are those that `crucible validate` gives, and each is of its format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crucible_train.cli.main import FORMATS
from tests.examples.formats.update import CASES, EXPECTED, HERE, reports
from tests.examples.reports import SUFFIXES, report
from tests.support.report_formats import (
    code_quality_errors,
    junit_errors,
    sarif_errors,
    workflow_command,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRUCIBLE_BACKEND", raising=False)


@pytest.mark.parametrize(("case", "suffix", "path"), reports(), ids=lambda value: getattr(value, "name", ""))
def test_a_report_is_exactly_the_one_written_down(case: str, suffix: str, path: Path) -> None:
    assert path.exists(), "run `python -m tests.examples.formats.update`, and read what it wrote"
    assert report(HERE, CASES[case], suffix) == path.read_text(encoding="utf-8")


def test_every_format_is_shown_and_every_report_belongs_to_a_case() -> None:
    assert {arguments[1] for arguments in SUFFIXES.values()} == set(FORMATS)
    assert {path for *_, path in reports()} == set(EXPECTED.iterdir())


def text(case: str, suffix: str) -> str:
    return (EXPECTED / f"{case}{suffix}").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_a_report_is_of_its_format(case: str) -> None:
    assert sarif_errors(text(case, ".sarif")) == []
    assert code_quality_errors(text(case, ".gitlab.json")) == []
    assert junit_errors(text(case, ".junit.xml")) == []
    commands = [workflow_command(line) for line in text(case, ".github.txt").splitlines()]
    found = json.loads(text(case, ".json"))["findings"]
    assert sorted(command.name for command in commands) == sorted(one["severity"] for one in found)
