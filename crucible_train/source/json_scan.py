"""A scanner of JSON (RFC 8259) that knows places, says what is wrong, and goes on where it can."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn, cast

from crucible_train.source.budget import (
    BUDGET_HINT,
    DEEP_MESSAGE,
    MANY_MESSAGE,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_NODES,
)
from crucible_train.source.findings import Findings, shown
from crucible_train.source.odd import DROPPED, Odd, non_finite, too_large, too_long
from crucible_train.source.positions import Branch, Extent, Place

if TYPE_CHECKING:
    from crucible_train.diagnostics import Loc

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_STRING_SO_FAR = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![0-9A-Za-z_.+-])")
_WORD = re.compile(r"[^\s,:{}\[\]\"]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None}
_NON_FINITE = ("NaN", "Infinity", "-Infinity")
_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false", "undefined": "null"}


class JsonScanner:
    """Reads one text into data and places. It recurses no deeper than `MAX_DEPTH`."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._text = findings.lines.text
        self._at = 0
        self._num_nodes = 1
        self._openings: list[int] = []

    def document(self) -> tuple[dict[str, Any] | None, Place]:
        """The data and place of the whole text; the data None when it is no mapping.

        Adds CRU003 to CRU006, CRU011, CRU012, CRU014 and CRU015; raises `BrokenTextError` where nothing more
        can be read.
        """
        start = self._skip_space()
        if start == len(self._text):
            self._findings.stop("CRU003", "the file is empty", (0, 0), hint="write an object of settings")
        value, place = self._value((), 0)
        data = cast("dict[str, Any]", value) if isinstance(value, dict) else None
        if data is None and value is not DROPPED:
            what = "an array" if isinstance(value, list) else "a single value"
            message = f"the top level is {what}, not an object of keys and values"
            self._findings.add("CRU004", message, (start, start + 1), hint='write {"key": value}')
        if self._skip_space() < len(self._text):
            self._after_document()
        return data, place

    def _value(self, loc: Loc, depth: int) -> tuple[Any, Place]:
        start = self._at
        character = self._text[start : start + 1]
        if character in ("{", "["):
            if depth >= MAX_DEPTH:
                self._findings.stop("CRU006", DEEP_MESSAGE, (start, start + 1), loc, BUDGET_HINT)
            return self._object(loc, depth + 1) if character == "{" else self._array(loc, depth + 1)
        value = self._string(loc) if character == '"' else self._scalar()
        extent = start, self._at
        if isinstance(value, Odd):
            self._findings.add(value.code, value.message, extent, loc, value.hint)
            value = value.value
        return value, extent

    def _object(self, loc: Loc, depth: int) -> tuple[dict[str, Any], Branch]:
        opening = self._open()
        data: dict[str, Any] = {}
        places: dict[str, tuple[Extent, Place]] = {}
        while self._more("}", is_first=not places):
            self._count(2, loc)
            start = self._at
            key, is_text = self._key(loc)
            key_extent = start, self._at
            self._skip_space()
            if self._text[self._at : self._at + 1] != ":":
                self._wrong("expected `:` after the key", 'write "key": value')
            self._at += 1
            self._skip_space()
            value, place = self._value((*loc, key), depth)
            if key in places:
                line = self._findings.lines.line(places[key][0][0])
                message = f"duplicate key {shown(key)}: it is already on line {line}"
                self._findings.add("CRU012", message, key_extent, (*loc, key), "keep one of the two")
                continue
            places[key] = key_extent, place
            if is_text and value is not DROPPED:
                data[key] = value
        return data, Branch((opening, opening + 1), (self._at - 1, self._at), places)

    def _array(self, loc: Loc, depth: int) -> tuple[list[Any], Branch]:
        opening = self._open()
        items: list[Any] = []
        places: list[Place] = []
        index = 0
        while self._more("]", is_first=index == 0):
            self._count(1, loc)
            value, place = self._value((*loc, index), depth)
            index += 1
            if value is not DROPPED:
                items.append(value)
                places.append(place)
        return items, Branch((opening, opening + 1), (self._at - 1, self._at), places)

    def _open(self) -> int:
        opening = self._at
        self._openings.append(opening)
        self._at += 1
        return opening

    def _more(self, closing: str, *, is_first: bool) -> bool:
        """Step over a comma to the next member, or over `closing`; False then."""
        at = self._skip_space()
        character = self._text[at : at + 1]
        if character == closing:
            self._openings.pop()
            self._at += 1
            return False
        if is_first:
            return True
        if character != ",":
            self._wrong(f"expected `,` or {shown(closing)}", "put a comma between two members")
        self._at += 1
        if self._text[self._skip_space() : self._at + 1] == closing:
            self._broken("a comma after the last member", (at, at + 1), "remove the comma")
        return True

    def _key(self, loc: Loc) -> tuple[str, bool]:
        """The next key, and whether it is text; if not, it is reported and stands as written."""
        if self._text[self._at : self._at + 1] != '"':
            word = _WORD.match(self._text, self._at)
            text = word.group().strip("'") if word else ""
            hint = f'write "{text}"' if text.isidentifier() else "keys are text in double quotes"
            self._wrong("expected a key in double quotes", hint)
        start = self._at
        key = self._string(loc)
        if isinstance(key, Odd):
            self._findings.add(key.code, key.message, (start, self._at), loc, key.hint)
            return self._text[start : self._at], False
        return key, True

    def _string(self, loc: Loc) -> Any:
        start = self._at
        found = _STRING.match(self._text, start)
        if found is None:
            self._broken_string(start)
        self._at = found.end()
        try:
            text: str = json.loads(found.group())
        except json.JSONDecodeError as error:
            at = start + error.pos
            hint = "write \\\\ for a backslash"
            self._findings.stop("CRU011", "not well-formed JSON: an unknown escape", (at, at + 1), loc, hint)
        if not text.isascii() and _LONE_SURROGATE.search(text):
            message = "an escape of half a surrogate pair is no character"
            return Odd("CRU011", message, "write the character itself")
        return text

    def _broken_string(self, start: int) -> NoReturn:
        """Say why no string ends: a line break or another control character in it, or the end of the text."""
        body = _STRING_SO_FAR.match(self._text, start)
        at = start if body is None else body.end()
        character = self._text[at : at + 1]
        if character in ("", "\n", "\r", "\\"):
            hint = 'close the ", or write \\n for a line break'
            self._broken("this string is not closed in its line", (start, at), hint)
        point = ord(character)
        message = f"the control character U+{point:04X} in a string"
        self._broken(message, (at, at + 1), f"write \\u{point:04x}")

    def _scalar(self) -> Any:
        start = self._at
        number = _NUMBER.match(self._text, start)
        if number is not None:
            self._at = number.end()
            return _number(number)
        word = _WORD.match(self._text, start)
        text = word.group() if word else ""
        if text in _LITERALS or text in _NON_FINITE:
            self._at += len(text)
            return _LITERALS[text] if text in _LITERALS else non_finite(text)
        if not text or text[0] in "/#":
            return self._wrong("expected a value", None)
        extent = start, start + len(text)
        return self._broken(f"{shown(text)} is no JSON value", extent, _hint_for_word(text))

    def _after_document(self) -> None:
        at = self._at
        if self._text[at] in "{[":
            hint = "put each spec in a file of its own"
            self._findings.add("CRU005", "a second document starts here", (at, at + 1), hint=hint)
        else:
            self._wrong("the document has ended before this", "remove it, or check the brackets before it")

    def _skip_space(self) -> int:
        found = _SPACE.match(self._text, self._at)
        assert found is not None  # it matches the empty text too
        self._at = found.end()
        return self._at

    def _count(self, num_nodes: int, loc: Loc) -> None:
        self._num_nodes += num_nodes
        if self._num_nodes > MAX_NODES:
            self._findings.stop("CRU006", MANY_MESSAGE, (self._at, self._at + 1), loc, BUDGET_HINT)

    def _wrong(self, message: str, hint: str | None) -> NoReturn:
        """Say that something else was expected here; or where the text ends, what was never closed."""
        at = self._at
        if at == len(self._text):
            opening = self._openings[-1]
            bracket = self._text[opening]
            message = f"the {shown(bracket)} is never closed"
            self._broken(message, (opening, opening + 1), f"close the {bracket}")
        if self._text[at] == "#" or self._text.startswith(("//", "/*"), at):
            hint = "remove the comment, or write the spec in YAML"
            self._broken("JSON has no comments", (at, at + 1), hint)
        self._broken(message, (at, at + 1), hint)

    def _broken(self, message: str, extent: Extent, hint: str | None) -> NoReturn:
        self._findings.stop("CRU011", f"not well-formed JSON: {message}", extent, hint=hint)


def _number(found: re.Match[str]) -> Any:
    text = found.group()
    if found[1] is not None or found[2] is not None:
        value = float(text)
        return value if isfinite(value) else too_large(text)
    if len(text) > MAX_DIGITS:
        return too_long()
    try:
        return int(text)
    except ValueError:  # the interpreter's own limit is set lower than ours
        return too_long()


def _hint_for_word(text: str) -> str:
    if text in _PYTHON_WORDS:
        return f"write {_PYTHON_WORDS[text]}"
    if text[0] == "'":
        return "write double quotes"
    if text[0] in "+-.0123456789":
        return "write a number as 10, -1, 0.5 or 1e-4"
    return "put double quotes around a text"
