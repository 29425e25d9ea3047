"""The core tags are applied, as YAML 1.2 gives them; what does not fit its tag is an error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.source_texts import place, read, refuse

pytestmark = pytest.mark.usefixtures("yaml_parser")


@pytest.mark.parametrize(
    ("tagged", "value"),
    [
        ("!!str 12", "12"),
        ("!!str", ""),
        ("!!str null", "null"),
        ("!!str .nan", ".nan"),
        ('!!int "3"', 3),
        ("!!int 0x1F", 31),
        ("!!float 3", 3.0),
        ("!!float '1e-4'", 1e-4),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("!!null", None),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("!<tag:yaml.org,2002:int> 5", 5),
        ("!!int 010", 10),
    ],
)
def test_a_core_tag_gives_a_value_of_its_type(tagged: str, value: Any) -> None:
    document = read(f"a: {tagged}")

    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)
    assert document.warnings == ()


def test_a_tagged_key_may_be_text() -> None:
    assert read("!!str 1: a").data == {"1": "a"}


def test_the_document_itself_may_have_its_tag() -> None:
    assert read("!!map\na: 1\n").data == {"a": 1}


@pytest.mark.parametrize(
    ("tagged", "message"),
    [
        ("!!int abc", "`abc` is no `!!int`"),
        ("!!int 1.5", "`1.5` is no `!!int`"),
        ("!!int true", "`true` is no `!!int`"),
        ("!!int 1_000", "`1_000` is no `!!int`"),
        ("!!bool no", "`no` is no `!!bool`"),
        ("!!float x", "`x` is no `!!float`"),
        ("!!null 0", "`0` is no `!!null`"),
        ("!!map x", "a scalar is no `!!map`"),
        ("!!seq", "a scalar is no `!!seq`"),
        ("!!seq {a: 1}", "a mapping is no `!!seq`"),
        ("!!map [a]", "a list is no `!!map`"),
        ("!!str [a]", "a list is no `!!str`"),
        ("!!int {a: 1}", "a mapping is no `!!int`"),
        ("!local x", "the tag `!local` asks for a type that a spec cannot hold"),
        ("!local [x]", "the tag `!local` asks for a type that a spec cannot hold"),
        (
            "!!python/name:os.system x",
            "the tag `!!python/name:os.system` asks for a type that a spec cannot hold",
        ),
    ],
)
def test_a_value_that_does_not_fit_its_tag_is_an_error(tagged: str, message: str) -> None:
    error = refuse(f"a: 1\nb: {tagged}\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU013", 2, 4)]
    assert error.diagnostics[0].message == message
    assert error.document is not None
    assert error.document.data == {"a": 1}


@pytest.mark.parametrize(
    ("tagged", "code"),
    [
        ("!!float .nan", "CRU014"),
        ("!!float 1e400", "CRU014"),
        (f"!!float {'9' * 400}", "CRU014"),
        (f"!!int {'9' * 5000}", "CRU015"),
    ],
)
def test_a_tag_does_not_let_a_number_through_that_is_none(tagged: str, code: str) -> None:
    assert [finding.code for finding in refuse(f"a: {tagged}").diagnostics] == [code]


def test_a_key_with_another_tag_is_left_out() -> None:
    error = refuse("a: 1\n!x b: 2\n!!int 3: 4\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU013", 2, 1), ("CRU016", 3, 1)]
    assert error.document is not None
    assert error.document.data == {"a": 1}


def test_a_document_with_another_tag_is_not_also_called_no_mapping() -> None:
    error = refuse("!x {a: 1}")

    assert [finding.code for finding in error.diagnostics] == ["CRU013"]
    assert error.document is None
