"""Values in words."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from crucible_train.stages.report.wording import (
    MAX_CELL,
    duration,
    escaped_json,
    in_words,
    name_in_words,
    number,
    plain,
    visible,
)

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d🔬"
"""Words and signs that are written with joiners, which are no control characters."""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.0, "0"),
        (60.0, "60"),
        (1_234_567, "1,234,567"),
        (1_234_567.0, "1,234,567"),
        (123_456.7, "123,457"),
        (0.51234567, "0.51235"),
        (-5.5, "-5.5"),
        (1e-8, "1e-08"),
        (2.5e15, "2.5e+15"),
        (10**399, "1" + ",000" * 133),
    ],
)
def test_numbers_have_a_readable_length(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 s"), (12.34, "12.3 s"), (90, "1 min 30 s"), (5399, "89 min 59 s"), (5400, "1 h 30 min")],
)
def test_durations_have_one_or_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (1000, "1,000"),
        ("text", "text"),
        (["a", 1, True], "a, 1, yes"),
        ([], ""),
        (["a", None], '["a", null]'),
        ({"ä": [1]}, '{"ä": [1]}'),
    ],
)
def test_any_value_has_words(value: Any, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize("value", ["x" * 500, ["x"] * 500, {"x": "x" * 500}])
def test_a_long_value_is_cut(value: Any) -> None:
    assert len(in_words(value)) == MAX_CELL
    assert in_words(value).endswith("…")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("num_train_examples",), "train examples"),
        (("lengths", "num_p95"), "lengths: p95"),
        (("num_",), "num_"),
        (("",), ""),
    ],
)
def test_a_key_is_said_as_a_person_would(path: tuple[str, ...], words: str) -> None:
    assert name_in_words(*path) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("a\rb", r"a\rb"),
        ("\x1b[31mred\x9b0m", r"\x1b[31mred\x9b0m"),
        ("\x00\x7f\u2028", r"\x00\x7f\u2028"),
        ("admin\u202egnp.exe\u2066", r"admin\u202egnp.exe\u2066"),
        ("\ud800", r"\ud800"),
        (PERSIAN, PERSIAN),
    ],
    ids=["white space", "CRLF", "CR", "terminal", "NUL", "direction", "surrogate", "joiners"],
)
def test_what_a_screen_would_act_on_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_json_has_no_character_that_a_screen_would_act_on() -> None:
    data = {"\x9b": "\x1b\u202e\u2028\ud800 \n ä"}
    text = escaped_json(data)
    assert json.loads(text) == data
    assert visible(text) == text
    assert "ä" in text


def test_plain_data_is_a_copy() -> None:
    data = {"a": [1, {"b": None}], "c": (True, "x", 1.5)}
    copied = plain(MappingProxyType(data))
    assert copied == {"a": [1, {"b": None}], "c": [True, "x", 1.5]}
    assert copied["a"] is not data["a"]


@pytest.mark.parametrize(("value", "text"), [(float("nan"), "nan"), (float("-inf"), "-inf")])
def test_a_number_that_is_not_finite_becomes_text(value: float, text: str) -> None:
    assert plain([value]) == [text]


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, b"x"])
def test_what_is_not_json_is_a_mistake_of_the_program(value: Any) -> None:
    with pytest.raises(TypeError, match="a context holds JSON data"):
        plain(value)
