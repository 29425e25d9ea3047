"""Plain YAML scalars, by the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2).

Python's own `int` and `float` accept exactly the core schema's decimal forms once other characters are
excluded, so that no regular expression is needed.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from crucible_train.source.budget import MAX_BITS, MAX_DIGITS
from crucible_train.source.findings import shown
from crucible_train.source.odd import Odd, non_finite, too_large, too_long

if TYPE_CHECKING:
    from collections.abc import Callable

SUSPECT_FIRST = frozenset(("", *"0123456789+-.~nNtTfFyYoO"))
"""First characters (or none) of plain scalars that may be more than text. All others are text."""

_DECIMAL = "0123456789+-"
_FLOAT = "0123456789+-.eE"
_PREFIXED = {"0o": (8, "01234567"), "0x": (16, "0123456789abcdefABCDEF")}


def _old_boolean(word: str, meaning: str) -> Odd:
    message = f"{shown(word)} is text here, and {meaning} to YAML 1.1 readers"
    return Odd("CRU018", message, f'write {meaning}, or "{word}" in quotes for the text', word)


def _spellings(word: str) -> tuple[str, str, str]:
    return word, word.capitalize(), word.upper()


def _words() -> dict[str, Any]:
    words: dict[str, Any] = {"": None, "~": None}
    for word, value in (("null", None), ("true", True), ("false", False)):
        words |= dict.fromkeys(_spellings(word), value)
    for old_words, meaning in (("y yes on", "true"), ("n no off", "false")):
        for word in old_words.split():
            words |= {spelling: _old_boolean(spelling, meaning) for spelling in _spellings(word)}
    for word in (".nan", ".NaN", ".NAN"):
        words[word] = non_finite(word)
    for word in (".inf", ".Inf", ".INF"):
        words |= {sign + word: non_finite(sign + word) for sign in ("", "+", "-")}
    return words


_WORDS = _words()


def resolve_plain(text: str) -> Any:
    """The value of the plain scalar `text`, or an `Odd` when it needs reporting.

    `Odd.code` is CRU014 (infinity, NaN, or too large for a double), CRU015 (more digits than
    `MAX_DIGITS`) or CRU018 (YAML 1.1 readers see something else).
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if not text.strip(_DECIMAL):
        return _decimal(text)
    if not text.strip(_FLOAT):
        return _float(text)
    if text[:2] in _PREFIXED:
        base, allowed = _PREFIXED[text[:2]]
        if len(text) > 2 and not text[2:].strip(allowed):
            value = int(text[2:], base)
            return value if value.bit_length() <= MAX_BITS else too_long()
    return _old_number(text)


def is_text(text: str) -> bool:
    """Whether the plain scalar `text` is text by the core schema, and so may be a key."""
    value = resolve_plain(text)
    return isinstance(value.value if isinstance(value, Odd) else value, str)


def _decimal(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        return too_long() if text[1:].isdigit() else text
    try:
        value = int(text)
    except ValueError:
        # Digits alone fail only where the interpreter's own limit is set lower than MAX_DIGITS.
        return too_long() if text[1:].isdigit() else text
    return _leading_zero(text, value) if text[0] in "0+-" else value


def _leading_zero(text: str, value: int) -> Any:
    """YAML 1.1 reads a leading zero as octal, where the digits allow it, and else as text."""
    digits = text.lstrip("+-")
    if len(digits) == 1 or digits[0] != "0":
        return value
    if digits.strip("01234567"):
        message = f"{shown(text)} is {value} here, and text to YAML 1.1 readers"
        return Odd("CRU018", message, f'write {value}, or "{text}" in quotes for the text', value)
    octal = int(text, 8)
    if octal == value:
        return value
    message = f"{shown(text)} is {value} here, and {octal} (octal) to YAML 1.1 readers"
    return Odd("CRU018", message, f"write {value}, or {octal} if octal was meant", value)


def _float(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:  # such as a version number
        return text
    return value if isfinite(value) else too_large(text)


def _old_number(text: str) -> Any:
    """Report numbers that only YAML 1.1 knows: with underscores, in base 60, binary, signed hexadecimal."""
    if len(text) > 100 or not any(mark in text for mark in "_:bx"):
        return text
    import re

    for pattern, convert in _OLD_NUMBERS:
        if re.fullmatch(pattern, text):
            number = convert(text.replace("_", ""))
            message = f"{shown(text)} is text here, and the number {number} to YAML 1.1 readers"
            return Odd("CRU018", message, f'write {number}, or "{text}" in quotes for the text', text)
    return text


def _integer(text: str) -> int:
    return int(text, 8 if text.lstrip("+-").isdigit() and text.lstrip("+-")[0] == "0" else 0)


def _base_60(text: str) -> int | float:
    total: int | float = 0
    for part in text.lstrip("+-").split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return -total if text[0] == "-" else total


# https://yaml.org/type/int.html and https://yaml.org/type/float.html
_OLD_NUMBERS: tuple[tuple[str, Callable[[str], int | float]], ...] = (
    (r"[-+]?(?:0b[01_]*[01][01_]*|0x[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]+|[1-9][0-9_]*)", _integer),
    (r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]{1,2})?", float),
    (r"[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)", _base_60),
)
