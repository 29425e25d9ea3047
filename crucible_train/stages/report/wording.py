"""Values in words: numbers of readable length, text without what a screen would act on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

MAX_CELL = 400
"""Characters of a value in a table or a list of facts; the JSON form has all of it."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters (ECMA-48), what overrides the direction of text (Unicode UAX 9), and code points
that are no characters."""


def visible(text: str) -> str:
    """`text` with LF line ends, and every other control character written as an escape, such as `\\x1b`."""
    unified = text.replace("\r\n", "\n")
    return _UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], unified)


def escaped_json(data: object) -> str:
    """`data` as JSON text, in which every character that is not fit to be shown is an escape."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] >= "\x7f" else found[0], text)


def in_words(value: Any) -> str:
    """Any JSON value, as short as can be understood."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case str():
            return shortened(value)
        case list() if all(isinstance(item, str | int | float) for item in cast("list[Any]", value)):
            return shortened(", ".join(in_words(item) for item in cast("list[Any]", value)))
        case _:
            return shortened(json.dumps(value, ensure_ascii=False))


def shortened(text: str) -> str:
    """`text`, cut where it would fill the page."""
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def number(value: float) -> str:
    """A number with five significant digits; whole ones in full, in groups of three digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.5g}"


def duration(seconds: float) -> str:
    """A time span in one or two units."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 90:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def name_in_words(*path: str) -> str:
    """A key as a person would say it, with those above it: `data`, `num_records` as "data: records"."""
    return ": ".join(key.removeprefix("num_").replace("_", " ").strip() or key for key in path)


def plain(value: object) -> Any:
    """A copy of `value`, which is JSON data but for numbers that are not finite: these become text.

    Raises `TypeError` for what has no form in JSON: a context holds none.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value - value == 0 else str(value)
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            if not all(isinstance(key, str) for key, _ in items):
                raise TypeError("a context holds JSON data: keys are text")
            return {key: plain(item) for key, item in items}
        case list() | tuple():
            return [plain(item) for item in cast("list[object]", value)]
        case _:
            raise TypeError(f"a context holds JSON data, and no {type(value).__name__}")
