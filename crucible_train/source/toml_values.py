"""One TOML scalar to data. Dates and times are text as written: a spec has no such type."""

from __future__ import annotations

import tomllib
from math import isfinite
from typing import Any, cast

from crucible_train.source.budget import MAX_BITS, MAX_DIGITS
from crucible_train.source.odd import non_finite, too_large, too_long


def read_value(text: str) -> Any:
    """The value of the scalar `text`, or an `Odd` with CRU014 or CRU015.

    Raises `tomllib.TOMLDecodeError` where it is no TOML.
    """
    quick = _read_quickly(text)
    if quick is not None:
        return quick
    if text.lstrip("+-") in ("inf", "nan"):
        return non_finite(text)
    if len(text) > MAX_DIGITS and text.lstrip("+-").replace("_", "").isdigit():
        return too_long()
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # more digits than the interpreter's own limit
        return too_long()
    if isinstance(value, float) and not isfinite(value):
        return too_large(text)
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_BITS else too_long()
    return value if isinstance(value, str | float) else text


def _read_quickly(text: str) -> str | int | bool | None:
    """The value of the usual scalars, at a tenth of the time; None for all others."""
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) < 100:
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "\"'" and text[:3] not in ('"""', "'''") and "\\" not in text:
        return text[1:-1]
    return None


def is_plain(data: Any) -> bool:
    """Whether `data`, as `tomllib` read it, holds no date, no time and no integer that is too long."""
    if isinstance(data, dict):
        return all(map(is_plain, cast("dict[str, Any]", data).values()))
    if isinstance(data, list):
        return all(map(is_plain, cast("list[Any]", data)))
    if isinstance(data, int):
        return data.bit_length() <= MAX_BITS
    return isinstance(data, str | float)
