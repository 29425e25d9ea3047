"""Whole specs pass the gate without a word; broken ones are reported exactly as written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.examples.gate.update import BROKEN, EXPECTED, WHOLE, files, reports
from tests.examples.reports import report
from tests.support.report_formats import code_quality_errors, junit_errors, sarif_errors, workflow_command

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRUCIBLE_BACKEND", raising=False)


def test_there_are_ten_specs_broken_in_thirty_ways() -> None:
    assert len(files(WHOLE)) >= 10
    assert len({path.name.partition("--")[2] or path.name for path in files(BROKEN)}) >= 30


@pytest.mark.parametrize("spec", files(WHOLE), ids=lambda path: path.name)
def test_a_whole_spec_gives_no_finding(spec: Path) -> None:
    told = json.loads(report(WHOLE, [spec.name], ".json"))
    assert (told["findings"], list(told["valid"])) == ([], [spec.name])


@pytest.mark.parametrize("spec", files(BROKEN), ids=lambda path: path.name)
def test_a_broken_spec_gives_at_least_one(spec: Path) -> None:
    told = json.loads((EXPECTED / f"{spec.name}.json").read_text(encoding="utf-8"))
    assert told["findings"]


@pytest.mark.parametrize(("spec", "suffix", "path"), reports(), ids=lambda value: getattr(value, "name", ""))
def test_a_report_is_exactly_the_one_written_down(spec: Path, suffix: str, path: Path) -> None:
    assert path.exists(), "run `python -m tests.examples.gate.update`, and read what it wrote"
    assert report(BROKEN, [spec.name], suffix) == path.read_text(encoding="utf-8")


def test_every_report_belongs_to_a_spec() -> None:
    assert {path for *_, path in reports()} == set(EXPECTED.iterdir())


@pytest.mark.parametrize("spec", files(BROKEN), ids=lambda path: path.name)
def test_a_report_is_of_its_format(spec: Path) -> None:
    def text(suffix: str) -> str:
        return (EXPECTED / f"{spec.name}{suffix}").read_text(encoding="utf-8")

    assert sarif_errors(text(".sarif")) == []
    assert code_quality_errors(text(".gitlab.json")) == []
    assert junit_errors(text(".junit.xml")) == []
    commands = [workflow_command(line) for line in text(".github.txt").splitlines()]
    found = json.loads(text(".json"))["findings"]
    assert sorted(command.name for command in commands) == sorted(one["severity"] for one in found)
