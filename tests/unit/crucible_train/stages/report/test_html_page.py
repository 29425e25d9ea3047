"""An HTML page that stands alone, whatever it shows."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest

from crucible_train.stages.report import html_page
from crucible_train.stages.report.tree import (
    Block,
    Content,
    Facts,
    Group,
    Paragraph,
    Picture,
    Section,
    Table,
    Verbatim,
)
from tests.support.reports import Page

HOSTILE = (
    "</pre></title></style>--><script>alert(\"x\")</script><img src='x' onerror=alert(1)>&lt;\x1b[31m\x00"
)
SHOWN = HOSTILE.replace("\x1b", r"\x1b").replace("\x00", r"\x00")


def page(*blocks: Block, title: str = "T") -> str:
    sections = (
        Section("stages", "Stages", blocks, None),
        Section("metrics", "Metrics", (), []),
        Section("artifacts", "Artifacts", (Paragraph("None."),), []),
    )
    return html_page.render(Content(title, "run", sections))


def body(*blocks: Block) -> str:
    """What the page shows in one section, below its heading."""
    found = re.search(r"<h2>Stages</h2>\n(.*?)</section>", page(*blocks), re.DOTALL)
    assert found is not None
    return found[1]


def test_every_kind_of_block() -> None:
    blocks = (
        Paragraph("a < b"),
        Facts((("steps", "60"),)),
        Table(("name", "value"), (("loss", "0.5"),), frozenset({1})),
        Group("part", (Verbatim("answer", "\n one"), Group("inner", ()))),
        Picture("Loss", "a/loss.svg", b"<svg/>"),
    )
    assert body(*blocks) == (
        "<p>a &lt; b</p>\n"
        "<dl>\n<div><dt>steps</dt><dd>60</dd></div>\n</dl>\n"
        '<div class="scroll" role="group" tabindex="0" aria-label="Table: name, value">\n<table>\n'
        '<thead><tr><th scope="col">name</th><th scope="col" class="number">value</th></tr></thead>\n'
        "<tbody>\n"
        '<tr><td>loss</td><td class="number">0.5</td></tr>\n</tbody>\n</table>\n</div>\n'
        "<h3>part</h3>\n<figure>\n<figcaption>answer</figcaption>\n<pre>\n\n one</pre>\n</figure>\n"
        "<h4>inner</h4>\n"
        '<figure>\n<img alt="Loss" src="data:image/svg+xml;base64,'
        f'{b64encode(b"<svg/>").decode()}">\n<figcaption>Loss</figcaption>\n</figure>\n'
    )


def test_links_to_the_sections_that_are_there() -> None:
    found = page(Paragraph("x"))
    assert re.findall(r'<li><a href="#(\w+)">', found) == ["stages", "artifacts"]
    assert re.findall(r'<section id="(\w+)">', found) == ["stages", "artifacts"]


def test_one_section_needs_no_links() -> None:
    content = Content("T", "run", (Section("stages", "Stages", (Paragraph("x"),), None),))
    assert "<nav" not in html_page.render(content)


def test_needs_nothing_from_elsewhere() -> None:
    found = Page(page(Picture("Loss", "a/loss.svg", b"<svg/>")))
    assert not {"script", "link", "iframe", "object", "form", "base"} & set(found.tags)
    sources = [value for name, value in found.attributes if name in ("src", "href")]
    assert all(
        value is not None and value.startswith(("#", "data:image/svg+xml;base64,")) for value in sources
    )
    (policy,) = [value for name, value in found.attributes if name == "content" and value and "-src" in value]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy
    assert not re.search(r"@import|url\(", page())


def test_follows_its_readers_choice_of_light_and_dark_and_width() -> None:
    found = page()
    assert "@media (prefers-color-scheme:dark)" in found
    assert '<meta name="color-scheme" content="light dark">' in found
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in found


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(HOSTILE),
        Facts(((HOSTILE, HOSTILE),)),
        Table((HOSTILE,), ((HOSTILE,),)),
        Verbatim(HOSTILE, HOSTILE),
        Picture(HOSTILE, HOSTILE, HOSTILE.encode()),
        Group(HOSTILE, (Paragraph(HOSTILE),)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_hostile_text_stays_text(block: Block) -> None:
    harmless = type(block)(*(_harmless(each) for each in block.__match_args__ and _values(block)))
    found, expected = Page(page(block, title=HOSTILE)), Page(page(harmless, title="T"))
    assert found.tags == expected.tags
    assert [name for name, _ in found.attributes] == [name for name, _ in expected.attributes]
    assert found.wrong == []
    assert SHOWN in found.text


def _values(block: Block) -> list[object]:
    return [getattr(block, name) for name in block.__match_args__]


def _harmless(value: object) -> object:
    match value:
        case str():
            return "x"
        case bytes() | frozenset():
            return value
        case Paragraph():
            return Paragraph("x")
        case tuple():
            return tuple(_harmless(each) for each in value)
        case _:
            raise AssertionError(value)


def test_an_attribute_holds_every_text() -> None:
    found = Page(page(Picture(HOSTILE, "", b""), title=HOSTILE))
    assert dict(found.attributes)["alt"] == SHOWN


def test_headings_end_at_the_sixth_level() -> None:
    deep: Block = Paragraph("x")
    for _ in range(6):
        deep = Group("g", (deep,))
    assert [tag for tag in Page(page(deep)).tags if re.fullmatch(r"h\d", tag)] == [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "h6",
        "h6",
        "h2",
    ]
