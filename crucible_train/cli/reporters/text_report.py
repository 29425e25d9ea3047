"""`path:line:col: CODE message`, one finding a line, hints below, and a summary a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.cli.load import Checked
    from crucible_train.diagnostics.diagnostic import Diagnostic


def render(checked: Sequence[Checked], stage: str) -> str:
    """The whole report."""
    lines: list[str] = []
    for one in checked:
        lines += (line for finding in one.findings for line in finding_lines(one.path, finding))
        if one.normalized is not None:
            backend = one.normalized.config.backend
            lines.append(printable(f"{one.path}: valid for {stage} on the {backend} backend"))
            lines += (printable(f"    not checked: {item}") for item in one.normalized.unchecked)
    lines.append(_summary(checked))
    return "\n".join(lines)


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


def _summary(checked: Sequence[Checked]) -> str:
    findings = [finding for one in checked for finding in one.findings]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    counts = ", ".join([count(len(checked), "file"), count(errors, "error"), count(warnings, "warning")])
    codes = sorted({finding.code for finding in findings})
    return counts + (f" (`crucible rule {codes[0]}` explains a code)" if codes else "")


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
