"""Signatures are text that a reader could write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.schema.reference.signatures import on_one_line, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def plain(left: int, right: str = "r", *rest: int, key: bool = True, **others: Any) -> list[int]:
    raise NotImplementedError


def only_keywords(*, severity: Severity = Severity.ERROR, call: Callable[[], None] = print) -> None:
    raise NotImplementedError


def untyped(value, other=()):
    raise NotImplementedError


class Point(NamedTuple):
    x: int
    name: str | None = None


@dataclass
class Options:
    values: Mapping[str, int] = field(default_factory=dict[str, int])
    empty: tuple[str, ...] = ()
    _private: int = 1

    def get(self, name: str) -> int:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("called", "text"),
    [
        (plain, "f(left: int, right: str = 'r', *rest: int, key: bool = True, **others: Any) -> list[int]"),
        (
            only_keywords,
            "f(*, severity: Severity = Severity.ERROR, call: Callable[[], None] = ...) -> None",
        ),
    ],
)
def test_functions(called: Callable[..., object], text: str) -> None:
    assert signature("f", called) == text


def test_without_annotations() -> None:
    assert signature("f", untyped, returns=False) == "f(value, other=())"


def test_annotations_that_are_no_text() -> None:
    namespace: dict[str, Any] = {}
    exec("def f(a: int, b: list[str]) -> None: ...", namespace)
    assert signature("f", namespace["f"]) == "f(a: int, b: list[str]) -> None"


def test_classes() -> None:
    assert signature("Point", Point, returns=False) == "Point(x: int, name: str | None = None)"
    assert signature("Options", Options, returns=False) == (
        "Options(values: Mapping[str, int] = ..., empty: tuple[str, ...] = ())"
    )


def test_methods_leave_out_what_they_are_called_on() -> None:
    assert signature("get", Options.get, method=True) == "get(name: str) -> int"


def test_a_long_one_has_a_line_for_each_parameter() -> None:
    text = signature("a_function_with_a_long_name", plain)
    assert text.splitlines() == [
        "a_function_with_a_long_name(",
        "    left: int,",
        "    right: str = 'r',",
        "    *rest: int,",
        "    key: bool = True,",
        "    **others: Any,",
        ") -> list[int]",
    ]
    assert on_one_line(text) == signature("f", plain).replace("f(", "a_function_with_a_long_name(", 1)
