"""TOML, with places for keys and values; dates are text."""

from __future__ import annotations

import tomllib

import pytest

from crucible_train.diagnostics import Loc, Span
from crucible_train.source.budget import MAX_DEPTH, MAX_NODES
from tests.support.source_texts import place, places, read, refuse, text_at

SPEC = """\
# A run
id = "first run"  # named
seed = 1_000

[training_config]
epochs = 3
model = {provider = "hub", "id" = 'org/name'}
optimizer.name = "adamw"
optimizer.betas = [
  0.9, # first
  0.95,
]

[training_config.data]
text = '''one
"two"'''
more = \"\"\"three\\
  "four\"\"\"\"

[[steps]]
name = "a"
[steps.inner]
x = 0x1F
[[steps]]
name = "b"
last = true
"""


def test_toml_is_read_as_toml() -> None:
    document = read(SPEC, "toml")

    assert document.data == tomllib.loads(SPEC)
    assert document.format == "toml"


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        (("id",), '"first run"'),
        (("seed",), "1_000"),
        (("training_config",), "[training_config]"),
        (("training_config", "model"), '{provider = "hub", "id" = \'org/name\'}'),
        (("training_config", "model", "id"), "'org/name'"),
        (("training_config", "optimizer", "betas"), "[\n  0.9, # first\n  0.95,\n]"),
        (("training_config", "optimizer", "betas", 1), "0.95"),
        (("training_config", "data"), "[training_config.data]"),
        (("training_config", "data", "text"), "'''one\n\"two\"'''"),
        (("training_config", "data", "more"), '"""three\\\n  "four""""'),
        (("steps", 0), "[[steps]]"),
        (("steps", 0, "inner", "x"), "0x1F"),
        (("steps", 1, "name"), '"b"'),
        (("steps", 1, "last"), "true"),
    ],
)
def test_the_span_of_a_value_covers_what_is_written(loc: Loc, text: str) -> None:
    assert text_at(read(SPEC, "toml"), SPEC, loc) == text


@pytest.mark.parametrize(
    ("loc", "span"),
    [
        (("seed",), Span("<text>", 3, 1, 3, 5)),
        (("training_config",), Span("<text>", 5, 2, 5, 17)),
        (("training_config", "optimizer"), Span("<text>", 8, 1, 8, 10)),
        (("training_config", "optimizer", "betas"), Span("<text>", 9, 11, 9, 16)),
        (("training_config", "model", "id"), Span("<text>", 7, 28, 7, 32)),
        (("steps",), Span("<text>", 20, 3, 20, 8)),
        (("steps", 0, "inner"), Span("<text>", 22, 8, 22, 13)),
    ],
)
def test_the_span_of_a_key_covers_the_key(loc: Loc, span: Span) -> None:
    assert read(SPEC, "toml").span(loc, "key") == span


@pytest.mark.parametrize(
    "written", ["2024-01-01", "2024-01-01 10:00:00Z", "2024-01-01T10:00:00.5+02:00", "10:00:00"]
)
def test_a_date_or_time_is_text_as_written(written: str) -> None:
    document = read(f"a = [{written}]\nb = {{c = {written}}} # d", "toml")

    assert document.data == {"a": [written], "b": {"c": written}}


def test_duplicate_keys_and_numbers_that_are_none_are_reported_together() -> None:
    text = """\
a = 1
a = nan
b = [inf, {c = 1, c = -inf}, 2]
[d]
e = 1e400
[d]
f = 1
[a]
g = +nan
[[d]]
[b.c]
"""

    error = refuse(text, "toml")

    assert [place(finding) for finding in error.diagnostics] == [
        ("CRU012", 2, 1),
        ("CRU014", 2, 5),
        ("CRU014", 3, 6),
        ("CRU012", 3, 19),
        ("CRU014", 3, 23),
        ("CRU014", 5, 5),
        ("CRU012", 6, 2),
        ("CRU012", 8, 2),
        ("CRU014", 9, 5),
        ("CRU012", 10, 3),
        ("CRU012", 11, 2),
    ]
    assert error.diagnostics[4].loc == ("b", 1, "c")
    assert error.document is not None
    assert error.document.data == {"a": 1, "b": [{"c": 1}, 2], "d": {}}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a.b = 1\na.b.c = 2\n", 2, 3),
        ("a = {b = 1}\na.c = 2\n", 2, 1),
        ("a.b = 1\n[a]\n", 2, 2),
        ("[[a]]\n[a]\n", 2, 2),
        ("a = []\n[[a]]\n", 2, 3),
        ("[a]\n[[a]]\n", 2, 3),
        ("a = 1\n[a.b.c]\n", 2, 2),
        ("a = 1\n[[a.b]]\n", 2, 3),
    ],
)
def test_what_toml_calls_a_redefinition_is_a_duplicate_key(text: str, line: int, column: int) -> None:
    assert places(text, "toml") == [("CRU012", line, column)]


