"""Spans of YAML: lines and columns of keys and values, in code points from 1."""

from __future__ import annotations

import pytest

from crucible_train.diagnostics import Loc, Span
from tests.support.source_texts import places, read, text_at

pytestmark = pytest.mark.usefixtures("yaml_parser")

SPEC = """\
# A run
id: first run
training_config:   # the rest
  model: {provider: "hub", id: 'org/name'}
  metrics:
    - loss
    - [a, b]
  prompt: |
    one
    two

  epochs:
  note: two
    lines
seed: 1
"""


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        (("id",), "first run"),
        (("training_config", "model"), "{provider: \"hub\", id: 'org/name'}"),
        (("training_config", "model", "provider"), '"hub"'),
        (("training_config", "model", "id"), "'org/name'"),
        (("training_config", "metrics"), "- loss\n    - [a, b]"),
        (("training_config", "metrics", 0), "loss"),
        (("training_config", "metrics", 1), "[a, b]"),
        (("training_config", "metrics", 1, 1), "b"),
        (("training_config", "prompt"), "|\n    one\n    two"),
        (("training_config", "epochs"), ""),
        (("training_config", "note"), "two\n    lines"),
        (("seed",), "1"),
    ],
)
def test_the_span_of_a_value_covers_what_is_written(loc: Loc, text: str) -> None:
    assert text_at(read(SPEC), SPEC, loc) == text


def test_the_span_of_a_block_mapping_ends_with_its_last_value() -> None:
    text = text_at(read(SPEC), SPEC, ("training_config",))

    assert text.startswith("model: {")
    assert text.endswith("note: two\n    lines")


@pytest.mark.parametrize(
    ("loc", "line", "column", "end_column"),
    [
        (("id",), 2, 1, 3),
        (("training_config",), 3, 1, 16),
        (("training_config", "model", "id"), 4, 28, 30),
        (("training_config", "epochs"), 12, 3, 9),
    ],
)
def test_the_span_of_a_key_covers_the_key(loc: Loc, line: int, column: int, end_column: int) -> None:
    assert read(SPEC).span(loc, "key") == Span("<text>", line, column, line, end_column)


def test_a_list_item_has_no_key_and_gives_its_value() -> None:
    document = read(SPEC)

    assert document.span(("training_config", "metrics", 0), "key") == document.span(
        ("training_config", "metrics", 0)
    )


@pytest.mark.parametrize(
    ("loc", "parent"),
    [
        (("training_config", "model", "revision"), ("training_config", "model")),
        (("training_config", "model", "id", "x", 0), ("training_config", "model", "id")),
        (("training_config", "metrics", 9), ("training_config", "metrics")),
        (("training_config", "metrics", -1), ("training_config", "metrics")),
        (("training_config", "metrics", "loss"), ("training_config", "metrics")),
        (("training_config", 0), ("training_config",)),
        (("nothing",), ()),
    ],
)
def test_what_does_not_exist_gives_its_nearest_parent(loc: Loc, parent: Loc) -> None:
    document = read(SPEC)

    assert document.span(loc) == document.span(parent)
    assert document.span(loc, "key") == document.span(parent, "key")


def test_the_empty_path_is_the_first_character_of_the_document() -> None:
    assert read(SPEC).span(()) == Span("<text>", 2, 1, 2, 2)
    assert read("  {}").span((), "key") == Span("<text>", 1, 3, 1, 4)


def test_columns_are_code_points_beyond_the_basic_plane_too() -> None:
    document = read("😀é: [ß, '🇫🇷', x]\nb: 1")

    assert document.span(("😀é",), "key") == Span("<text>", 1, 1, 1, 3)
    assert document.span(("😀é", 1)) == Span("<text>", 1, 9, 1, 13)
    assert document.span(("😀é", 2)) == Span("<text>", 1, 15, 1, 16)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_end_as_in_editors(line_break: str) -> None:
    document = read(line_break.join(["a: 1", "b:", "  c: 2", ""]))

    assert str(document.span(("b", "c"))) == "<text>:3:6"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_unicode_line_separators_in_text_do_not_count_as_lines(separator: str) -> None:
    document = read(f'a: "x{separator}y"\nb: 1\n')

    assert str(document.span(("b",))) == "<text>:2:4"


@pytest.mark.parametrize(
    "text", ["a:\nb: 1", "a: \n\nb: 1", "{a: , b: 1}", "{a:\n, b: 1}", "{a: }", "a:", "a:  \n"]
)
def test_a_value_left_out_stands_right_behind_its_colon(text: str) -> None:
    column = text.index(":") + 2

    assert read(text).span(("a",)) == Span("<text>", 1, column, 1, column)


def test_a_value_with_an_anchor_or_tag_includes_it() -> None:
    text = "a: &x !!str 5\n"

    assert text_at(read(text), text, ("a",)) == "&x !!str 5"


def test_findings_about_a_block_are_where_it_starts() -> None:
    deep = "".join(f"{' ' * depth}k{depth}:\n" for depth in range(150))

    assert places("# a list\n\n- a\n") == [("CRU004", 3, 1)]
    assert places(deep) == [("CRU006", 101, 101)]
