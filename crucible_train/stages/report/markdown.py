"""A report as Markdown: CommonMark 0.31 with the tables of GitHub Flavored Markdown.

Nothing in the content can become markup: not in a table, not at the beginning of a line, not as HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never
from urllib.parse import quote

from crucible_train.stages.report.tree import (
    KIND,
    SCHEMA_VERSION,
    Facts,
    Group,
    Paragraph,
    Picture,
    Table,
    Verbatim,
)
from crucible_train.stages.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crucible_train.stages.report.tree import Block, Content

_MARKUP = re.compile(r"[\\`*\[\]#~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""What means something anywhere in a line. An underscore does not inside a word (CommonMark 6.2)."""

_LINE_START = re.compile(r"^([+=:-]|\d{1,9}(?=[.)]))(.?)")
"""What means something at the beginning of a line: lists, rules, underlined headings, tables."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
"""Readers of Markdown do not agree how else a bar in a table's cell is written."""


def render(content: Content) -> str:
    """The report as Markdown; it ends in LF."""
    lines = [f"<!-- {KIND} {SCHEMA_VERSION} -->", "", f"# {_heading(content.title)}"]
    for section in content.sections:
        if section.blocks:
            lines += ["", f"## {_heading(section.title)}", *_blocks(section.blocks, 3)]
    return "\n".join([*lines, ""])


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    for block in blocks:
        yield ""
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield from _paragraph(text)
        case Facts(rows):
            yield from (f"- **{_inline(name)}**: {_inline(value)}" for name, value in rows)
        case Table(columns, rows, numeric):
            yield _row(columns)
            yield _row(("---:" if index in numeric else "---" for index in range(len(columns))), escape=False)
            yield from map(_row, rows)
        case Verbatim(caption, text):
            yield f"{_inline(caption)}:"
            yield ""
            yield from _fenced(text)
        case Picture(caption, path, _):
            yield f"![{_inline(caption)}]({quote(path, errors='surrogateescape')})"
        case Group(title, inner):
            yield f"{'#' * min(level, 6)} {_heading(title)}"
            yield from _blocks(inner, level + 1)
        case _:
            assert_never(block)


def _paragraph(text: str) -> Iterator[str]:
    """Every line of the text as one of its own; an empty one begins a paragraph."""
    lines = [_LINE_START.sub(_escaped_start, _escaped(line)) for line in visible(text).strip().split("\n")]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield f"{line}\\" if line and following else line


def _row(cells: Iterable[str], *, escape: bool = True) -> str:
    return f"| {' | '.join(_inline(cell) if escape else cell for cell in cells)} |"


def _fenced(text: str) -> Iterator[str]:
    shown = visible(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    yield f"{fence}text"
    yield from shown.split("\n")
    yield fence


def _heading(text: str) -> str:
    """`text` on one line."""
    return " ".join(_inline(text).split("<br>"))


def _inline(text: str) -> str:
    """`text` in one line of Markdown, with its own line ends kept."""
    return "<br>".join(_escaped(line) for line in visible(text).strip().split("\n"))


def _escaped(line: str) -> str:
    """One line of text, without the white space around it, which would mean something."""
    plain = _MARKUP.sub(lambda found: f"\\{found[0]}", line.strip())
    return "".join(_ENTITIES.get(character, character) for character in plain)


def _escaped_start(found: re.Match[str]) -> str:
    start, following = found.groups()
    return f"{start}\\{following}" if start.isdigit() else f"\\{start}{following}"
