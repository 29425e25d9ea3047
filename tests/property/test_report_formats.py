"""Whatever a finding says and however a file is called: every format stays one, and says it all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train.cli.load import STDIN_NAME
from crucible_train.cli.reporters import (
    excerpt,
    github_report,
    gitlab_report,
    json_report,
    junit_report,
    sarif_report,
    terminal_report,
    text_report,
)
from crucible_train.cli.reporters.report import repository_path
from crucible_train.cli.reporters.terminal_report import Terminal
from crucible_train.diagnostics import Severity, Span
from crucible_train.source.positions import Lines
from tests.support.report_formats import (
    code_quality_errors,
    junit_errors,
    moved,
    reports,
    sarif_errors,
    workflow_command,
)

if TYPE_CHECKING:
    from crucible_train.cli.reporters.report import Report

some = settings(deadline=None, max_examples=100)


@some
@given(reports())
def test_json_is_json_and_has_every_finding(report: Report) -> None:
    found = json.loads(json_report.render(report))["findings"]
    assert [one["code"] for one in found] == [said.code for _, said in report.findings()]


@some
@given(reports())
def test_every_line_of_a_text_is_printable(report: Report) -> None:
    lines = text_report.render(report).split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    hints = sum(bool(said.hint) for _, said in report.findings())
    outcomes = sum(len(text_report.outcome_lines(one)) for one in report.files)
    assert len(lines) == len(list(report.findings())) + hints + outcomes + 1


@some
@given(reports())
def test_a_terminal_without_sources_shows_the_text(report: Report) -> None:
    assert terminal_report.render(report, Terminal(color=False, width=80)) == text_report.render(report)


@some
@given(reports())
def test_a_workflow_command_is_one_line_that_the_runner_reads_back(report: Report) -> None:
    text = github_report.render(report)
    assert "\r" not in text
    commands = [workflow_command(line) for line in text.split("\n") if line]
    ordered = sorted(report.findings(), key=lambda finding: finding[1].severity is Severity.WARNING)
    assert len(commands) == len(ordered)
    for command, (path, said) in zip(commands, ordered, strict=True):
        assert command.name == said.severity
        file = repository_path(path, ".").encode("utf-8", "backslashreplace").decode()
        assert command.properties["file"] == file
        assert command.properties.get("line") == (str(said.span.line) if said.span else None)
        assert command.data == "\n".join(line.strip() for line in text_report.finding_lines(path, said))


@some
@given(reports())
def test_a_code_quality_report_is_one_with_unique_fingerprints(report: Report) -> None:
    text = gitlab_report.render(report)
    assert code_quality_errors(text) == []
    text.encode()
    issues = json.loads(text)
    assert len({issue["fingerprint"] for issue in issues}) == len(list(report.findings()))


@some
@given(reports(), st.integers(1, 50))
def test_a_fingerprint_stays_when_lines_move(report: Report, lines: int) -> None:
    def fingerprints(of: Report) -> list[str]:
        return [issue["fingerprint"] for issue in json.loads(gitlab_report.render(of))]

    assert fingerprints(moved(report, lines)) == fingerprints(report)


@some
@given(reports())
def test_a_log_of_sarif_is_one(report: Report) -> None:
    text = sarif_report.render(report)
    assert sarif_errors(text) == []
    text.encode()
    (run,) = json.loads(text)["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result, (path, said) in zip(run["results"], report.findings(), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        physical = result["locations"][0]["physicalLocation"]
        uri = physical["artifactLocation"]["uri"].removeprefix("file://")
        assert os.fsdecode(unquote_to_bytes(uri)) == repository_path(path, ".")
        region = list(physical.get("region", {}).values())
        assert region == ([said.span[1], said.span[2], said.span[3], said.span[4]] if said.span else [])


@some
@given(reports())
def test_a_junit_report_is_one_with_a_case_for_each_file(report: Report) -> None:
    text = junit_report.render(report)
    assert junit_errors(text) == []
    suite = ET.fromstring(text.encode())[0]
    cases = suite.findall("testcase")
    named = [text_report.printable(one.path) for one in (*report.files, *report.skipped)]
    assert [case.get("name") for case in cases] == named
    for kind in ("failure", "error"):
        assert suite.get(f"{kind}s") == str(sum(case.find(kind) is not None for case in cases))
    assert bool(suite.findall("*/failure") + suite.findall("*/error")) == (report.status != 0)


@some
@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"), max_size=300),
    st.integers(1, 320),
    st.integers(0, 320),
    st.integers(0, 90),
)
def test_a_marked_line_fits_and_marks_what_is_meant(text: str, column: int, length: int, width: int) -> None:
    span = Span("a", 1, column, 1, column + length)
    (line,) = excerpt.excerpt(Lines(text, "a"), span, width)
    widest = max(width, 20)
    assert columns(line.text) <= widest
    assert len(line.marks) <= widest
    assert line.text.isprintable()
    assert set(line.marks.lstrip()) == {"^"}


@some
@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=300), st.data())
def test_marks_stand_below_what_they_mark(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    (line,) = excerpt.excerpt(Lines(text, "a"), Span("a", 1, start + 1, 1, end + 1), 60)
    first, count = len(line.marks) - len(line.marks.lstrip()), line.marks.count("^")
    marked = line.text[first : first + count]
    if start < end:
        assert text[start:end].startswith(marked.rstrip("…"))
        assert count >= min(end - start, 60 - 60 // 3 - 2)
    else:
        assert count == 1


def columns(text: str) -> int:
    """How wide a text is: at most this."""
    return sum(excerpt._cell(character)[1] for character in text)


def test_standard_input_has_no_path() -> None:
    assert repository_path(STDIN_NAME, "/somewhere") == STDIN_NAME
