"""`Document` and `SourceError` as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from crucible_train.diagnostics import Diagnostic, Span
from crucible_train.result import Err, Ok
from crucible_train.source import Document, Format, SourceError, load_bytes, load_text
from crucible_train.source.budget import MAX_BYTES
from crucible_train.source.positions import Lines
from tests.support.source_texts import read, refuse


def test_a_document_made_in_python_has_no_spans() -> None:
    document = Document("<python>", "yaml", {"a": 1})

    assert document.span(("a",)) is None
    assert document.texts == {}
    assert document.rank is None
    assert document.warnings == ()


def test_documents_are_equal_by_what_they_say() -> None:
    assert read("a: 1") == read("a:   1")
    assert read("a: 1") != read("a: 2")
    assert "positions" not in repr(read("a: 1"))


TEXTS: dict[Format, tuple[str, str, str]] = {
    "yaml": ("a: 1\r\n", "a: .nan", "a: ["),
    "json": ('{"a": 1}', '{"a": NaN}', '{"a": ['),
    "toml": ("a = 1", "a = nan", "a = ["),
}
"""Of each format: a document, one with an error, and none."""


@pytest.mark.parametrize("file_format", TEXTS)
def test_a_document_and_an_error_know_their_text(file_format: Format) -> None:
    good, wrong, broken = TEXTS[file_format]
    document = load_text("\ufeff" + good, format=file_format).unwrap()
    assert document.texts == {"<text>": good}
    for text in (wrong, broken):
        error = refuse("\ufeff" + text, file_format)
        assert error.texts == {"<text>": text}
        assert error.document is None or error.document.texts == error.texts


@pytest.mark.parametrize("data", [b"\xff", b"a: \0", b"a" * (MAX_BYTES + 1)])
def test_what_is_not_readable_has_no_text(data: bytes) -> None:
    match load_bytes(data, format="yaml", name="a.yaml"):
        case Err(error):
            assert not error.readable
            assert error.texts == {}
        case Ok():
            pytest.fail("accepted")


def test_a_line_ends_as_in_editors() -> None:
    lines = Lines("one\r\n\rtwo\x85\u2028\nthree", "a.yaml")
    assert [lines.line_text(number) for number in range(1, 5)] == ["one", "", "two\x85\u2028", "three"]
    assert [lines.line_text(number) for number in (-1, 0, 5)] == ["", "", ""]
    assert Lines("one\n", "a.yaml").line_text(2) == ""


def test_documents_and_errors_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        read("a: 1").name = "b"  # pyright: ignore[reportAttributeAccessIssue] - the point of this test
    with pytest.raises(AttributeError):
        refuse("").readable = False  # pyright: ignore[reportAttributeAccessIssue] - the point of this test


def test_an_error_prints_a_line_for_each_finding() -> None:
    error = SourceError(
        (
            Diagnostic("CRU012", "duplicate key", ("a",), Span("s.yaml", 2, 1, 2, 2), "keep one"),
            Diagnostic("CRU014", "not finite", ("b",), Span("s.yaml", 3, 4, 3, 8)),
        )
    )

    assert str(error) == "s.yaml:2:1: CRU012 duplicate key (keep one)\ns.yaml:3:4: CRU014 not finite"


def test_messages_show_no_characters_that_a_terminal_acts_on() -> None:
    error = refuse('"\\e[31m": 1\n"\\e[31m": 2\n')

    assert "\x1b" not in str(error)
    assert "`\\x1b[31m`" in str(error)


def test_messages_shorten_long_keys() -> None:
    assert "`" + "k" * 37 + "...`" in str(refuse(f"{'k' * 99}: 1\n{'k' * 99}: 2\n"))


def test_the_document_of_an_error_knows_its_places_and_its_warnings() -> None:
    error = refuse("a: 1\nb: .nan\nc: no\n")

    assert error.document is not None
    assert error.document.data == {"a": 1, "c": "no"}
    assert str(error.document.span(("c",))) == "<text>:3:4"
    assert str(error.document.span(("b",))) == "<text>:2:4"
    assert [warning.code for warning in error.document.warnings] == ["CRU018"]
    assert [finding.code for finding in error.diagnostics] == ["CRU014"]
