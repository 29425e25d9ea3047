"""YAML that is not well-formed: one place to look at, what is wrong there, and what to do."""

from __future__ import annotations

import pytest

from tests.support.source_texts import place, read, refuse

COLON = "put quotes around a text that contains `: `, or line the key up with its neighbours"
INDENT = "give keys of one mapping the same indentation, and the items of one list too"
LINE_1 = " (line 1 starts what is broken here)"

pytestmark = pytest.mark.usefixtures("yaml_parser")


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("a: 1\nb: [1, 2\n", 2, 4, "the `[` is never closed", "close the ["),
        ("a: {b: 1\n", 1, 4, "the `{` is never closed", "close the {"),
        ("a: 'x\nb: 1\n", 1, 4, "the `'` is never closed", "close the quote"),
        ('a: "x', 1, 4, 'the `"` is never closed', "close the quote"),
        ("a: [b c: d\ne: f]", 2, 2, "expected `,` or `]`" + LINE_1, None),
        ("a: {b: 1, c d e: 1 f: 2}", 1, 21, "expected `,` or `}`", None),
        ("a:\n\tb: 1\n", 2, 1, "a tab in the indentation", "indent with spaces"),
        ("a: @x", 1, 4, "no value can start with `@`", "put quotes around a text that starts with @"),
        ("a: %x", 1, 4, "no value can start with `%`", "put quotes around a text that starts with %"),
        ("a: b: c", 1, 5, "a second `: ` in a value, or a key not lined up", COLON),
        ("a: 1\n b: 2\n", 2, 3, "a second `: ` in a value, or a key not lined up", COLON),
        ("a: - b", 1, 4, "a list item cannot start here", "start the list on its own line"),
        ("\na\nb: 2", 3, 2, "a second `: ` in a value, or a key not lined up", COLON),
        ("a: 1\nb\nc: 2", 2, 1, "a key without `: `", "write `key: value`"),
        ("a: 1\n- b\n", 2, 1, "this does not belong to the mapping" + LINE_1, INDENT),
        ("- a\nb: 1\n", 2, 1, "this does not belong to the list" + LINE_1, INDENT),
        ("a: 'x'y", 1, 7, "this does not belong to the mapping", INDENT),
        ("{a: 1}}", 1, 7, "the document has ended before this", "remove it, or check the brackets before it"),
        ("a: {b: - 1}", 1, 8, "expected a value", None),
    ],
)  # fmt: skip
def test_a_mistake_is_described_where_it_is(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    error = refuse(text)

    (finding,) = error.diagnostics
    assert place(finding) == ("CRU011", line, column)
    assert finding.message == f"not well-formed YAML: {message}"
    assert finding.hint == hint
    assert error.document is None
    assert error.readable


@pytest.mark.parametrize("escape", ["\\ud800", "\\ud83d\\ude00", "\\U00110000", "\\UFFFFFFFF"])
def test_an_escape_of_no_character_is_an_error(escape: str) -> None:
    error = refuse(f'a: "{escape}"')

    (finding,) = error.diagnostics
    assert finding.code == "CRU011"
    assert finding.message == "not well-formed YAML: an escape of no character in double quotes"
    assert finding.span is not None
    assert finding.span.line == 1


def test_an_unknown_escape_is_an_error() -> None:
    (finding,) = refuse('a: "C:\\q"').diagnostics

    assert finding.message == "not well-formed YAML: an unknown escape in double quotes"
    assert finding.hint == "write \\\\ for a backslash"


def test_what_the_table_of_problems_does_not_know_is_said_in_the_parsers_words() -> None:
    (finding,) = refuse("a: & b").diagnostics

    assert place(finding)[:2] == ("CRU011", 1)
    assert "anchor" in finding.message


def test_an_unknown_version_of_yaml_is_an_error() -> None:
    (finding,) = refuse("%YAML 2.0\n---\na: 1\n").diagnostics

    assert place(finding) == ("CRU011", 1, 1)


def test_a_directive_for_yaml_1_1_is_a_warning() -> None:
    document = read("%YAML 1.1\n---\na: 1\n")

    assert document.data == {"a": 1}
    assert [place(warning) for warning in document.warnings] == [("CRU018", 1, 1)]


@pytest.mark.parametrize(
    "text", ["a: 1\nb: x\x01y\n", "a: 1\na: x\x01y\n", "- 1\n- b\x01", "a: 1\n---\n\x01", "a: [\nb: \x01"]
)
def test_a_control_character_is_the_only_thing_reported(text: str) -> None:
    error = refuse(text)

    (finding,) = error.diagnostics
    assert finding.code == "CRU011"
    assert finding.message == "YAML forbids the character U+0001"
    assert finding.hint == 'write it in double quotes, as "\\u0001"'
    assert finding.span is not None
    assert text.split("\n")[finding.span.line - 1][finding.span.column - 1] == "\x01"
    assert error.document is None


def test_a_control_character_in_a_later_document_is_found_too() -> None:
    text = "a: 1\n---\n" + "# far away\n" * 5_000 + "b: \x01\n"

    assert [place(finding) for finding in refuse(text).diagnostics] == [("CRU011", 5_003, 4)]


def test_errors_and_warnings_before_the_broken_place_are_reported_with_it() -> None:
    error = refuse("a: no\nb: 1\nb: .nan\nc: [1\n")

    assert [place(finding) for finding in error.diagnostics] == [
        ("CRU018", 1, 4),
        ("CRU012", 3, 1),
        ("CRU014", 3, 4),
        ("CRU011", 4, 4),
    ]
    assert error.document is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\t# c\n", 1),
        ("a:\t1\n", 1),
        ("a: x\ty\n", "x\ty"),
        ("a: x \t y\n", "x \t y"),
        ("a: x\t\n  y\n", "x y"),
        ("a: [1,\t2\t]\n", [1, 2]),
        ("a: [x\n  \ty, z]\n", ["x y", "z"]),
    ],
)
def test_tabs_may_stand_between_tokens_and_in_text(text: str, value: object) -> None:
    assert read(text).data == {"a": value}
