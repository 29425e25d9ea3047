"""The source lines that a finding is about, with the place marked: no wider than a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.diagnostics.diagnostic import Span
    from crucible_train.source.positions import Lines

_TAB = "    "
_CUT = "…"
_LEAST = 20
"""Columns of text, however narrow the terminal is."""


class MarkedLine(NamedTuple):
    """One line of the source, and the marks to stand below it."""

    number: int
    text: str
    """Without characters that a terminal would act on."""
    marks: str
    """Spaces, then one caret for each marked column of `text`."""


def excerpt(lines: Lines, span: Span, width: int) -> list[MarkedLine]:
    """The first line of `span`, and the last where that is another; none is wider than `width` columns."""
    last = span.end_line
    if last > span.line and span.end_column == 1:
        last -= 1  # the end is exclusive: nothing of that line is meant
    found = [_marked(lines, span, span.line, width)]
    if last > span.line:
        found.append(_marked(lines, span, last, width))
    return found


def _marked(lines: Lines, span: Span, number: int, width: int) -> MarkedLine:
    text = lines.line_text(number)
    start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
    end = span.end_column - 1 if number == span.end_line else len(text.rstrip())
    return MarkedLine(number, *_cut(text, min(start, len(text)), min(end, len(text)), max(width, _LEAST)))


def _cut(text: str, start: int, end: int, width: int) -> tuple[str, str]:
    """As much of `text` as fits, and the marks under `text[start:end]`; an empty range has one mark."""
    # No character that takes a column is further away than this.
    offset = max(0, start - width)
    cells = [_cell(character) for character in text[offset : start + 2 * width]]
    start, end = start - offset, end - offset
    before, after = start, start
    at_the_end = start == len(cells)  # the mark then stands behind the text
    if offset or len(text) > offset + len(cells) or sum(map(_columns, cells)) + at_the_end > width:
        room = width - 2 * len(_CUT)
        before = _back(cells, start, room // 3)
        after = _forth(cells, before, room)
        before = _back(cells, before, room - sum(map(_columns, cells[before:after])))
    else:
        before, after = 0, len(cells)
    left = _CUT if offset + before else ""
    right = _CUT if offset + after < len(text) else ""
    marked = sum(map(_columns, cells[start : min(end, after)]))
    indent = len(left) + sum(map(_columns, cells[before:start]))
    shown = "".join(cell for cell, _ in cells[before:after])
    return f"{left}{shown}{right}", " " * indent + "^" * max(marked, 1)


def _cell(character: str) -> tuple[str, int]:
    """How a character is shown, and in how many columns (UAX #11; marks that combine take none)."""
    if character == "\t":
        return _TAB, len(_TAB)
    if not character.isprintable():
        escaped = repr(character)[1:-1]
        return escaped, len(escaped)
    if character.isascii():
        return character, 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _columns(cell: tuple[str, int]) -> int:
    return cell[1]


def _back(cells: Sequence[tuple[str, int]], start: int, room: int) -> int:
    """How far before `start` the cells fit into `room` columns."""
    while start and (room := room - cells[start - 1][1]) >= 0:
        start -= 1
    return start


def _forth(cells: Sequence[tuple[str, int]], start: int, room: int) -> int:
    """How far behind `start` the cells fit into `room` columns."""
    while start < len(cells) and (room := room - cells[start][1]) >= 0:
        start += 1
    return start
