from __future__ import annotations

from crucible_train.cli.reporters.excerpt import excerpt
from crucible_train.diagnostics import Span
from crucible_train.source.positions import Lines


def shown(text: str, *place: int, width: int = 40) -> list[str]:
    """The excerpt as a person sees it, without line numbers."""
    lines = excerpt(Lines(text, "a.yaml"), Span("a.yaml", *place), width)
    return [part for line in lines for part in (line.text, line.marks)]


def test_the_place_is_marked() -> None:
    assert shown("a: 1\nepochs: zero\n", 2, 9, 2, 13) == [
        "epochs: zero",
        "        ^^^^",
    ]


def test_a_place_without_extent_has_one_mark() -> None:
    assert shown("epochs:\n", 1, 8, 1, 8) == [
        "epochs:",
        "       ^",
    ]
    assert shown("", 1, 1, 1, 1) == ["", "^"]


def test_a_line_that_does_not_exist_is_empty() -> None:
    assert shown("a: 1", 7, 3, 7, 4) == ["", "^"]


def test_of_several_lines_the_first_and_the_last_are_shown() -> None:
    text = "a:\n  - one  # with a comment\n  - two\n  - three\nb: 1\n"
    lines = excerpt(Lines(text, "a"), Span("a", 2, 3, 4, 10), 40)
    assert [line.number for line in lines] == [2, 4]
    assert shown(text, 2, 3, 4, 10) == [
        "  - one  # with a comment",
        "  ^^^^^^^^^^^^^^^^^^^^^^^",
        "  - three",
        "  ^^^^^^^",
    ]


def test_an_end_before_the_first_character_of_a_line_means_nothing_of_it() -> None:
    assert shown("a: |\n  b\nc: 1\n", 1, 4, 2, 1) == [
        "a: |",
        "   ^",
    ]


def test_a_tab_is_four_columns() -> None:
    assert shown("\ta: \tb", 1, 6, 1, 7) == [
        "    a:     b",
        "           ^",
    ]
    assert shown("a:\tb", 1, 3, 1, 4) == [
        "a:    b",
        "  ^^^^",
    ]


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert shown("日本: 語x", 1, 5, 1, 6) == [
        "日本: 語x",
        "      ^^",
    ]
    assert shown("e\u0301 ＡＢ: x", 1, 8, 1, 9) == [
        "e\u0301 ＡＢ: x",
        "        ^",
    ]
    assert shown("e\u0301", 1, 2, 1, 3) == [
        "e\u0301",
        " ^",
    ]


def test_a_character_that_a_terminal_would_act_on_is_escaped() -> None:
    assert shown("\x1b[31m\u202ea\x85b", 1, 7, 1, 8) == [
        "\\x1b[31m\\u202ea\\x85b",
        "              ^",
    ]


def test_lines_end_as_in_editors() -> None:
    assert shown("a: 1\r\nb: 2\rc: 3", 2, 1, 2, 2) == ["b: 2", "^"]
    assert shown("a: 1\r\nb: 2\rc: 3", 3, 4, 3, 5) == ["c: 3", "   ^"]


def test_a_long_line_is_cut_at_its_end() -> None:
    assert shown("key: value" + " # comment" * 9, 1, 6, 1, 11, width=24) == [
        "key: value # comment #…",
        "     ^^^^^",
    ]


def test_a_long_line_is_cut_around_the_place() -> None:
    assert shown("a" * 50 + "HERE" + "b" * 50, 1, 51, 1, 55, width=24) == [
        "…aaaaaaaHEREbbbbbbbbbbb…",
        "        ^^^^",
    ]


def test_a_long_line_is_cut_at_its_start() -> None:
    assert shown("a" * 50 + "HERE", 1, 51, 1, 55, width=24) == [
        "…" + "a" * 18 + "HERE",
        " " * 19 + "^^^^",
    ]
    assert shown("a" * 50, 1, 51, 1, 51, width=24) == [
        "…" + "a" * 22,
        " " * 23 + "^",
    ]


def test_a_long_place_is_cut_too() -> None:
    assert shown("ab: " + "x" * 100, 1, 5, 1, 105, width=24) == [
        "ab: " + "x" * 18 + "…",
        "    " + "^" * 18,
    ]


def test_a_line_that_just_fits_is_whole() -> None:
    assert shown("a" * 24, 1, 1, 1, 2, width=24)[0] == "a" * 24
    assert shown("a" * 25, 1, 1, 1, 2, width=24)[0] == "a" * 22 + "…"


def test_there_is_room_for_some_text_however_narrow_the_terminal() -> None:
    assert shown("a" * 20, 1, 1, 1, 2, width=-3)[0] == "a" * 20


def test_of_a_line_of_many_megabytes_only_a_part_is_looked_at() -> None:
    text = "x" * 5_000_000 + "HERE" + "y" * 5_000_000
    (line,) = excerpt(Lines(text, "a"), Span("a", 1, 5_000_001, 1, 5_000_005), 24)
    assert line.text == "…xxxxxxxHEREyyyyyyyyyyy…"
