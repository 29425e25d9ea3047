"""The little Markdown that the pages are written in, as GitHub reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTE = "<!-- Generated from the code by `make docs`. Edit the docstrings it comes from. -->"
"""What every generated page begins with, and no other page."""


def page(title: str, *blocks: str) -> str:
    """A whole page; an empty block is none."""
    return "\n\n".join([NOTE, f"# {title}", *(block for block in blocks if block)]) + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. A bar in a cell is escaped, and a cell is one line whatever its text is."""
    lines = [f"| {' | '.join(headers)} |", "|---" * len(headers) + "|"]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def code(text: object) -> str:
    """`text` as code."""
    return f"`{text}`"


def listed(items: Iterable[str]) -> str:
    """A list with a point for each item."""
    return "\n".join(f"- {item}" for item in items)


def fenced(text: str) -> str:
    """A block of text as it is."""
    return f"```text\n{text}\n```"


def slug(heading: str) -> str:
    """The anchor of a heading: small letters, no punctuation but `-` and `_`, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def link(text: str, file: str, heading: str, *, on: str) -> str:
    """A link from the page `on` to a heading of the page `file`."""
    return f"[{text}]({'' if file == on else file}#{slug(heading)})"
