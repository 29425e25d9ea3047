"""JSON: one object a line, or one document, read strictly (RFC 8259, no duplicate keys, no NaN)."""

from __future__ import annotations

import json
import math
import re
from typing import Any, BinaryIO, cast

from crucible_train.records.errors import describe
from crucible_train.records.formats.lines import (
    UNNAMED,
    Faults,
    FormatError,
    ReadOptions,
    Splits,
    decoded_lines,
)
from crucible_train.result import Err, Ok, Result

MAX_DIGITS = 4300
"""As many digits as Python converts by default; a longer number is a mistake or an attack."""

_WHITE_SPACE = re.compile(r"[ \t\n\r]*")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} occurs twice in one object")
    return result


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_pairs,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_integer,
)


def read_jsonl(file: BinaryIO, name: str, options: ReadOptions) -> Result[Splits, FormatError]:
    """One object a line. All malformed lines are reported."""
    records: list[dict[str, Any]] = []
    faults = Faults(name)
    for number, line in enumerate(decoded_lines(file), 1):
        if options.limit is not None and len(records) >= options.limit:
            break
        text = line.strip(" \t\r\n")
        if not text:
            continue
        try:
            value = _DECODER.decode(text)
        except json.JSONDecodeError as error:
            faults.add(
                number, error.msg + _hint(text), column=error.colno + len(line) - len(line.lstrip(" \t\r\n"))
            )
        except ValueError as error:
            faults.add(number, str(error))
        except RecursionError:
            faults.add(number, "nested too deeply")
        else:
            if isinstance(value, dict):
                records.append(cast("dict[str, Any]", value))
            else:
                found = describe(cast("object", value))
                faults.add(number, f"expected an object, found {found}{_hint(text)}")
    return Err(faults.error()) if faults.first else Ok({UNNAMED: records})


def _hint(text: str) -> str:
    return " (one list of all records is the format json)" if text.startswith("[") else ""


def read_json(file: BinaryIO, name: str, options: ReadOptions) -> Result[Splits, FormatError]:
    """A list of objects, or lists by split.

    Only the first mistake is reported: what follows it cannot be trusted.
    """
    scanner = _JsonDocument("".join(decoded_lines(file)))
    faults = Faults(name)
    try:
        splits = scanner.splits()
    except json.JSONDecodeError as error:
        faults.add(error.lineno, error.msg, column=error.colno)
    except ValueError as error:
        faults.add(scanner.line, str(error))
    except RecursionError:
        faults.add(scanner.line, "nested too deeply")
    else:
        return Ok({split: records[: options.limit] for split, records in splits.items()})
    return Err(faults.error())


class _JsonDocument:
    """Walks the outermost levels of a JSON document itself, so that a bad record has a line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def line(self) -> int:
        """The line of the record that is being read."""
        return self._text.count("\n", 0, self._at) + 1

    def splits(self) -> Splits:
        if not self._peek():
            return {UNNAMED: []}
        splits = self._mapping() if self._peek() == "{" else {UNNAMED: self._list("the file")}
        if self._peek():
            raise json.JSONDecodeError("Extra data", self._text, self._at)
        return {UNNAMED: splits["data"]} if list(splits) == ["data"] else splits

    def _mapping(self) -> Splits:
        splits: Splits = {}
        self._at += 1
        while not self._take("}"):
            if splits:
                self._expect(",")
            if self._peek() != '"':
                raise json.JSONDecodeError("Expecting a split's name in double quotes", self._text, self._at)
            key = cast("str", self._value())
            if key in splits:
                raise ValueError(f"the key {key!r} occurs twice in one object")
            self._expect(":")
            splits[key] = self._list(f"the key {key!r}")
        if not splits:
            raise ValueError("expected a list of records, or lists by split; found an empty object")
        return splits

    def _list(self, what: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        if self._peek() != "[":
            start = self._at
            found = describe(self._value())
            self._at = start
            hint = " (one record a line is the format jsonl)"
            raise ValueError(f"{what} should hold a list of records, and holds {found}{hint}")
        self._at += 1
        while not self._take("]"):
            if records:
                self._expect(",")
            self._peek()
            start = self._at
            value = self._value()
            if not isinstance(value, dict):
                self._at = start
                raise ValueError(f"record {len(records)}: expected an object, found {describe(value)}")
            records.append(cast("dict[str, Any]", value))
        return records

    def _peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        self._at = cast("re.Match[str]", _WHITE_SPACE.match(self._text, self._at)).end()
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        found = self._peek() == character
        self._at += found
        return found

    def _expect(self, character: str) -> None:
        if not self._take(character):
            raise json.JSONDecodeError(f"Expecting '{character}'", self._text, self._at)

    def _value(self) -> object:
        value, self._at = _DECODER.raw_decode(self._text, self._at)
        return value
