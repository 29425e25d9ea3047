"""A scanner of TOML 1.0 that knows places and goes on after a duplicate key or a number that is none.

It reads structure only. Whether a text is TOML, and what one value means, `tomllib` says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crucible_train.source.budget import BUDGET_HINT, DEEP_MESSAGE, MANY_MESSAGE, MAX_DEPTH, MAX_NODES
from crucible_train.source.findings import BrokenTextError, Findings, shown
from crucible_train.source.odd import DROPPED, Odd
from crucible_train.source.positions import Branch, Extent, Place
from crucible_train.source.toml_values import read_value

if TYPE_CHECKING:
    from crucible_train.diagnostics import Loc

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_VALUE = re.compile(
    r'''"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*'{3,5}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
    r"""|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9:.Zz+-]+"""
    r"""|[A-Za-z0-9_+.:-]+"""
)


class _Table:
    """A table under construction. `is_closed` once it has a header or dotted keys of its own."""

    def __init__(self, extent: Extent, loc: Loc, depth: int) -> None:
        self.data: dict[str, Any] = {}
        self.places: dict[str, tuple[Extent, Place]] = {}
        self.tables: dict[str, _Table | list[_Table]] = {}
        self.branch = Branch(extent, extent, self.places)
        self.loc = loc
        self.depth = depth
        self.is_closed = False


class TomlScanner:
    """Reads one text into data and places. It recurses no deeper than `MAX_DEPTH`."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._text = findings.lines.text
        self._at = 0
        self._num_nodes = 1
        self.statement = 0
        """Where the statement that is being read starts."""

    def document(self) -> tuple[dict[str, Any], Branch]:
        """The data and places of the whole text.

        Adds CRU006, CRU012, CRU014 and CRU015. Raises `BrokenTextError` over budget, and without a finding
        where the text is no TOML: `tomllib` says then what is wrong.
        """
        root = table = _Table((0, 1), (), 1)
        while self._skip(_BLANK_LINES) < len(self._text):
            self.statement = self._at
            if self._peek("["):
                table = self._header(root)
            else:
                self._assignment(table)
        return root.data, root.branch

    def _header(self, root: _Table) -> _Table:
        start = self._at
        brackets = 2 if self._peek("[[") else 1
        self._at += brackets
        keys = self._dotted_key(root)
        for _ in range(brackets):
            self._expect("]")
        extent = start, self._at
        table = root
        for key, key_extent in keys[:-1]:
            table = self._inner(table, key, key_extent) or _detached(table, key, extent)
        key, key_extent = keys[-1]
        if brackets == 2:
            return self._element(table, key, key_extent, extent)
        found = self._inner(table, key, key_extent)
        if found is None:
            return _detached(table, key, extent)
        if found.is_closed or isinstance(table.tables[key], list):
            self._duplicate(table, key, key_extent)
            return _detached(table, key, extent)
        found.is_closed = True
        found.branch.first = found.branch.last = extent
        return found

    def _element(self, parent: _Table, key: str, key_extent: Extent, extent: Extent) -> _Table:
        """The new table of `[[key]]`."""
        elements = parent.tables.get(key)
        if key not in parent.places:
            elements = parent.tables[key] = []
            parent.data[key] = []
            parent.places[key] = key_extent, Branch(extent, extent, [])
        if not isinstance(elements, list):
            self._duplicate(parent, key, key_extent)
            return _detached(parent, key, extent)
        table = _Table(extent, (*parent.loc, key, len(elements)), parent.depth + 2)
        table.is_closed = True
        elements.append(table)
        parent.data[key].append(table.data)
        _, array = parent.places[key]
        assert isinstance(array, Branch)  # `tables` and `places` hold the same arrays of tables
        assert isinstance(array.children, list)
        array.children.append(table.branch)
        return table

    def _inner(self, table: _Table, key: str, extent: Extent) -> _Table | None:
        """The table `key` of `table`, made where there is none; None after a finding where it is a value."""
        inner = table.tables.get(key)
        if inner is not None:
            return inner[-1] if isinstance(inner, list) else inner
        if key in table.places:
            self._duplicate(table, key, extent)
            return None
        made = _Table(extent, (*table.loc, key), table.depth + 1)
        table.tables[key] = made
        table.data[key] = made.data
        table.places[key] = extent, made.branch
        return made

    def _assignment(self, table: _Table) -> None:
        """`key = value`, the key perhaps dotted."""
        keys = self._dotted_key(table)
        self._expect("=")
        for key, extent in keys[:-1]:
            inner = self._inner(table, key, extent)
            table = inner or _detached(table, key, extent)
            table.is_closed = True
        key, extent = keys[-1]
        self._skip(_BLANK)
        value, place = self._value((*table.loc, key), table.depth)
        if key in table.places:
            self._duplicate(table, key, extent)
            return
        table.places[key] = extent, place
        if value is not DROPPED:
            table.data[key] = value

    def _dotted_key(self, table: _Table) -> list[tuple[str, Extent]]:
        keys: list[tuple[str, Extent]] = []
        while not keys or self._step_over("."):
            start = self._skip(_BLANK)
            found = _KEY.match(self._text, start)
            if found is None:
                raise BrokenTextError
            self._at = found.end()
            text = found.group()
            key = self._scalar(text) if text[0] in "\"'" else text
            keys.append((key, (start, self._at)))
            self._count(2, start, table.loc)
            if table.depth + len(keys) > MAX_DEPTH + 1:
                self._findings.stop("CRU006", DEEP_MESSAGE, keys[-1][1], table.loc, BUDGET_HINT)
        return keys

    def _value(self, loc: Loc, depth: int) -> tuple[Any, Place]:
        start = self._at
        if self._peek("[") or self._peek("{"):
            if depth >= MAX_DEPTH:
                self._findings.stop("CRU006", DEEP_MESSAGE, (start, start + 1), loc, BUDGET_HINT)
            return self._array(loc, depth + 1) if self._peek("[") else self._inline_table(loc, depth + 1)
        found = _VALUE.match(self._text, start)
        if found is None:
            raise BrokenTextError
        self._at = found.end()
        extent = start, self._at
        value = self._scalar(found.group())
        if isinstance(value, Odd):
            self._findings.add(value.code, value.message, extent, loc, value.hint)
            value = value.value
        return value, extent

    def _array(self, loc: Loc, depth: int) -> tuple[list[Any], Branch]:
        start = self._at
        self._at += 1
        items: list[Any] = []
        places: list[Place] = []
        index = 0
        self._skip(_BLANK_LINES)
        while not self._step_over("]"):
            self._count(1, self._at, loc)
            value, place = self._value((*loc, index), depth)
            index += 1
            if value is not DROPPED:
                items.append(value)
                places.append(place)
            self._skip(_BLANK_LINES)
            if not self._step_over(",") and not self._peek("]"):
                raise BrokenTextError
            self._skip(_BLANK_LINES)
        return items, Branch((start, start + 1), (self._at - 1, self._at), places)

    def _inline_table(self, loc: Loc, depth: int) -> tuple[dict[str, Any], Branch]:
        start = self._at
        self._at += 1
        table = _Table((start, start + 1), loc, depth)
        self._skip(_BLANK_LINES)
        while not self._step_over("}"):
            self._assignment(table)
            self._skip(_BLANK_LINES)
            if not self._step_over(",") and not self._peek("}"):
                raise BrokenTextError
            self._skip(_BLANK_LINES)
        table.branch.last = self._at - 1, self._at
        return table.data, table.branch

    def _scalar(self, text: str) -> Any:
        try:
            return read_value(text)
        except ValueError as error:
            raise BrokenTextError from error

    def _duplicate(self, table: _Table, key: str, extent: Extent) -> None:
        line = self._findings.lines.line(table.places[key][0][0])
        message = f"duplicate key {shown(key)}: it is already on line {line}"
        self._findings.add("CRU012", message, extent, (*table.loc, key), "keep one of the two")

    def _count(self, num_nodes: int, start: int, loc: Loc) -> None:
        self._num_nodes += num_nodes
        if self._num_nodes > MAX_NODES:
            self._findings.stop("CRU006", MANY_MESSAGE, (start, start + 1), loc, BUDGET_HINT)

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _step_over(self, character: str) -> bool:
        start = self._skip(_BLANK)
        if self._text[start : start + 1] != character:
            return False
        self._at += 1
        return True

    def _expect(self, character: str) -> None:
        if not self._step_over(character):
            raise BrokenTextError

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        assert found is not None  # it matches the empty text too
        self._at = found.end()
        return self._at


def _detached(parent: _Table, key: str, extent: Extent) -> _Table:
    """A table that is read for its findings only: it has no place in the document."""
    return _Table(extent, (*parent.loc, key), parent.depth + 1)
