"""Where things are: offsets into the text, the tree of places, and line:column spans made from them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from crucible_train.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.diagnostics import Loc

Extent: TypeAlias = tuple[int, int]
"""Start and end (exclusive) of a piece of text, in code points."""

Target: TypeAlias = Literal["key", "value"]

Leaf: TypeAlias = Any
"""What a reader keeps for the place of a key or scalar: YAML its untyped event, JSON and TOML an `Extent`."""

Place: TypeAlias = Any
"""A `Leaf`, or the `Branch` of a mapping or list."""


class Branch:
    """The place of a mapping or list: its first and last leaf, and the places of its children.

    A mapping's child is the leaf of its key and the place of its value; a list's child is a place.
    """

    __slots__ = ("children", "first", "last")

    def __init__(
        self, first: Leaf, last: Leaf, children: dict[str, tuple[Leaf, Place]] | list[Place]
    ) -> None:
        self.first = first
        self.last = last
        self.children = children


class Lines:
    """Turns offsets into `Span`s of the file `name`.

    A line ends at LF, CRLF or CR, as in editors. YAML 1.1 parsers also break at U+0085, U+2028 and U+2029,
    so their line numbers are not used.
    """

    __slots__ = ("_starts", "name", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self._starts: list[int] | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The text, by the file's name."""
        return {self.name: self.text}

    def span(self, start: int, end: int) -> Span:
        """The span of `text[start:end]`, without the line break a block scalar ends with."""
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        line, column = self._line_and_column(start)
        return Span(self.name, line, column, *self._line_and_column(end))

    def line(self, offset: int) -> int:
        """The line of `offset`, counted from 1."""
        return self._line_and_column(offset)[0]

    def line_text(self, line: int) -> str:
        """The text of `line`, counted from 1, without what ends it; empty where there is no such line."""
        starts = self._line_starts()
        if not 1 <= line <= len(starts):
            return ""
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a place that a span of this text has."""
        return self._line_starts()[line - 1] + column - 1

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = _line_starts(self.text)
        return self._starts


def _line_starts(text: str) -> list[int]:
    import re

    return [0, *(found.end() for found in re.finditer(r"\r\n?|\n", text))]


class Layout:
    """The tree of places of one document, and how to read the extent of a leaf."""

    __slots__ = ("_extent", "_root")

    def __init__(self, root: Branch, extent: Callable[[Leaf], Extent]) -> None:
        self._root = root
        self._extent = extent

    def find(self, loc: Loc, target: Target) -> Extent:
        """The extent of `loc`, or of the nearest parent that exists; of the first character for the root."""
        place: Place = self._root
        key: Leaf = None
        for part in loc:
            if not isinstance(place, Branch):
                break
            children = place.children
            if isinstance(children, dict):
                entry = children.get(part) if isinstance(part, str) else None
                if entry is None:
                    break
                key, place = entry
            elif isinstance(part, int) and 0 <= part < len(children):
                key, place = None, children[part]
            else:
                break
        if place is self._root:
            start = self._extent(self._root.first)[0]
            return start, start + 1
        if target == "key" and key is not None:
            return self._extent(key)
        if isinstance(place, Branch):
            return self._extent(place.first)[0], self._extent(place.last)[1]
        return self._extent(place)


class Positions:
    """Answers `Document.span`. The layout is worked out on the first question where a parser made none."""

    __slots__ = ("_layout", "lines")

    rank = None
    """All is in one file; see `Document.rank`."""

    def __init__(self, lines: Lines, layout: Layout | Callable[[], Layout]) -> None:
        self.lines = lines
        self._layout = layout

    @property
    def texts(self) -> dict[str, str]:
        """The text the document was read from, by the file's name."""
        return self.lines.texts

    def span(self, loc: Loc, target: Target) -> Span:
        """The span of `loc`; see `Document.span`."""
        if not isinstance(self._layout, Layout):
            self._layout = self._layout()
        start, end = self._layout.find(loc, target)
        if start == end:
            # A value left out stands right behind its colon: parsers put it anywhere up to the next token.
            start = end = len(self.lines.text[:end].rstrip())
        return self.lines.span(start, end)


def own_extent(extent: Extent) -> Extent:
    """The extent of a leaf that is one."""
    return extent
