"""Markdown in which nothing but our own markup is markup."""

from __future__ import annotations

import pytest

from crucible_train.stages.report import markdown
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


def rendered(*blocks: Block) -> str:
    """The lines of one section, below its heading."""
    page = markdown.render(Content("T", "run", (Section("stages", "Stages", blocks, None),)))
    head = "<!-- crucible-report 1 -->\n\n# T\n\n## Stages\n\n"
    assert page.startswith(head)
    assert page.endswith("\n")
    return page.removeprefix(head)


def test_every_kind_of_block() -> None:
    blocks = (
        Paragraph("One\ntwo\n\nthree"),
        Facts((("steps", "60"), ("note", "a\nb"))),
        Table(("name", "value"), (("loss", "0.5"), ("", "1")), frozenset({1})),
        Group("part", (Verbatim("answer", "well,\n  one"), Group("inner", (Paragraph("x"),)))),
        Picture("Loss of a", "../a b/loss.svg", b""),
    )
    assert rendered(*blocks) == (
        "One\\\ntwo\n\nthree\n\n"
        "- **steps**: 60\n- **note**: a<br>b\n\n"
        "| name | value |\n| --- | ---: |\n| loss | 0.5 |\n|  | 1 |\n\n"
        "### part\n\nanswer:\n\n```text\nwell,\n  one\n```\n\n#### inner\n\nx\n\n"
        "![Loss of a](../a%20b/loss.svg)\n"
    )


def test_a_section_without_blocks_is_left_out() -> None:
    content = Content("T", "run", (Section("metrics", "Metrics", (), []),))
    assert markdown.render(content) == "<!-- crucible-report 1 -->\n\n# T\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<script>alert('x')</script>", "&lt;script&gt;alert('x')&lt;/script&gt;"),
        ("a | b", "a &#124; b"),
        ("&lt;", "&amp;lt;"),
        ("*a* `b` [c](d) ~~e~~ $f$ \\", "\\*a\\* \\`b\\` \\[c\\](d) \\~\\~e\\~\\~ \\$f\\$ \\\\"),
        ("train_mean_nll __init__ _x_", "train_mean_nll \\_\\_init\\_\\_ \\_x\\_"),
        ("C #", "C \\#"),
        ("\x1b[31m", "\\\\x1b\\[31m"),
        ("  a  ", "a"),
        ("a\n\nb", "a<br><br>b"),
    ],
)
def test_text_in_a_table_stays_text(text: str, written: str) -> None:
    assert rendered(Table((text,), ((text,),))) == f"| {written} |\n| --- |\n| {written} |\n"


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("* a", "\\* a"),
        ("# a", "\\# a"),
        ("> a", "&gt; a"),
        ("1. a", "1\\. a"),
        ("12) a", "12\\) a"),
        ("12 a", "12 a"),
        ("---", "\\---"),
        ("===", "\\==="),
        (":--", "\\:--"),
        ("    code", "code"),
        ("```", "\\`\\`\\`"),
        ("~~~", "\\~\\~\\~"),
    ],
)
def test_a_line_that_begins_like_markup_is_text(line: str, written: str) -> None:
    assert rendered(Paragraph(line)) == f"{written}\n"
    assert rendered(Paragraph(f"a\n{line}")) == f"a\\\n{written}\n"


@pytest.mark.parametrize("text", ["`", "```\nescaped?\n```", "a ````` b"])
def test_no_text_ends_its_fence(text: str) -> None:
    lines = rendered(Verbatim("said", text)).splitlines()
    fence = lines[2].removesuffix("text")
    assert set(fence) == {"`"}
    assert fence not in text
    assert lines[2:] == [f"{fence}text", *text.splitlines(), fence]


def test_a_heading_is_one_line() -> None:
    assert rendered(Group("a\nb # c", ())) == "### a b \\# c\n"


def test_headings_end_at_the_sixth_level() -> None:
    deep: Block = Paragraph("x")
    for _ in range(8):
        deep = Group("g", (deep,))
    levels = [line.split()[0] for line in rendered(deep).splitlines() if line.startswith("#")]
    assert levels == ["###", "####", "#####", "######", "######", "######", "######", "######"]


def test_a_path_cannot_leave_its_link() -> None:
    picture = Picture("x](javascript:1)", "a) [b](http://c/\udcff", b"")
    assert rendered(picture) == "![x\\](javascript:1)](a%29%20%5Bb%5D%28http%3A//c/%FF)\n"
