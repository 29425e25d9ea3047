"""Mappings whose meaning belongs to somebody else hold JSON data, and are the model's own."""

from __future__ import annotations

import json
import math
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import FeedbackEvent, ModelRef, from_json, from_map, to_json, to_map
from crucible_ir.json_data import JSON_DATA, MAX_DEPTH


def problems(options: Any) -> list[tuple[str, tuple[Any, ...]]]:
    with pytest.raises(ValidationError) as raised:
        from_map({"id": "m", "options": options}, ModelRef)
    (details,) = raised.value.errors()
    assert (details["loc"], details["type"]) == (("options",), "json_data")
    return [(problem.kind, problem.path) for problem in details["ctx"]["problems"]]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"a": None, "b": True, "c": 1, "d": 1.5, "e": "é", "ключ": [1, [2, {"x": {}}]]},
        {"big": 10**30, "tiny": 5e-324, "empty": "", "": 0},
    ],
)
def test_json_data_is_kept(options: dict[str, Any]) -> None:
    model = from_map({"id": "m", "options": options}, ModelRef)
    assert model.options == options
    assert from_json(json.dumps({"id": "m", "options": options}), ModelRef) == model
    assert json.loads(to_json(model))["options"] == options


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("wrap", "path"),
    [
        (lambda value: {"x": value}, ("x",)),
        (lambda value: {"x": [0, value]}, ("x", 1)),
        (lambda value: {"x": {"y": (value,)}}, ("x", "y", 0)),
    ],
)
def test_numbers_are_finite_at_every_depth(wrap: Any, path: tuple[Any, ...], bad: float) -> None:
    assert problems(wrap(bad)) == [("non_finite", path)]
    with pytest.raises(ValidationError, match="finite"):
        from_json(json.dumps({"id": "m", "options": wrap(bad)}), ModelRef)


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, 1j])
def test_what_json_has_no_form_for_is_refused(value: object) -> None:
    assert problems({"x": [value]}) == [("type", ("x", 0))]


def test_keys_are_text_at_every_depth() -> None:
    assert problems({"x": {1: 2}}) == [("key", ("x",))]
    assert problems({"x": [{None: 2}]}) == [("key", ("x", 0))]
    assert problems({1: 2, "y": {3: 4}}) == [("key", ()), ("key", ("y",))]


@pytest.mark.parametrize("value", [[], "x", 3])
def test_only_a_mapping_is_one(value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        from_map({"id": "m", "options": value}, ModelRef)
    assert raised.value.errors()[0]["type"] == "dict_type"


def test_half_a_surrogate_pair_is_no_text() -> None:
    assert problems({"x": "\ud800"}) == [("text", ("x",))]
    assert problems({"y": {"é\udfff": 1}}) == [("key", ("y",))]


def test_every_problem_is_named() -> None:
    assert problems({"a": math.nan, "b": [object(), math.inf], "c": {2: 1}, "d": 3, "e": 0.5}) == [
        ("non_finite", ("a",)),
        ("type", ("b", 0)),
        ("non_finite", ("b", 1)),
        ("key", ("c",)),
    ]


def test_depth_is_bounded_where_recursion_is_not_reached() -> None:
    deepest = {"x": nested(MAX_DEPTH - 1)}
    assert from_map({"id": "m", "options": deepest}, ModelRef).options == deepest
    assert problems({"x": nested(MAX_DEPTH)}) == [("depth", ("x",))]
    assert problems({"x": nested(100_000)}) == [("depth", ("x",))]


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert problems({"x": endless}) == [("depth", ("x",))]


def test_a_model_shares_nothing_with_its_caller() -> None:
    options: dict[str, Any] = {"x": {"y": [1]}, "z": [2]}
    model = from_map({"id": "m", "options": options}, ModelRef)
    options["x"]["y"].append(2)
    options["z"].clear()
    options["new"] = 1
    assert model.options == {"x": {"y": [1]}, "z": [2]}


def test_a_tuple_is_a_list_so_that_json_reads_back_as_the_same_model() -> None:
    model = from_map({"id": "m", "options": {"x": (1, ("a",))}}, ModelRef)
    assert model.options == {"x": [1, ["a"]]}
    assert from_json(to_json(model), ModelRef) == model


def test_subclasses_of_plain_types_are_data_too() -> None:
    class Word(StrEnum):
        A = "a"

    class Number(IntEnum):
        ONE = 1

    class Rate(float):
        pass

    model = from_map(
        {"id": "m", "options": {"word": Word.A, "number": Number.ONE, "rate": Rate(0.5)}}, ModelRef
    )
    assert to_map(model)["options"] == {"word": "a", "number": 1, "rate": 0.5}
    assert problems({"word": Word.A, "rate": Rate("nan")}) == [("non_finite", ("rate",))]


def test_whoever_read_the_data_from_text_may_vouch_for_it() -> None:
    options = {"x": [1]}
    model = ModelRef.model_validate({"id": "m", "options": options}, context=JSON_DATA)
    assert model.options is not None
    assert model.options["x"] is options["x"]
    value = [1]
    event = FeedbackEvent.model_validate({"id": "e", "feedback_value": value}, context=JSON_DATA)
    assert event.feedback_value is value
