"""JSON text to a `Document` (RFC 8259): the standard library's parser, our scanner where it objects."""

from __future__ import annotations

from json import JSONDecoder
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from crucible_train.result import Ok, Result
from crucible_train.source.budget import MAX_DEPTH, MAX_DIGITS, MAX_NODES, within_budget
from crucible_train.source.document import Document, SourceError
from crucible_train.source.findings import BrokenTextError, Findings
from crucible_train.source.positions import Layout, Lines, Positions, own_extent

if TYPE_CHECKING:
    from collections.abc import Callable


def read_json(text: str, name: str) -> Result[Document, SourceError]:
    """Read `text`. Err: CRU003 to CRU006, CRU011, CRU012, CRU014 and CRU015."""
    lines = Lines(text, name)
    try:
        data = _DECODE(text)
    except (ValueError, RecursionError):
        return _scan(lines)
    spec: Any = data
    if not isinstance(data, dict):
        return _scan(lines)
    # In an ordinary spec there is nothing to look for again. A call to find that out would cost as much.
    ordinary = len(text) <= MAX_DIGITS and "\\" not in text and text.count("{") + text.count("[") <= MAX_DEPTH
    if not ordinary and _needs_scan(text, spec):
        return _scan(lines)
    return Ok(Document(name, "json", spec, (), Positions(lines, _layout(lines))))


def _scan(lines: Lines) -> Result[Document, SourceError]:
    """Read with places and findings: several times slower than the standard library's parser."""
    from crucible_train.source.json_scan import JsonScanner

    findings = Findings(lines)
    try:
        data, place = JsonScanner(findings).document()
    except BrokenTextError:
        return findings.fail()
    if data is None:
        return findings.fail()
    return findings.conclude("json", data, Positions(lines, Layout(place, own_extent)))


def _layout(lines: Lines) -> Callable[[], Layout]:
    def scan() -> Layout:
        from crucible_train.source.json_scan import JsonScanner

        _, place = JsonScanner(Findings(lines)).document()
        return Layout(place, own_extent)

    return scan


def _needs_scan(text: str, data: dict[str, Any]) -> bool:
    """Whether `data`, which the standard library accepted, may hold what a spec may not."""
    if "\\" in text:
        import re

        if re.search(r"\\u[dD][89a-fA-F]", text):  # half a surrogate pair, if not a whole one
            return True
    if len(text) > MAX_DIGITS:
        import re

        # Looked for where a number begins: else all of its digits would be looked at from each of them.
        if re.search(
            rf"(?<![0-9])[0-9]{{{MAX_DIGITS + 1}}}", text
        ):  # where the interpreter's own limit is off
            return True
    may_be_over = len(text) > MAX_NODES or text.count("{") + text.count("[") > MAX_DEPTH
    return may_be_over and not within_budget(data)


class _NeedsScanError(ValueError):
    """The text holds something to report, and the scanner is to say where."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _NeedsScanError
    return data


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise _NeedsScanError
    return value


def _constant(text: str) -> NoReturn:
    raise _NeedsScanError(text)


_DECODE = JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant).decode
