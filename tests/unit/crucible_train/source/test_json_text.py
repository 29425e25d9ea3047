"""JSON is read as JSON: strictly, with a place for each mistake."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_train.diagnostics import Loc, Span
from crucible_train.source.budget import MAX_DEPTH, MAX_NODES
from tests.support.source_texts import place, places, read, refuse, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSE = 'close the ", or write \\n for a line break'

SPEC = """\
{
  "id": "first \\u00e9 run",
  "model": {"provider": "hub", "layers": [1, [2.5, null]]},
  "flags": [],
  "on": true
}
"""


def test_json_is_read_as_json() -> None:
    document = read(SPEC, "json")

    assert document.data == json.loads(SPEC)
    assert document.warnings == ()
    assert document.format == "json"


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        (("id",), '"first \\u00e9 run"'),
        (("model",), '{"provider": "hub", "layers": [1, [2.5, null]]}'),
        (("model", "layers"), "[1, [2.5, null]]"),
        (("model", "layers", 1, 0), "2.5"),
        (("model", "layers", 1, 1), "null"),
        (("flags",), "[]"),
        (("on",), "true"),
    ],
)
def test_the_span_of_a_value_covers_what_is_written(loc: Loc, text: str) -> None:
    assert text_at(read(SPEC, "json"), SPEC, loc) == text


def test_the_span_of_a_key_covers_the_key_with_its_quotes() -> None:
    document = read(SPEC, "json")

    assert document.span(("model", "layers"), "key") == Span("<text>", 3, 32, 3, 40)
    assert document.span(()) == Span("<text>", 1, 1, 1, 2)


def test_columns_are_code_points() -> None:
    document = read('\ufeff{"😀": ["é😀", 1]}', "json")

    assert str(document.span(("😀", 1))) == "<text>:1:14"


def test_duplicate_keys_and_numbers_that_are_none_are_reported_together() -> None:
    text = '{"a": 1, "b": [NaN, {"c": 1, "c": -Infinity}],\n "a": 1e400, "d": Infinity}'

    error = refuse(text, "json")

    assert [place(finding) for finding in error.diagnostics] == [
        ("CRU014", 1, 16),
        ("CRU012", 1, 30),
        ("CRU014", 1, 35),
        ("CRU012", 2, 2),
        ("CRU014", 2, 7),
        ("CRU014", 2, 19),
    ]
    assert error.diagnostics[2].loc == ("b", 1, "c")
    assert error.document is not None
    assert error.document.data == {"a": 1, "b": [{"c": 1}]}
    assert str(error.document.span(("b", 0, "c"))) == "<text>:1:27"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ('{"a": 1, "a": 1}', "CRU012", 10),
        ('{"a": NaN}', "CRU014", 7),
        ('{"a": -Infinity}', "CRU014", 7),
        ('{"a": 1e999}', "CRU014", 7),
        ('{"a": -1.0e+309}', "CRU014", 7),
    ],
)
def test_each_of_them_is_found_alone(text: str, code: str, column: int) -> None:
    assert places(text, "json") == [(code, 1, column)]


@pytest.mark.parametrize("digits", ["9" * 4301, "-" + "9" * 5000])
def test_an_integer_of_thousands_of_digits_is_an_error(digits: str) -> None:
    error = refuse(f'{{"a": 1,\n "seed": {digits}}}', "json")

    assert [place(finding) for finding in error.diagnostics] == [("CRU015", 2, 10)]
    assert error.document is not None
    assert error.document.data == {"a": 1}


@pytest.fixture(params=[0, 640])
def digits_limit(request: pytest.FixtureRequest) -> Iterator[int]:
    """An interpreter with its own limit of digits off, and with the lowest one it allows."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(request.param)
    yield request.param
    sys.set_int_max_str_digits(before)


@pytest.mark.parametrize(
    ("file_format", "text"), [("json", '{{"a": {}}}'), ("yaml", "a: {}"), ("toml", "a = {}")]
)
def test_the_limit_of_digits_does_not_hang_on_the_interpreters_own(
    digits_limit: int, file_format: str, text: str
) -> None:
    assert file_format in ("json", "yaml", "toml")
    too_long = "9" * (5000 if digits_limit == 0 else 700)

    assert [code for code, _, _ in places(text.format(too_long), file_format)] == ["CRU015"]
    assert read(text.format("9" * 600), file_format).data == {"a": int("9" * 600)}


def test_digits_in_a_long_text_are_no_integer() -> None:
    text = json.dumps({"a": "9" * 5000})

    assert read(text, "json").data == json.loads(text)


@pytest.mark.parametrize(
    "text", ["[" * 50_000, '{"a":' * 50_000, '{"a": ' + "[" * 50_000 + "]" * 50_000 + "}"]
)
def test_deep_nesting_is_over_the_budget(text: str) -> None:
    ((code, line, _),) = places(text, "json")

    assert (code, line) == ("CRU006", 1)


def test_a_hundred_levels_are_within_the_budget() -> None:
    fits = '{"a": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}"
    over = '{"a": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}"

    assert read(fits, "json").data == json.loads(fits)
    assert places(over, "json") == [("CRU006", 1, 6 + MAX_DEPTH)]


def test_many_small_lists_are_within_the_budget_of_depth() -> None:
    text = json.dumps({"a": [[] for _ in range(500)], "b": {"c": {}}})

    assert read(text, "json").data == json.loads(text)


