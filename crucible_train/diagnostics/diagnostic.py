"""`Diagnostic`: one finding about a spec, with a stable code, a place and a fix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Loc: TypeAlias = tuple[str | int, ...]
"""A path into a document: mapping keys and list indices, outermost first."""


class Severity(StrEnum):
    """How much a finding matters. Errors fail a check; warnings do not unless asked to."""

    ERROR = "error"
    WARNING = "warning"


class Span(NamedTuple):
    """A range of text in a file.

    Lines and columns count from 1; columns are Unicode code points; the end is exclusive, so a span of
    one character has `end_column == column + 1`.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: `code` (see `crucible rule CODE`), `message`, where it is, and a `hint` that fixes it."""

    code: str
    message: str
    loc: Loc = ()
    span: Span | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR
    fix: str | None = None
    """What to write in place of the text at `span`, where that is certain to be meant: the name of a key, or
    a value as JSON has it."""

    def at(self, span: Span | None) -> Diagnostic:
        """The same finding at `span`."""
        return replace(self, span=span)

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        level = "" if self.severity is Severity.ERROR else f" {self.severity}:"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.code}{level} {self.message}{hint}"


def sort_key(finding: Diagnostic) -> tuple[str, int, int, str, str]:
    """Order findings by file, line and column, then code: the order every report uses."""
    span = finding.span
    if span is None:
        return ("", 0, 0, finding.code, format_loc(finding.loc))
    return (span.file, span.line, span.column, finding.code, finding.message)


def format_loc(loc: Loc) -> str:
    """`("a", 0, "b")` as `a[0].b`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