def test_a_table_may_come_after_its_inner_table() -> None:
    text = "[a.b]\nx = 1\n[a]\ny = 2\n[[c]]\n[[c]]\nd.e = 1\nd.f = 2\n"

    assert read(text, "toml").data == tomllib.loads(text)
    assert str(read(text, "toml").span(("a",))) == "<text>:3:1"


@pytest.mark.parametrize("written", ["9" * 5000, "-" + "9_9" * 2200, "0x" + "f" * 4000])
def test_an_integer_of_thousands_of_digits_is_an_error(written: str) -> None:
    error = refuse(f"a = 1\nseed = {written}\n", "toml")

    assert [place(finding) for finding in error.diagnostics] == [("CRU015", 2, 8)]
    assert error.document is not None
    assert error.document.data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a = " + "[" * 50_000, 104),
        ("a = " + "{b = " * 50_000, 500),
        (".".join(["a"] * 50_000) + " = 1", 201),
        ("[" + ".".join(["a"] * 50_000) + "]", 202),
    ],
)
def test_deep_nesting_is_over_the_budget(text: str, column: int) -> None:
    assert places(text, "toml") == [("CRU006", 1, column)]


def test_a_hundred_levels_are_within_the_budget() -> None:
    text = "a = " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)

    assert read(text, "toml").data == tomllib.loads(text)


def test_there_is_a_budget_of_nodes() -> None:
    ((code, line, _),) = places("a = [" + "1," * MAX_NODES + "]", "toml")

    assert (code, line) == ("CRU006", 1)


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("a = adamw", 1, 5, "Invalid value", "put quotes around a text; booleans are true and false"),
        ("a = 1\r\nb = True", 2, 5, "Invalid value", "put quotes around a text; booleans are true and false"),
        ("a: 1", 1, 2, "Expected '=' after a key in a key/value pair", "write `key = value`"),
        ("b = 1\na = [1, 2", 2, 1, "Unclosed array", "close the ["),
        ("a = 1 b = 2", 1, 7, "Expected newline or end of document after a statement", None),
        ('a = "\x01"', 1, 6, "Illegal character '\\x01'", None),
        ("a = [1 2]", 1, 8, "Unclosed array", "close the ["),
        ("a = {b = 1 c = 2}", 1, 12, "Unclosed inline table", "close the {"),
        ("= 1", 1, 1, "Invalid statement", None),
        ("a = ", 1, 1, "Invalid value", "put quotes around a text; booleans are true and false"),
    ],
)
def test_a_mistake_is_described_where_it_is(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    error = refuse(text, "toml")

    (finding,) = error.diagnostics
    assert place(finding) == ("CRU011", line, column)
    assert finding.message == f"not well-formed TOML: {message}"
    assert finding.hint == hint
    assert error.document is None


def test_errors_before_the_broken_place_are_reported_with_it() -> None:
    assert places("a = nan\nb = x\n", "toml") == [("CRU014", 1, 5), ("CRU011", 2, 5)]


def test_a_rule_of_toml_that_only_tomllib_knows_is_a_syntax_error() -> None:
    text = "[a.b]\n[a]\nb.c = nan\n"

    assert places(text, "toml") == [("CRU014", 3, 7), ("CRU011", 3, 10)]


@pytest.mark.parametrize("text", ["", "\n", "# to do\n", "\ufeff"])
def test_a_file_without_content_is_an_error(text: str) -> None:
    assert places(text, "toml") == [("CRU003", 1, 1)]


def test_a_byte_order_mark_and_crlf_are_accepted() -> None:
    document = read("\ufeffa = 1\r\n[b]\r\nc = 2\r\n", "toml")

    assert document.data == {"a": 1, "b": {"c": 2}}
    assert str(document.span(("b", "c"))) == "<text>:3:5"
