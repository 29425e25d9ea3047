"""YAML text to a `Document`, and one YAML value to data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from yaml import DocumentStartEvent, ScalarEvent, StreamEndEvent, YAMLError

from crucible_train.diagnostics import Severity
from crucible_train.result import Err, Ok, Result
from crucible_train.source.findings import BrokenTextError, Findings
from crucible_train.source.odd import DROPPED
from crucible_train.source.positions import Branch, Layout, Lines, Place, Positions
from crucible_train.source.yaml_events import open_events
from crucible_train.source.yaml_syntax import add_forbidden_character, add_syntax_error
from crucible_train.source.yaml_tree import Event, TreeBuilder, extent_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.source.document import Document, SourceError

_SPEC_HINT = "write `key: value` lines"
_VALUE_HINT = "put quotes around a text; write a list as [a, b] and a mapping as {a: b}"


def read_yaml(text: str, name: str) -> Result[Document, SourceError]:
    """Read the one document of `text`. Err: CRU003 to CRU006 and CRU011 to CRU017."""
    lines = Lines(text, name)
    findings = Findings(lines)
    value: Any = None
    place: Place = None
    try:
        next_event = open_events(text)
        value, place = TreeBuilder(next_event, findings).node(_start(next_event, findings, _SPEC_HINT))
        _end(next_event, findings)
    except BrokenTextError:
        return _fail(findings)
    except YAMLError as error:
        add_syntax_error(error, findings)
        return _fail(findings)
    if isinstance(value, dict):
        if findings.has_code("CRU005") and add_forbidden_character(Findings(lines)):
            return _fail(findings)  # in a later document, which libyaml has not read
        positions = Positions(lines, Layout(place, extent_of))
        return findings.conclude("yaml", cast("dict[str, Any]", value), positions)
    if value is not DROPPED:
        what = "a list" if isinstance(value, list) else "a single value"
        message = f"the top level is {what}, not a mapping of keys to values"
        first = place.first if isinstance(place, Branch) else place
        findings.add("CRU004", message, extent_of(first), hint=_SPEC_HINT)
    return _fail(findings)


def read_yaml_value(text: str, name: str) -> Result[Any, SourceError]:
    """Read `text` as one YAML value in flow style. Err: as `read_yaml`, without CRU004."""
    findings = Findings(Lines(text, name))
    value: Any = None
    try:
        next_event = open_events(text)
        root = _start(next_event, findings, _VALUE_HINT)
        builder = TreeBuilder(next_event, findings)
        value, _ = builder.node(root)
        start, end = root.start_mark.index, builder.end
        in_block_style = getattr(root, "flow_style", True) is False
        if in_block_style or text[:start].strip() or text[end:].strip():
            findings.add("CRU011", "this is more than one plain value", (start, end), hint=_VALUE_HINT)
        _end(next_event, findings)
    except BrokenTextError:
        return _fail(findings)
    except YAMLError as error:
        add_syntax_error(error, findings)
    return _fail(findings) if findings.has_errors else Ok(value)


def _start(next_event: Callable[[], Event], findings: Findings, hint: str) -> Event:
    """The first event of the document's content. Stops with CRU003 when there is none."""
    next_event()  # the start of the stream
    start = next_event()
    if start.__class__ is StreamEndEvent:
        message = "nothing but white space and comments"
        findings.stop("CRU003", message, (0, 0), hint=hint)
    if start.version == (1, 1):
        message = "the file says YAML 1.1, and is read as YAML 1.2"
        remedy = "write %YAML 1.2, or leave the directive out"
        findings.add("CRU018", message, extent_of(start), (), remedy, Severity.WARNING)
    root = next_event()
    if root.__class__ is ScalarEvent and not (root.value or root.style or root.tag or root.anchor):
        findings.stop("CRU003", "the document is empty", extent_of(root), hint=hint)
    return root


def _end(next_event: Callable[[], Event], findings: Findings) -> None:
    """Read past the document. CRU005 when another one follows."""
    next_event()  # the end of the document
    event = next_event()
    if event.__class__ is DocumentStartEvent:
        hint = "put each spec in a file of its own"
        findings.add("CRU005", "a second document starts here", extent_of(event), hint=hint)


def _fail(findings: Findings) -> Err[SourceError]:
    """Everything found, or only the character that YAML forbids, where there is one.

    libyaml reads on up to such a character and PyYAML does not: so both give the same.
    """
    character = Findings(findings.lines)
    return (character if add_forbidden_character(character) else findings).fail()
