"""Reading texts in tests: the document, the error, or the places of the errors."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from crucible_train.result import Err, Ok
from crucible_train.source import Document, Format, SourceError, load_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.diagnostics import Diagnostic, Loc
    from crucible_train.result import Result

Place = tuple[str, int, int]
"""A code, a line and a column."""


def read(text: str, file_format: Format = "yaml") -> Document:
    """The document of a text without errors."""
    match load_text(text, format=file_format):
        case Ok(document):
            return document
        case Err(error):
            raise AssertionError(f"refused: {error}")


def refuse(text: str, file_format: Format = "yaml") -> SourceError:
    """The error of a text with errors."""
    match load_text(text, format=file_format):
        case Ok(document):
            raise AssertionError(f"accepted: {document}")
        case Err(error):
            return error


def place(finding: Diagnostic) -> Place:
    """Where a finding is."""
    assert finding.span is not None, finding
    return finding.code, finding.span.line, finding.span.column


def places(text: str, file_format: Format = "yaml") -> list[Place]:
    """Where all errors of a text are."""
    return [place(finding) for finding in refuse(text, file_format).diagnostics]


def text_at(document: Document, text: str, loc: Loc, target: str = "value") -> str:
    """The piece of `text` that the span of `loc` covers. Lines end in LF only."""
    span = document.span(loc, "key" if target == "key" else "value")
    assert span is not None
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: span.line - 1]) + span.column - 1
    end = sum(len(line) + 1 for line in lines[: span.end_line - 1]) + span.end_column - 1
    return text[start:end]


def locs(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Every path of `data`, with its value."""
    yield loc, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from locs(value, (*loc, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from locs(value, (*loc, index))


def check_well_formed(result: Result[Document, SourceError], name: str) -> None:
    """Whatever came out is well-formed: findings have places, and data is plain and finite."""
    match result:
        case Ok(document):
            assert isinstance(document, Document)
            _check_document(document)
        case Err(error):
            assert isinstance(error, SourceError)
            assert error.diagnostics
            for finding in error.diagnostics:
                assert finding.span is not None
                assert finding.span.file == name
                assert (finding.span.line, finding.span.column) >= (1, 1)
                assert (finding.span.line, finding.span.column) <= (
                    finding.span.end_line,
                    finding.span.end_column,
                )
            ordered = [
                (finding.span.line, finding.span.column) for finding in error.diagnostics if finding.span
            ]
            assert ordered == sorted(ordered)
            if error.document is not None:
                assert error.readable
                _check_document(error.document)


def _check_document(document: Document) -> None:
    json.dumps(document.data, allow_nan=False)
    for loc, value in locs(document.data):
        assert type(value) in (dict, list, str, int, float, bool, type(None))
        assert not isinstance(value, float) or math.isfinite(value)
        assert document.span(loc) is not None
        assert document.span(loc, "key") is not None
        assert document.span((*loc, "no such key", 0)) is not None
