"""Pages are plain Markdown, and links lead where GitHub puts the anchors."""

from __future__ import annotations

import pytest

from crucible_train.schema.reference.markdown import NOTE, fenced, link, listed, page, slug, table


def test_a_page_begins_with_the_note_and_has_no_holes() -> None:
    assert page("Title", "One.", "", "Two.") == f"{NOTE}\n\n# Title\n\nOne.\n\nTwo.\n"


def test_a_cell_is_one_line_and_its_bars_do_not_end_it() -> None:
    assert table(("a", "b"), [("int | str", "two\nlines  of text")]) == (
        "| a | b |\n|---|---|\n| int \\| str | two lines of text |"
    )


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("supervised_train", "supervised_train"),
        ("CRU101 unknown-key", "cru101-unknown-key"),
        ("crucible_train.Context", "crucible_traincontext"),
        ("Settings against each other, and without effect", "settings-against-each-other-and-without-effect"),
    ],
)
def test_anchors(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_a_link_to_the_same_page_names_no_file() -> None:
    assert link("Here", "a.md", "A Heading", on="a.md") == "[Here](#a-heading)"
    assert link("There", "b.md", "A Heading", on="a.md") == "[There](b.md#a-heading)"


def test_lists_and_blocks() -> None:
    assert listed(["a", "b"]) == "- a\n- b"
    assert fenced("as it is") == "```text\nas it is\n```"
