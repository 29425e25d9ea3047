"""Patterns of paths, as `*`, `?`, `[a-z]` and `**` make them.

As in `pathlib.PurePath.full_match` of Python 3.13: a pattern is about a whole path, with forward slashes and
in the case it is written; `*`, `?` and a set stand for characters of one part, a dot at its start too; `**`
is a part of its own and stands for any number of parts, none included.
"""

from __future__ import annotations

import re
from functools import cache

_MAGIC = frozenset("*?[")
_ANY_PARTS = "**"


def is_pattern(text: str) -> bool:
    """Whether anything in `text` would stand for something else."""
    return not _MAGIC.isdisjoint(text)


def split(pattern: str) -> tuple[str, str]:
    """The directories that `pattern` spells out (`""`: none), and the rest of it."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    plain = next((index for index, part in enumerate(parts) if is_pattern(part)), len(parts) - 1)
    root = "/" if pattern.startswith("/") else ""
    return root + "/".join(parts[:plain]), "/".join(parts[plain:])


def matches(patterns: tuple[str, ...], path: str) -> bool:
    """Whether one of `patterns` matches `path`, which has forward slashes and neither `.` nor `..`."""
    return bool(patterns) and _compiled(patterns).fullmatch(path) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(regular_expression, patterns)), re.DOTALL)


def regular_expression(pattern: str) -> str:
    """The regular expression that matches all of a path where `pattern` does."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    made, slash = "", ""
    for index, part in enumerate(parts):
        if part != _ANY_PARTS:
            made += slash + _part(part)
            slash = "/"
        elif index + 1 == len(parts):
            made += "(?:/.+)?" if slash else ".+"
        elif parts[index + 1] != _ANY_PARTS:  # two of them are as good as one
            made += slash + "(?:[^/]+/)*"
            slash = ""
    return made


def _part(part: str) -> str:
    """One part. What stands between two stars is looked for once, so no pattern is slow to refuse a name."""
    runs = [""]
    at = 0
    while at < len(part):
        character = part[at]
        at += 1
        if character == "*":
            runs.append("")
        elif character == "?":
            runs[-1] += "[^/]"
        elif character == "[" and (end := part.find("]", at + 1 + (part[at : at + 1] == "!"))) > 0:
            runs[-1] += _set(part[at:end])
            at = end + 1
        else:
            runs[-1] += re.escape(character)
    first, *rest = runs
    if not rest:
        return first
    return first + "".join(f"(?>[^/]*?{run})" for run in rest[:-1] if run) + f"[^/]*{rest[-1]}"


def _set(inside: str) -> str:
    """A set, by what is between its brackets. It is never a slash; a range from z to a has nothing in it."""
    negated = inside.startswith("!")
    inside = inside.removeprefix("!")
    made = ""
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            low, high = inside[at], inside[at + 2]
            if low <= high:
                made += f"{re.escape(low)}-{re.escape(high)}"
            at += 3
        else:
            made += re.escape(inside[at])
            at += 1
    if negated:
        return f"[^/{made}]"
    return f"(?!/)[{made}]" if made else "(?!)"
