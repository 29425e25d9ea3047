"""TOML text to a `Document` (TOML 1.0): `tomllib`, and our own scanner for places and findings."""

from __future__ import annotations

import tomllib
from math import isfinite
from typing import TYPE_CHECKING

from crucible_train.result import Ok, Result
from crucible_train.source.budget import MAX_DEPTH, MAX_NODES
from crucible_train.source.document import Document, SourceError
from crucible_train.source.findings import BrokenTextError, Findings
from crucible_train.source.positions import Layout, Lines, Positions, own_extent
from crucible_train.source.toml_values import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable


def read_toml(text: str, name: str) -> Result[Document, SourceError]:
    """Read `text`. Err: CRU003, CRU006, CRU011, CRU012, CRU014 and CRU015."""
    lines = Lines(text, name)
    # tomllib recurses, and takes quadratic time over long dotted keys: the scanner counts first.
    if len(text) > MAX_NODES or text.count("[") + text.count("{") + text.count(".") >= MAX_DEPTH:
        return _scan(lines)
    try:
        data = tomllib.loads(text, parse_float=_float)
    except ValueError:
        return _scan(lines)
    if not data or not is_plain(data):
        return _scan(lines)
    return Ok(Document(name, "toml", data, (), Positions(lines, _layout(lines))))


def _scan(lines: Lines) -> Result[Document, SourceError]:
    """Read with places and findings."""
    from crucible_train.source.toml_scan import TomlScanner

    findings = Findings(lines)
    scanner = TomlScanner(findings)
    try:
        data, branch = scanner.document()
    except BrokenTextError:
        if not findings.has_code("CRU006"):
            refused = _add_syntax_error(findings, scanner.statement)
            assert refused  # the scanner reads all that tomllib reads
        return findings.fail()
    # tomllib refuses more than the scanner sees; but after a duplicate it has nothing to add.
    if not findings.has_code("CRU012") and _add_syntax_error(findings, 0):
        return findings.fail()
    if not branch.children:
        hint = "write `key = value` lines"
        findings.add("CRU003", "nothing but white space and comments", (0, 0), hint=hint)
        return findings.fail()
    return findings.conclude("toml", data, Positions(lines, Layout(branch, own_extent)))


def _add_syntax_error(findings: Findings, statement: int) -> bool:
    """Add CRU011 with what `tomllib` objects to, if it does.

    `statement` is where the statement starts that the end of the text breaks off.
    """
    import re

    # An integer that is too long would stop tomllib; the scanner has reported it.
    text = re.sub(r"[0-9_]{600,}", lambda digits: f"0.{'0' * (len(digits[0]) - 2)}", findings.lines.text)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
    else:
        return False
    place = re.search(r" \(at line ([0-9]+), column ([0-9]+)\)$| \(at end of document\)$", said)
    message = said if place is None else said[: place.start()]
    if place is None or place[1] is None:
        start, end = statement, len(text.rstrip())
    else:
        line_start = 0
        for _ in range(int(place[1]) - 1):
            line_start = text.index("\n", line_start) + 1
        start = line_start + int(place[2]) - 1
        end = start + 1
    hint = next((hint for part, hint in _HINTS if part in said), None)
    findings.add("CRU011", f"not well-formed TOML: {message}", (start, max(start, end)), hint=hint)
    return True


_HINTS = (
    ("Invalid value", "put quotes around a text; booleans are true and false"),
    ("Expected '='", "write `key = value`"),
    ("Unclosed array", "close the ["),
    ("Unclosed inline table", "close the {"),
    ("Unescaped '\\'", "write \\\\ for a backslash, or use single quotes"),
)


def _layout(lines: Lines) -> Callable[[], Layout]:
    def scan() -> Layout:
        from crucible_train.source.toml_scan import TomlScanner

        _, branch = TomlScanner(Findings(lines)).document()
        return Layout(branch, own_extent)

    return scan


class _NotFiniteError(ValueError):
    """The scanner is to say where."""


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise _NotFiniteError(text)
    return value
