"""The text report for a person at a terminal: the source lines, with the place marked, and colour."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TextIO

from crucible_train.cli.reporters.text_report import outcome_lines, printable, summary
from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.cli.reporters.report import FileReport, Report
    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.source.positions import Lines

_BOLD, _RED, _YELLOW, _CYAN, _GREEN = "1", "1;31", "1;33", "36", "32"
"""What ECMA-48 calls Select Graphic Rendition."""
_WIDTH = 100
"""Columns where nothing says how many there are."""


class Terminal(NamedTuple):
    """What is being written to."""

    color: bool
    width: int
    """Columns."""

    def paint(self, style: str, text: str) -> str:
        """`text` in a style, where there is colour."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def terminal_of(stream: TextIO | None, choice: str, environ: Mapping[str, str]) -> Terminal | None:
    """The terminal at `stream`, or None for what a program reads: a pipe, a file (`stream` is None).

    `choice` is `--color`. Without one, NO_COLOR (no-color.org) wins over FORCE_COLOR (force-color.org) and
    CLICOLOR_FORCE (bixense.com/clicolors), and these over what the stream is. Who wants colour wherever it
    goes has a terminal at the far end, such as the log of a CI job.
    """
    is_terminal = stream is not None and stream.isatty()
    color = is_terminal and environ.get("TERM") != "dumb"
    if choice != "auto":
        color = choice == "always"
    elif environ.get("NO_COLOR"):
        color = False
    elif stream is not None and _asked(environ):
        color = True
    if not (is_terminal or color):
        return None
    return Terminal(color, _width(stream if is_terminal else None, environ))


def _asked(environ: Mapping[str, str]) -> bool:
    """Whether colour is asked for. To one convention 0 is a yes and to the other a no: so it is neither."""
    return any(environ.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))


def _width(stream: TextIO | None, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        # shutil's function of that name imports compression libraries.
        return (os.get_terminal_size(stream.fileno()).columns if stream else 0) or _WIDTH
    except OSError:  # a stream that says it is a terminal and is none
        return _WIDTH


def render(report: Report, terminal: Terminal) -> str:
    """The whole report."""
    lines: list[str] = []
    for one in report.files:
        lines += _findings(one, terminal)
        lines += outcome_lines(one)
    ok = _GREEN if not report.status else _RED
    return "\n".join([*lines, terminal.paint(ok, summary(report))])


def _findings(one: FileReport, terminal: Terminal) -> list[str]:
    from crucible_train.source.positions import Lines

    sources = {name: Lines(text, name) for name, text in one.texts.items()}
    lines: list[str] = []
    for finding in one.findings:
        lines += _finding(one.path, finding, sources, terminal)
    return lines


def _finding(path: str, finding: Diagnostic, sources: Mapping[str, Lines], terminal: Terminal) -> list[str]:
    where = printable(str(finding.span) if finding.span else path)
    is_error = finding.severity is Severity.ERROR
    style = _RED if is_error else _YELLOW
    level = "" if is_error else terminal.paint(style, "warning:") + " "
    code = terminal.paint(style, printable(finding.code))
    lines = [f"{terminal.paint(_BOLD, where)}: {code} {level}{printable(finding.message)}"]
    if finding.span is not None and finding.span.file in sources:
        lines += _source(finding, sources[finding.span.file], terminal, style)
    if finding.hint:
        lines.append(f"    {terminal.paint(_CYAN, 'hint:')} {printable(finding.hint)}")
    return lines


def _source(finding: Diagnostic, source: Lines, terminal: Terminal, style: str) -> list[str]:
    """The lines of a finding, each with its number, and its marks below."""
    from crucible_train.cli.reporters.excerpt import excerpt

    span = finding.span
    assert span is not None
    gutter = max(5, len(str(span.end_line)) + 1)
    bar = terminal.paint(_CYAN, f"{'':>{gutter}} |")
    shown: list[str] = []
    for line in excerpt(source, span, terminal.width - gutter - 3):
        if shown and line.number > span.line + 1:
            shown.append(terminal.paint(_CYAN, f"{'...':>{gutter}}"))
        shown.append(f"{terminal.paint(_CYAN, f'{line.number:>{gutter}} |')} {line.text}".rstrip())
        shown.append(f"{bar} {_marks(line.marks, terminal, style)}")
    return shown


def _marks(marks: str, terminal: Terminal, style: str) -> str:
    indent = len(marks) - len(marks.lstrip())
    return marks[:indent] + terminal.paint(style, marks[indent:])