@pytest.mark.parametrize("members", [{"a": [1] * MAX_NODES}, {str(i): i for i in range(MAX_NODES // 2 + 1)}])
def test_there_is_a_budget_of_nodes(members: dict[str, object]) -> None:
    ((code, line, _),) = places(json.dumps(members), "json")

    assert (code, line) == ("CRU006", 1)


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ('{"a": 1,}', 8, "a comma after the last member", "remove the comma"),
        ('{"a": [1, 2, ]}', 12, "a comma after the last member", "remove the comma"),
        ('{"a": 1 // b\n}', 9, "JSON has no comments", "remove the comment, or write the spec in YAML"),
        ('{ /* b */ "a": 1}', 3, "JSON has no comments", "remove the comment, or write the spec in YAML"),
        ('{"a": # b\n 1}', 7, "JSON has no comments", "remove the comment, or write the spec in YAML"),
        ('{"a": 1} # b', 10, "JSON has no comments", "remove the comment, or write the spec in YAML"),
        ("{'a': 1}", 2, "expected a key in double quotes", 'write "a"'),
        ("{a: 1}", 2, "expected a key in double quotes", 'write "a"'),
        ("{1: 1}", 2, "expected a key in double quotes", "keys are text in double quotes"),
        ('{"a": \'b\'}', 7, "`'b'` is no JSON value", "write double quotes"),
        ('{"a": True}', 7, "`True` is no JSON value", "write true"),
        ('{"a": None}', 7, "`None` is no JSON value", "write null"),
        ('{"a": adamw}', 7, "`adamw` is no JSON value", "put double quotes around a text"),
        ('{"a": 010}', 7, "`010` is no JSON value", "write a number as 10, -1, 0.5 or 1e-4"),
        ('{"a": +1}', 7, "`+1` is no JSON value", "write a number as 10, -1, 0.5 or 1e-4"),
        ('{"a": .5}', 7, "`.5` is no JSON value", "write a number as 10, -1, 0.5 or 1e-4"),
        ('{"a": 1_000}', 7, "`1_000` is no JSON value", "write a number as 10, -1, 0.5 or 1e-4"),
        ('{"a": 1 "b": 2}', 9, "expected `,` or `}`", "put a comma between two members"),
        ('{"a": [1 2]}', 10, "expected `,` or `]`", "put a comma between two members"),
        ('{"a" 1}', 6, "expected `:` after the key", 'write "key": value'),
        ('{"a": , "b": 1}', 7, "expected a value", None),
        ('{"a": 1', 1, "the `{` is never closed", "close the {"),
        ('{"a": [1', 7, "the `[` is never closed", "close the ["),
        ('{"a":', 1, "the `{` is never closed", "close the {"),
        ('{"a": 1}}', 9, "the document has ended before this", "remove it, or check the brackets before it"),
        ('{"a": "b', 7, "this string is not closed in its line", CLOSE),
        ('{"a": "b\n"}', 7, "this string is not closed in its line", CLOSE),
        ('{"a": "b\\\n"}', 7, "this string is not closed in its line", CLOSE),
        ('{"a": "b\tc"}', 9, "the control character U+0009 in a string", "write \\u0009"),
        ('{"a": "b\x1fc"}', 9, "the control character U+001F in a string", "write \\u001f"),
        ('{"a": "C:\\dir"}', 10, "an unknown escape", "write \\\\ for a backslash"),
        ('{"a": "\\u12"}', 9, "an unknown escape", "write \\\\ for a backslash"),
    ],
)  # fmt: skip
def test_a_mistake_is_described_where_it_is(text: str, column: int, message: str, hint: str | None) -> None:
    error = refuse(text, "json")

    (finding,) = error.diagnostics
    assert place(finding) == ("CRU011", 1, column)
    assert finding.message == f"not well-formed JSON: {message}"
    assert finding.hint == hint
    assert error.document is None


def test_errors_before_the_broken_place_are_reported_with_it() -> None:
    assert places('{"a": NaN,\n"a": 1,\n"b" 2}', "json") == [
        ("CRU014", 1, 7),
        ("CRU012", 2, 1),
        ("CRU011", 3, 5),
    ]


def test_half_a_surrogate_pair_is_an_error_and_a_whole_one_is_not() -> None:
    assert read('{"a": "\\ud83d\\ude00", "b": "\\u00e9"}', "json").data == {"a": "😀", "b": "é"}

    error = refuse('{"a": ["\\ud83d", 1], "\\ude00": 2, "b": 3}', "json")

    assert [place(finding) for finding in error.diagnostics] == [("CRU011", 1, 8), ("CRU011", 1, 22)]
    assert error.document is not None
    assert error.document.data == {"a": [1], "b": 3}


@pytest.mark.parametrize("text", ["", " \r\n\t", "\ufeff"])
def test_a_file_without_content_is_an_error(text: str) -> None:
    assert places(text, "json") == [("CRU003", 1, 1)]


@pytest.mark.parametrize(
    ("text", "what"), [("[1]", "an array"), ('"a"', "a single value"), ("3", "a single value")]
)
def test_a_list_or_a_single_value_at_the_top_is_an_error(text: str, what: str) -> None:
    error = refuse(f" {text}", "json")

    assert [place(finding) for finding in error.diagnostics] == [("CRU004", 1, 2)]
    assert what in error.diagnostics[0].message
    assert error.document is None


def test_a_lone_number_that_is_none_is_not_also_called_no_object() -> None:
    assert places("NaN", "json") == [("CRU014", 1, 1)]


def test_a_second_document_is_an_error_where_it_starts() -> None:
    error = refuse('{"a": 1}\n{"a": 2}\n', "json")

    assert [place(finding) for finding in error.diagnostics] == [("CRU005", 2, 1)]
    assert error.document is not None
    assert error.document.data == {"a": 1}
