"""What every format shares: encodings, sizes, and single values."""

from __future__ import annotations

import math
from typing import Any

import pytest

from crucible_train.result import Err, Ok
from crucible_train.source import Format, SourceError, load_bytes, load_text, parse_scalar
from crucible_train.source.budget import MAX_BYTES
from tests.support.source_texts import place, read, refuse

SPECS: list[tuple[Format, str]] = [("yaml", "a: {}"), ("json", '{{"a": {}}}'), ("toml", "a = {}")]


def refuse_bytes(data: bytes, file_format: Format = "yaml") -> SourceError:
    match load_bytes(data, format=file_format, name="spec"):
        case Ok(document):
            raise AssertionError(f"accepted: {document}")
        case Err(error):
            return error


@pytest.mark.parametrize(("file_format", "text"), SPECS)
def test_bytes_are_read_as_utf_8_with_or_without_a_byte_order_mark(file_format: Format, text: str) -> None:
    data = text.format('"é😀"').encode()

    for prefix in (b"", b"\xef\xbb\xbf"):
        document = load_bytes(prefix + data, format=file_format, name="spec").unwrap()
        assert document.data == {"a": "é😀"}
        assert document.name == "spec"
        assert document.format == file_format


@pytest.mark.parametrize(("file_format", "text"), SPECS)
def test_bytes_that_are_not_utf_8_are_unreadable_at_their_offset(file_format: Format, text: str) -> None:
    data = b"\n" + text.format('"\u00e9X"').encode().replace(b"X", b"\xe9")

    error = refuse_bytes(data, file_format)

    (finding,) = error.diagnostics
    assert finding.message == f"not UTF-8: byte 0xE9 at offset {data.index(0xE9)}"
    assert finding.hint == "save the file as UTF-8"
    assert place(finding) == ("CRU002", 2, data.decode("latin-1").index("\xe9") - 1)
    assert not error.readable
    assert error.document is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_recognised(encoding: str) -> None:
    error = refuse_bytes("\ufeffa: 1".encode(encoding))

    assert error.diagnostics[0].hint == "this looks like UTF-16: save the file as UTF-8"


def test_a_binary_file_is_recognised() -> None:
    error = refuse_bytes(b"\x89PNG\r\n\x1a\n\0\0")

    assert str(error) == (
        "spec:1:1: CRU002 not UTF-8: byte 0x89 at offset 0 (this looks like a binary file, not a spec)"
    )


@pytest.mark.parametrize("file_format", ["yaml", "json", "toml"])
def test_a_nul_byte_is_no_text(file_format: Format) -> None:
    for error in (
        refuse_bytes("\ufeffé\na: \0".encode(), file_format),
        refuse("\ufeffé\na: \0", file_format),
    ):
        (finding,) = error.diagnostics
        assert place(finding) == ("CRU002", 2, 4)
        assert finding.message == "no text: NUL byte at offset 9"
        assert not error.readable


@pytest.mark.parametrize("file_format", ["yaml", "json", "toml"])
def test_half_a_surrogate_pair_is_no_text(file_format: Format) -> None:
    error = refuse('é\n"\ud800"', file_format)

    assert [place(finding) for finding in error.diagnostics] == [("CRU002", 2, 2)]
    assert not error.readable


def test_there_is_a_budget_of_bytes() -> None:
    fits = b"a: 1 #" + b"x" * (MAX_BYTES - 6)

    assert load_bytes(fits, format="yaml", name="spec").unwrap().data == {"a": 1}
    for error in (refuse_bytes(fits + b"x"), refuse(fits.decode() + "x")):
        assert [place(finding) for finding in error.diagnostics] == [("CRU006", 1, 1)]
        assert not error.readable


def test_content_errors_are_readable() -> None:
    assert refuse("a: [").readable


def test_a_format_that_does_not_exist_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        load_text("a: 1", format="xml")  # pyright: ignore[reportArgumentType] - the point of this test


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("  ", None),
        ("null", None),
        ("~", None),
        ("5", 5),
        ("-3", -3),
        ("010", 10),
        ("0x1F", 31),
        ("1e-4", 1e-4),
        (".5", 0.5),
        ("true", True),
        ("no", "no"),
        ("1_000", "1_000"),
        ("60:30", "60:30"),
        ("adamw", "adamw"),
        ("runs/a_b-c.d", "runs/a_b-c.d"),
        ("-x", "-x"),
        ("--", "--"),
        ("two words", "two words"),
        ("train[:95%]", "train[:95%]"),
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("'5'", "5"),
        ('"a\\n"', "a\n"),
        ("[1, 2.5, x]", [1, 2.5, "x"]),
        ("{a: 1, b: [c]}", {"a": 1, "b": ["c"]}),
        ("{}", {}),
        ("!!str 5", "5"),
        (" 5 ", 5),
    ],
)
@pytest.mark.usefixtures("yaml_parser")
def test_a_single_value_is_read_as_yaml_in_flow_style(text: str, value: Any) -> None:
    result = parse_scalar(text)

    assert result == Ok(value)
    assert type(result.unwrap()) is type(value)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("a: b", "CRU011", 1),
        ("- a", "CRU011", 1),
        ("-", "CRU011", 1),
        ("a # b", "CRU011", 1),
        ("# a", "CRU003", 1),
        ("--- a", "CRU011", 5),
        ("---", "CRU003", 4),
        ("...", "CRU011", 1),
        ("a\n--- b", "CRU011", 1),
        ("[1, 2", "CRU011", 1),
        ("{a: 1, a: 2}", "CRU012", 8),
        ("!x 3", "CRU013", 1),
        (".nan", "CRU014", 1),
        ("1e400", "CRU014", 1),
        ("[.inf]", "CRU014", 2),
        ("9" * 5000, "CRU015", 1),
        ("{1: 2}", "CRU016", 2),
        ("*a", "CRU011", 1),
        ("[" * 200, "CRU006", 101),
        ("\x01", "CRU011", 1),
        ("a\0", "CRU002", 2),
    ],
)
@pytest.mark.usefixtures("yaml_parser")
def test_what_is_not_one_value_is_an_error(text: str, code: str, column: int) -> None:
    match parse_scalar(text):
        case Ok(value):
            raise AssertionError(f"accepted: {value}")
        case Err(error):
            (first, *_) = error.diagnostics
            assert (first.code, first.span.column if first.span else None) == (code, column)
            assert first.span is not None
            assert first.span.file == "<value>"


def test_a_single_negative_zero_keeps_its_sign() -> None:
    assert math.copysign(1, parse_scalar("-0.0").unwrap()) == -1


@pytest.mark.parametrize(("file_format", "text"), SPECS)
def test_the_name_of_a_text_is_in_its_spans(file_format: Format, text: str) -> None:
    document = load_text(text.format(1), format=file_format, name="<stdin>").unwrap()

    assert str(document.span(())) == "<stdin>:1:1"
    assert read(text.format(1), file_format).name == "<text>"
