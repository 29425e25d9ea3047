"""A fix is made where it is meant, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crucible_train.diagnostics import Diagnostic, Loc
from crucible_train.fix.edits import Fixed, fix_text
from crucible_train.result import Ok
from crucible_train.source import Format, load_text


def finding(text: str, loc: Loc, fix: str | None, *, key: bool, file_format: Format = "yaml") -> Diagnostic:
    document = load_text(text, format=file_format, name="s").unwrap()
    return Diagnostic("CRU101", "", loc, document.span(loc, "key" if key else "value"), fix=fix)


def fixed(text: str, *found: Diagnostic, file_format: Format = "yaml", accept: bool = True) -> Fixed:
    return fix_text(text, "s", file_format, found, lambda _: accept)


@pytest.mark.parametrize(
    ("file_format", "text", "loc", "fix", "expected"),
    [
        ("yaml", "a: 1  # one\r\n", ("a",), "b", "b: 1  # one\r\n"),
        ("yaml", "{x: [{'a' : 1}]}", ("x", 0, "a"), "b", "{x: [{'b' : 1}]}"),
        ("yaml", "? a\n: 1\n", ("a",), "b c", '? "b c"\n: 1\n'),
        ("yaml", "é😀: {a: 1}", ("é😀", "a"), "b", "é😀: {b: 1}"),
        ("json", '{"a": {"a": 1}}', ("a", "a"), "b", '{"a": {"b": 1}}'),
        ("toml", "[x]\na = 1 # one\n", ("x", "a"), "b", "[x]\nb = 1 # one\n"),
        ("toml", "x.a = 1\n", ("x", "a"), "b", "x.b = 1\n"),
    ],
)
def test_a_key(file_format: Format, text: str, loc: Loc, fix: str, expected: str) -> None:
    one = finding(text, loc, fix, key=True, file_format=file_format)
    assert fixed(text, one, file_format=file_format) == (expected, (one,))


@pytest.mark.parametrize(
    ("file_format", "text", "expected"),
    [
        ("yaml", 'a: "2e-5" # x', "a: 2e-5 # x"),
        ("yaml", "a: '2e-5'", "a: 2e-5"),
        ("json", '{"a":"2e-5"}', '{"a":2e-5}'),
        ("toml", "a = '2e-5'", "a = 2e-5"),
    ],
)
def test_a_value(file_format: Format, text: str, expected: str) -> None:
    one = finding(text, ("a",), "2e-5", key=False, file_format=file_format)
    assert fixed(text, one, file_format=file_format) == (expected, (one,))


@pytest.mark.parametrize(
    ("text", "loc", "fix", "key"),
    [
        ("a: 1\nb: 2", ("a",), "b", True),  # there already
        ("x: &x {a: 1}\ny: *x", ("y", "a"), "b", True),  # stands for x, too
        ('x: &x "1"\ny: *x', ("y",), "1", False),
        ("&x a: 1", ("a",), "b", True),  # not written as it is read
        ('"\\x61": 1', ("a",), "b", True),
        ("a: |\n  1\n", ("a",), "1", False),  # no quotes to take away
        ("a: 1", ("a",), None, True),
    ],
)
def test_what_is_left_alone(text: str, loc: Loc, fix: str | None, key: bool) -> None:
    assert fixed(text, finding(text, loc, fix, key=key)) == (text, ())


def test_a_place_that_is_not_there() -> None:
    one = finding("a: [1]", ("a",), "b", key=True)
    for other in (
        replace(one, loc=("c",)),
        replace(one, loc=("a", 3)),
        replace(one, loc=("a", 0, "x")),
        replace(one, loc=()),
        replace(one, span=None),
        replace(one, span=one.span and one.span._replace(file="other")),
    ):
        assert fixed("a: [1]", other) == ("a: [1]", ())


def test_a_text_with_an_error_is_left_alone() -> None:
    one = finding("a: 1", ("a",), "b", key=True)
    assert fixed("a: 1\na: 2", one) == ("a: 1\na: 2", ())


def test_several_and_of_one_place_the_first() -> None:
    text = "a: {b: '1'}"
    outer, inner = finding(text, ("a",), "x", key=True), finding(text, ("a", "b"), "y", key=True)
    value, twice = finding(text, ("a", "b"), "1", key=False), replace(inner, fix="z")
    assert fixed(text, value, inner, outer, twice) == ("x: {y: 1}", (outer, inner, value))


def test_what_is_refused_together_is_tried_alone() -> None:
    text = "a: 1\nb: 2"
    one, two = finding(text, ("a",), "x", key=True), finding(text, ("b",), "y", key=True)
    assert fix_text(text, "s", "yaml", [one, two], lambda new: "y" not in new) == ("x: 1\nb: 2", (one,))
    assert fixed(text, one, two, accept=False) == (text, ())


def test_the_result_reads() -> None:
    text = "a: '1'"
    assert isinstance(load_text(fixed(text, finding(text, ("a",), "1", key=False)).text, format="yaml"), Ok)
