"""JSON text is read once, and still nothing that Pydantic lets pass gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from crucible_ir import (
    BackendCompletion,
    BackendPrompt,
    BackendRef,
    EnsembleConfig,
    FeedbackEvent,
    IRModel,
    ModelRef,
    TrainingRun,
    from_json,
)
from crucible_ir.json_data import MAX_DEPTH
from crucible_ir.json_text import check
from tests.support.value_strategies import JSON


def errors(text: str | bytes, cls: type[IRModel]) -> list[tuple[str, tuple[Any, ...]]]:
    """(type, place) of every error."""
    with pytest.raises(ValidationError) as raised:
        from_json(text, cls)
    return [(details["type"], details["loc"]) for details in raised.value.errors()]


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ('{"id": "a", "id": "b"}', ModelRef),
        ('{"id": "a", "id": "a"}', ModelRef),
        ('{"id": "a", "\\u0069d": "b"}', ModelRef),
        ('{"id": "a:b", "id": "c"}', ModelRef),
        ('{"id": "a\\\\", "id": "\\""}', ModelRef),
        ('{"id": "a", "options": {"k": 1, "k": 2}}', ModelRef),
        ('{"id": "a", "options": {"k": [[{"x": {}, "x": 2}]]}}', ModelRef),
        ('{"id": "a", "feedback_value": [{"x": 1, "x": 2}]}', FeedbackEvent),
        ('{"weights": {"a": 1, "a": 2}}', EnsembleConfig),
        (
            '{"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "text": "b"}]}]}',
            BackendPrompt,
        ),
        ('{"tool_choice": {"name": "a", "name": "b"}}', BackendPrompt),
        ('{"choices": [{"thinking": {"tokens": 1, "tokens": 2}}]}', BackendCompletion),
        ('{"id": "b", "fallback": {"id": "c", "id": "d"}}', BackendRef),
    ],
)
def test_a_key_written_twice_is_refused_at_every_depth(text: str, cls: type[IRModel]) -> None:
    assert errors(text, cls) == [("duplicate_key", ())]
    assert errors(text.encode(), cls) == [("duplicate_key", ())]


def test_a_key_twice_in_what_is_ignored_is_refused_too() -> None:
    with pytest.raises(ValidationError, match="The key x occurs twice"):
        from_json('{"id": "a", "zz": {"x": 1, "x": 1}}', ModelRef, unknown="ignore")
    assert from_json('{"id": "a", "zz": {"x": 1, "y": 1}}', ModelRef, unknown="ignore") == ModelRef(id="a")


@pytest.mark.parametrize("quote", [":", "a: b", "::", "\\", '\\"', '":', '{"id": 1}', "é:", "\\:"])
def test_colons_and_quotes_inside_texts_are_no_keys(quote: str) -> None:
    data = {"id": quote, "options": {quote: [quote, {quote: quote}]}}
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False), json.dumps(data, indent=1)):
        assert from_json(text, ModelRef) == from_json(text.encode(), ModelRef)
        assert from_json(text, ModelRef).options == data["options"]


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.booleans())
@example({}, False)
def test_any_mapping_is_read_and_any_repetition_found(options: dict[str, Any], ascii_only: bool) -> None:
    text = json.dumps({"id": "m", "options": options}, ensure_ascii=ascii_only)
    assert from_json(text, ModelRef).options == options
    assert ModelRef.model_validate_json(text) == from_json(text.encode(), ModelRef)
    for key in options:
        written = json.dumps(key, ensure_ascii=ascii_only)
        twice = text.replace('"options": {', f'"options": {{{written}: 1, ', 1)
        assert errors(twice, ModelRef) == [("duplicate_key", ())]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400 + ".0"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"id": "a", "options": {"x": N}}', ("options",)),
        ('{"id": "a", "options": {"x": [1, {"y": N}]}}', ("options",)),
    ],
)
def test_a_number_that_no_float_holds_is_refused(text: str, place: tuple[Any, ...], number: str) -> None:
    assert errors(text.replace("N", number), ModelRef) == [("json_data", place)]


def test_a_number_of_a_list_is_refused_at_its_place() -> None:
    config = '{"id": "a", "model_ref": {"id": "m"}, "dataset_ref": {"name": "d"}}'
    text = f'{{"id": "r", "config": {config}, "metrics_history": [{{}}, {{"loss": NaN}}]}}'
    assert errors(text, TrainingRun) == [("json_data", ("metrics_history", 1))]
    assert errors('{"id": "e", "feedback_value": [NaN]}', FeedbackEvent) == [
        ("json_data", ("feedback_value",))
    ]
    assert errors('{"id": "e", "feedback_value": 1e999}', FeedbackEvent) == [
        ("json_data", ("feedback_value",))
    ]


def test_unknown_keys_may_stand_beside_it_where_they_are_ignored() -> None:
    with pytest.raises(ValidationError) as raised:
        from_json('{"id": "a", "zz": 1, "options": {"x": NaN}}', ModelRef, unknown="ignore")
    assert [details["type"] for details in raised.value.errors()] == ["json_data"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")],
    ids=["lists", "mappings", "both"],
)
def test_depth_is_bounded(opening: str, closing: str) -> None:
    levels = len(closing)

    def nested(depth: int) -> str:
        return f'{{"id": "m", "options": {{"x": {opening * depth}1{closing * depth}}}}}'

    deepest = (MAX_DEPTH - 1) // levels
    from_json(nested(deepest), ModelRef)
    assert errors(nested(deepest + 1), ModelRef) == [("json_data", ("options",))]
    assert errors(nested(10_000), ModelRef) == [("json_invalid", ())]


def test_what_text_and_mapping_refuse_is_the_same() -> None:
    """A model that takes as Python data what its text is refused for contradicts itself."""

    class Loose(BaseModel):
        rates: dict[str, float]

    loose = TypeAdapter(Loose).validate_json('{"rates": {"a": NaN}}')
    with pytest.raises(AssertionError, match="Loose takes what it was refused for"):
        check('{"rates": {"a": NaN}}', loose)
