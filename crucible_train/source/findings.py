"""Collects what a reader finds in one text, and turns it into a `Document` or a `SourceError`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from crucible_train.diagnostics import Diagnostic, Loc, Severity, sort_key
from crucible_train.result import Err, Ok, Result
from crucible_train.source.document import Document, Format, SourceError

if TYPE_CHECKING:
    from crucible_train.source.positions import Extent, Lines, Positions


class BrokenTextError(Exception):
    """Reading cannot go on. Raised and caught inside this package, after the finding was added."""


class Findings:
    """The findings of one text, with their places."""

    __slots__ = ("_found", "lines")

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._found: list[Diagnostic] = []

    def add(
        self,
        code: str,
        message: str,
        extent: Extent,
        loc: Loc = (),
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add one finding at `extent`."""
        self._found.append(Diagnostic(code, message, loc, self.lines.span(*extent), hint, severity))

    def stop(
        self, code: str, message: str, extent: Extent, loc: Loc = (), hint: str | None = None
    ) -> NoReturn:
        """Add one finding after which nothing can be read, and raise `BrokenTextError`."""
        self.add(code, message, extent, loc, hint)
        raise BrokenTextError

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return any(finding.severity is Severity.ERROR for finding in self._found)

    def has_code(self, code: str) -> bool:
        """Whether `code` was found."""
        return any(finding.code == code for finding in self._found)

    def conclude(
        self, file_format: Format, data: dict[str, Any], positions: Positions | None
    ) -> Result[Document, SourceError]:
        """`Ok` when nothing but warnings was found; else `Err` with what could be read all the same."""
        name = self.lines.name
        if not self._found:
            return Ok(Document(name, file_format, data, (), positions))
        found = sorted(self._found, key=sort_key)
        warnings = tuple(finding for finding in found if finding.severity is Severity.WARNING)
        errors = tuple(finding for finding in found if finding.severity is Severity.ERROR)
        document = Document(name, file_format, data, warnings, positions)
        if not errors:
            return Ok(document)
        return Err(SourceError(errors, document=document, texts=self.lines.texts))

    def fail(self, *, readable: bool = True) -> Err[SourceError]:
        """`Err` with everything found, and no document."""
        texts = self.lines.texts if readable else {}
        return Err(SourceError(tuple(sorted(self._found, key=sort_key)), readable, texts=texts))


def shown(text: str) -> str:
    """`text` in backticks for a message: shortened, and without characters a terminal would act on."""
    short = text if len(text) <= 40 else text[:37] + "..."
    return f"`{short if short.isprintable() else repr(short)[1:-1]}`"
