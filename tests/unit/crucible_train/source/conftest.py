from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from crucible_train.diagnostics import Diagnostic
from crucible_train.result import Err, Ok
from crucible_train.source import Document, Format, SourceError, load_text

Place = tuple[str, int, int]
"""A code, a line and a column."""


@pytest.fixture(params=["libyaml", "pure Python"])
def yaml_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test with PyYAML as built with libyaml, and as built without it."""
    if request.param == "libyaml":
        if not yaml.__with_libyaml__:
            pytest.skip("this PyYAML was built without libyaml")
    else:
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
    return request.param


def read(text: str, file_format: Format = "yaml") -> Document:
    """The document of a text without errors."""
    match load_text(text, format=file_format):
        case Ok(document):
            return document
        case Err(error):
            raise AssertionError(str(error))


def refuse(text: str, file_format: Format = "yaml") -> SourceError:
    """The error of a text with errors."""
    match load_text(text, format=file_format):
        case Ok(document):
            raise AssertionError(f"accepted: {document}")
        case Err(error):
            return error


def place(finding: Diagnostic) -> Place:
    assert finding.span is not None
    return finding.code, finding.span.line, finding.span.column


def places(text: str, file_format: Format = "yaml") -> list[Place]:
    """Code, line and column of all errors."""
    return [place(finding) for finding in refuse(text, file_format).diagnostics]
