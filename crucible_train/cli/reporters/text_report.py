"""`path:line:col: CODE message`, one finding a line, hints below, and a summary a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.cli.reporters.report import FileReport, Report, StageReport
    from crucible_train.diagnostics.diagnostic import Diagnostic


def render(report: Report) -> str:
    """The whole report."""
    return "\n".join(parts(report))


def parts(report: Report) -> Iterator[str]:
    """The same, file by file, for whoever writes it as it comes: there may be many."""
    for one in report.files:
        lines = [line for finding in one.findings for line in finding_lines(one.path, finding)]
        lines += outcome_lines(one)
        if lines:
            yield "\n".join(lines)
    yield summary(report)


def outcome_lines(one: FileReport) -> list[str]:
    """What a valid file stands for, and what was not checked; no line for any other file."""
    lines: list[str] = []
    if one.is_experiment:
        pipeline = ", then ".join(_stage(stage) for stage in one.stages)
        lines.append(f"{one.path}: valid: {pipeline}")
    elif one.stages:
        lines.append(f"{one.path}: valid for {_stage(one.stages[0])}")
    lines += (f"    not checked: {item}" for item in one.unchecked)
    return [printable(line) for line in lines]


def _stage(stage: StageReport) -> str:
    backend = f" on the {stage.backend} backend" if stage.backend else ""
    return stage.stage + backend + ("" if stage.enabled else " (disabled)")


def finding_lines(path: str, finding: Diagnostic) -> list[str]:
    """One finding: its place, code and message, then its hint."""
    where = str(finding.span) if finding.span else path
    level = "warning: " if finding.severity is Severity.WARNING else ""
    lines = [printable(f"{where}: {finding.code} {level}{finding.message}")]
    if finding.hint:
        lines.append(printable(f"    hint: {finding.hint}"))
    return lines


def printable(text: str, *, keep: str = "") -> str:
    """`text` with the characters escaped that a terminal would act on, but for those in `keep`."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in keep else repr(character)[1:-1]
        for character in text
    )


def summary(report: Report) -> str:
    """The last line: how many of everything."""
    findings = [finding for one in report.files for finding in one.findings]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    counts = [count(len(report.files), "file"), count(errors, "error"), count(warnings, "warning")]
    suppressed = sum(len(one.suppressed) for one in report.files)
    fixed = sum(len(one.fixed) for one in report.files)
    fixable = 0 if report.is_fixed else sum(map(_num_fixable, report.files))
    more = ((fixed, "fixed"), (fixable, "fixable with --fix"), (suppressed, "suppressed"))
    counts += (f"{number} {what}" for number, what in more if number)
    strict = "; --strict: warnings fail" if report.strict and warnings else ""
    codes = sorted({finding.code for finding in findings})
    explained = f" (`crucible rule {printable(codes[0])}` explains a code)" if codes else ""
    return ", ".join(counts) + strict + _skipped(report) + explained


def _num_fixable(one: FileReport) -> int:
    """How many findings are in the file itself and have a fix."""
    return sum(
        finding.fix is not None and finding.span is not None and finding.span.file == one.path
        for finding in one.findings
    )


def _skipped(report: Report) -> str:
    """How many files were skipped, and why."""
    if not report.skipped:
        return ""
    kinds: dict[str, int] = {}
    for one in report.skipped:
        kinds[one.kind] = kinds.get(one.kind, 0) + 1
    reasons = [kind if len(kinds) == 1 else f"{kind} ({number})" for kind, number in kinds.items()]
    return f"; {len(report.skipped)} skipped: {', '.join(reasons)}"


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
