"""A report as one HTML page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

import html
from base64 import b64encode
from typing import TYPE_CHECKING, assert_never

from crucible_train.stages.report.page_style import STYLE
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

    from crucible_train.stages.report.tree import Block, Content, Section

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What the page may do (W3C Content Security Policy 3): show its style and the pictures in it."""


def render(content: Content) -> str:
    """The report as a page (WHATWG HTML), in UTF-8; it ends in LF."""
    title = _text(content.title)
    shown = [section for section in content.sections if section.blocks]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta name="generator" content="{KIND} {SCHEMA_VERSION}">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
        *_contents(shown),
    ]
    for section in shown:
        lines += [
            f'<section id="{section.name}">',
            f"<h2>{_text(section.title)}</h2>",
            *_blocks(section.blocks, 3),
            "</section>",
        ]
    return "\n".join([*lines, "</main>", "</body>", "</html>", ""])


def _contents(sections: Iterable[Section]) -> Iterator[str]:
    links = [f'<li><a href="#{section.name}">{_text(section.title)}</a></li>' for section in sections]
    if len(links) > 1:
        yield from ('<nav aria-label="Sections">', "<ul>", *links, "</ul>", "</nav>")


def _blocks(blocks: Iterable[Block], level: int) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield f"<p>{_text(text)}</p>"
        case Facts(rows):
            pairs = (f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in rows)
            yield from ("<dl>", *pairs, "</dl>")
        case Table():
            yield from _table(block)
        case Verbatim(caption, text):
            caption_ = f"<figcaption>{_text(caption)}</figcaption>"
            # HTML drops a line end that directly follows the tag.
            yield from ("<figure>", caption_, f"<pre>\n{_text(text)}</pre>", "</figure>")
        case Picture(caption, _, svg):
            # As an image, and not as part of the page: nothing in the file can run, load or restyle anything.
            source = f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
            yield from ("<figure>", f'<img alt="{_text(caption)}" src="{source}">')
            yield from (f"<figcaption>{_text(caption)}</figcaption>", "</figure>")
        case Group(title, inner):
            tag = f"h{min(level, 6)}"
            yield f"<{tag}>{_text(title)}</{tag}>"
            yield from _blocks(inner, level + 1)
        case _:
            assert_never(block)


def _table(table: Table) -> Iterator[str]:
    kinds = [' class="number"' if index in table.numeric else "" for index in range(len(table.columns))]
    heads = "".join(
        f'<th scope="col"{kind}>{_text(column)}</th>'
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    # It can be scrolled where it is wider than the screen, also from the keyboard.
    named = _text(f"Table: {', '.join(table.columns)}")
    yield f'<div class="scroll" role="group" tabindex="0" aria-label="{named}">'
    yield from ("<table>", f"<thead><tr>{heads}</tr></thead>", "<tbody>")
    for row in table.rows:
        cells = (f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield from ("</tbody>", "</table>", "</div>")


def _text(text: str) -> str:
    """Text for the page, also for between the quotes of an attribute."""
    return html.escape(visible(text))
