"""From findings with a fix to a text that has them, and nothing else changed.

No fix is believed: after each one the text is read again, and has to say what it said before but for the one
key or value. So a `fix` can never make a duplicate key, change what an alias stands for, or break the syntax.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crucible_train.result import Ok
from crucible_train.source.load import read_bytes
from crucible_train.source.positions import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Span
    from crucible_train.source import Document, Format

_QUOTES = ("'", '"')
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Edit(NamedTuple):
    """`new` in place of `text[start:end]`, in code points."""

    start: int
    end: int
    new: str
    is_key: bool
    finding: Diagnostic


class Fixed(NamedTuple):
    """A text, and the findings that were fixed in it."""

    text: str
    findings: tuple[Diagnostic, ...]


def fix_text(
    text: str,
    name: str,
    file_format: Format,
    findings: Sequence[Diagnostic],
    is_accepted: Callable[[str], bool],
) -> Fixed:
    """`text` of the file `name`, without a byte order mark, with the fixes that `findings` have.

    `is_accepted` judges a text with fixes in it; where it refuses all of them together, each is tried alone.
    A text that does not read without an error is left as it is.
    """
    made = Fixed(text, ())
    read = read_bytes(text.encode(), file_format, name)
    if not isinstance(read, Ok):
        return made
    edits = _edits(read.value, Lines(text, name), findings)
    together = _with(read.value, text, edits)
    if together is not None and is_accepted(together):
        return Fixed(together, tuple(edit.finding for edit in edits))
    kept: list[Edit] = []
    for edit in edits:
        more = _with(read.value, text, [*kept, edit])
        if more is not None and is_accepted(more):
            kept.append(edit)
            made = Fixed(more, tuple(one.finding for one in kept))
    return made


def _edits(document: Document, lines: Lines, findings: Sequence[Diagnostic]) -> list[Edit]:
    """What to change, in the text's order; of two changes of one place, the first."""
    found = [edit for finding in findings if (edit := _edit(document, lines, finding)) is not None]
    found.sort(key=lambda edit: edit.start)
    return [edit for index, edit in enumerate(found) if index == 0 or found[index - 1].end <= edit.start]


def _edit(document: Document, lines: Lines, finding: Diagnostic) -> Edit | None:
    """What to change for one finding; None where its place is not what the fix is about."""
    span, fix, loc = finding.span, finding.fix, finding.loc
    if fix is None or span is None or span.file != document.name or not _is_there(document.data, loc):
        return None
    start, end = _extent(lines, span)
    written = lines.text[start:end]
    quote = written[:1] if written[:1] in _QUOTES and written[-1:] == written[:1] and end - start > 1 else ""
    if span == document.span(loc, "key") and isinstance(loc[-1], str):
        if (written[1:-1] if quote else written) != loc[-1]:
            return None  # escapes, or an anchor before it
        bare = fix if _BARE.fullmatch(fix) else json.dumps(fix, ensure_ascii=False)
        return Edit(start, end, f"{quote}{fix}{quote}" if quote else bare, True, finding)
    if span == document.span(loc, "value") and quote:
        return Edit(start, end, fix, False, finding)
    return None


def _is_there(data: object, loc: Loc) -> bool:
    for part in loc:
        if isinstance(data, dict) and part in data:
            data = cast("dict[Any, object]", data)[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(cast("list[object]", data)):
            data = cast("list[object]", data)[part]
        else:
            return False
    return bool(loc)


def _extent(lines: Lines, span: Span) -> tuple[int, int]:
    return lines.offset(span.line, span.column), lines.offset(span.end_line, span.end_column)


def _with(document: Document, text: str, edits: Sequence[Edit]) -> str | None:
    """`text` with `edits`, if it then says what it should."""
    if not edits:
        return None
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += text[at : edit.start], edit.new
        at = edit.end
    new = "".join(parts) + text[at:]
    read = read_bytes(new.encode(), document.format, document.name)
    expected = _expected(document.data, edits)
    return new if isinstance(read, Ok) and _same(read.value.data, expected) else None


def _expected(data: dict[str, Any], edits: Sequence[Edit]) -> Any:
    """What the text should say. Values come first, then keys, the deepest first, so a `loc` still holds."""
    # Through JSON, as aliases make one object of what is two values.
    result: Any = json.loads(json.dumps(data))
    for edit in sorted(edits, key=lambda edit: (edit.is_key, -len(edit.finding.loc))):
        *above, last = edit.finding.loc
        parent = result
        for part in above:
            parent = parent[part]
        if not edit.is_key:
            parent[last] = json.loads(edit.new)
        elif edit.finding.fix in parent:
            return None  # a key that is there already
        else:
            parent[edit.finding.fix] = parent.pop(last)
    return result


def _same(data: object, expected: object) -> bool:
    """Whether both are the same as JSON, where 1, 1.0 and true differ."""
    return json.dumps(data, sort_keys=True) == json.dumps(expected, sort_keys=True)
