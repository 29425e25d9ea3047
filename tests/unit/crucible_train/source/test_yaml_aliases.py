"""Anchors, aliases, merge keys, and their budgets."""

from __future__ import annotations

import pytest

from crucible_train.source.budget import MAX_ALIASES, MAX_DEPTH, MAX_NODES
from tests.support.source_texts import place, places, read, refuse, text_at

pytestmark = pytest.mark.usefixtures("yaml_parser")


def test_an_alias_stands_for_the_value_of_its_anchor() -> None:
    document = read("a: &x {b: [1]}\nc: *x\nd: [*x, &y 2, *y]\n")

    assert document.data == {"a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}, 2, 2]}


def test_each_use_of_an_alias_is_a_copy_of_its_own() -> None:
    data = read("a: &x {b: [1]}\nc: *x\nd: *x\n").data

    data["c"]["b"].append(2)

    assert data == {"a": {"b": [1]}, "c": {"b": [1, 2]}, "d": {"b": [1]}}


def test_an_aliased_value_is_where_it_was_written_and_its_key_where_it_is_used() -> None:
    text = "a: &x {b: [1]}\nc: *x\n"
    document = read(text)

    assert text_at(document, text, ("c",)) == "&x {b: [1]}"
    assert text_at(document, text, ("c",), "key") == "c"
    assert str(document.span(("c",), "key")) == "<text>:2:1"
    assert str(document.span(("c", "b", 0))) == "<text>:1:12"
    assert str(document.span(("c", "b"), "key")) == "<text>:1:8"


def test_an_anchor_may_be_given_again() -> None:
    assert read("a: &x 1\nb: &x 2\nc: *x\n").data == {"a": 1, "b": 2, "c": 2}
    assert read("a: &x {b: &x 1, c: *x}\nd: *x\n").data == {"a": {"b": 1, "c": 1}, "d": 1}


def test_keys_may_have_anchors_and_be_aliases() -> None:
    document = read("&k key: 1\nb: {*k : 2}\nc: *k\n&q 'no': 3\nd: *q\n")

    assert document.data == {"key": 1, "b": {"key": 2}, "c": "key", "no": 3, "d": "no"}


def test_a_key_that_is_an_alias_of_no_text_is_an_error() -> None:
    assert places("a: &x 1\nb: {*x : 2}\n") == [("CRU016", 2, 5)]
    assert places("&n 1: 2\n") == [("CRU016", 1, 1)]
    assert places("a: &x [1]\nb: {*x : 2}\n") == [("CRU016", 2, 5)]


def test_an_alias_without_an_anchor_is_an_error() -> None:
    error = refuse("a: *base\nb: [1, *base]\n*base : 3\n")

    assert [place(finding) for finding in error.diagnostics] == [
        ("CRU011", 1, 4),
        ("CRU011", 2, 8),
        ("CRU011", 3, 1),
    ]
    assert error.diagnostics[0].message == "the alias `*base` refers to no anchor before it"
    assert error.document is not None
    assert error.document.data == {"b": [1]}


def test_an_alias_of_a_value_that_was_an_error_is_not_reported_again() -> None:
    error = refuse("a: &x .nan\nb: *x\nc: [*x, 1]\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU014", 1, 4)]
    assert error.document is not None
    assert error.document.data == {"c": [1]}


def test_a_merge_adds_keys_and_the_explicit_ones_win() -> None:
    document = read("base: &b {x: 1, y: 2}\nrun:\n  y: 3\n  <<: *b\n  z: 4\n")

    assert document.data["run"] == {"x": 1, "y": 3, "z": 4}


def test_a_merged_value_is_where_it_was_written() -> None:
    text = "base: &b\n  x: 1\n  y: {z: 2}\nrun:\n  <<: *b\n"
    document = read(text)

    assert document.data["run"] == {"x": 1, "y": {"z": 2}}
    assert str(document.span(("run", "x"))) == "<text>:2:6"
    assert str(document.span(("run", "y", "z"), "key")) == "<text>:3:7"
    assert text_at(document, text, ("run", "<<"), "key") == "<<"


def test_of_several_merged_mappings_the_earlier_wins() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b, {y: 4, z: 5}]}\n"
    document = read(text)

    assert document.data["c"] == {"x": 1, "y": 3, "z": 5}
    assert text_at(document, text, ("c", "z")) == "5"


def test_merges_may_be_nested_and_copy_what_they_merge() -> None:
    data = read("a: &a {x: [1]}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n").data

    data["c"]["x"].append(3)

    assert data == {"a": {"x": [1]}, "b": {"x": [1], "y": 2}, "c": {"x": [1, 3], "y": 2}}


def test_a_merged_value_does_not_replace_one_that_was_an_error() -> None:
    error = refuse("a: &a {x: 1}\nb:\n  <<: *a\n  x: .nan\n")

    assert error.document is not None
    assert error.document.data == {"a": {"x": 1}, "b": {}}


@pytest.mark.parametrize("value", ["1", "text", "", "[1]", "[{a: 1}, 2]", "&x y"])
def test_a_merge_of_anything_but_mappings_is_an_error(value: str) -> None:
    error = refuse(f"a: 1\nb:\n  <<: {value}\n  c: 2\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU011", 3, 3)]
    assert error.diagnostics[0].loc == ("b", "<<")
    assert error.document is not None
    assert error.document.data == {"a": 1, "b": {"c": 2}}


def test_two_merge_keys_in_one_mapping_are_duplicates() -> None:
    assert places("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n") == [("CRU012", 4, 3)]


def test_a_merge_of_an_unknown_alias_is_reported_once() -> None:
    assert places("b:\n  <<: *a\n") == [("CRU011", 2, 7)]


def test_a_quoted_merge_key_is_a_key() -> None:
    assert read("'<<': {a: 1}\n").data == {"<<": {"a": 1}}


def test_an_anchored_merge_key_still_merges() -> None:
    assert read("a: &a {x: 1}\nb: {&m <<: *a}\n").data["b"] == {"x": 1}


def test_there_is_a_budget_of_aliases() -> None:
    text = "a: &a 1\nb: [" + ", ".join(["*a"] * MAX_ALIASES) + "]\n"

    assert len(read(text).data["b"]) == MAX_ALIASES
    assert places(text + "c: *a\n") == [("CRU006", 3, 4)]


def test_depth_is_counted_through_aliases() -> None:
    half = MAX_DEPTH // 2
    text = f"a: &a {'[' * half}{']' * half}\nb: "
    fits = MAX_DEPTH - half - 1

    assert read(text + "[" * fits + "*a" + "]" * fits).data["a"] is not None
    assert places(text + "[" * (fits + 1) + "*a" + "]" * (fits + 1)) == [("CRU006", 2, 4 + fits + 1)]


def test_depth_is_counted_through_aliases_of_aliases() -> None:
    quarter = MAX_DEPTH // 4
    text = f"a: &a {'[' * quarter}{']' * quarter}\n"
    for name, inner in (("b", "a"), ("c", "b"), ("d", "c"), ("e", "d")):
        text += f"{name}: &{name} {'[' * quarter}*{inner}{']' * quarter}\n"

    ((code, line, _),) = places(text)

    assert (code, line) == ("CRU006", 4)


def test_nodes_are_counted_through_aliases() -> None:
    text = "a: &a [" + "x, " * 1000 + "]\nb: [" + "*a, " * (MAX_NODES // 1001) + "]\n"

    ((code, line, _),) = places(text)

    assert (code, line) == ("CRU006", 2)
