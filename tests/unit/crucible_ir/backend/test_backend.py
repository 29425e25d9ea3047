"""Prompts and completions: typed down to the parts of a message, and written as they were given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import (
    BackendCompletion,
    BackendOptions,
    BackendPrompt,
    Choice,
    ImagePart,
    IRModel,
    Message,
    TextPart,
    ToolCall,
    ToolChoice,
    Usage,
    from_json,
    from_map,
    to_json,
    to_map,
)
from crucible_train.diagnostics.from_pydantic import findings_of


def error_types(data: Any, cls: type[IRModel]) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as raised:
        from_map(data, cls)
    return [(details["loc"], details["type"]) for details in raised.value.errors()]


def message(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **more}


def findings(content: Any) -> list[tuple[str, str, str | None]]:
    data = {"messages": [message(content)]}
    with pytest.raises(ValidationError) as raised:
        from_map(data, BackendPrompt)
    found = findings_of(raised.value, BackendPrompt, data)
    return [(finding.code, finding.message, finding.hint) for finding in found]


PART, NEXT = "`messages[0].content[0]", "`messages[0].content[1]"
TYPES = "`text`, `image`, `audio` or `tool_result`"
PARTS: list[dict[str, Any]] = [
    {"type": "text", "text": ""},
    {"type": "image", "url": "u"},
    {"type": "image", "base64": "aGVsbG8=", "media_type": "image/png"},
    {"type": "image", "base64": "aGVsbG8=", "url": None},
    {"type": "audio", "url": "u", "format": "wav"},
    {"type": "tool_result", "tool_call_id": "c", "content": "42"},
]
MESSAGES = [
    message(""),
    message([]),
    message(PARTS, name="n"),
    {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "name": "f", "arguments": {"x": [1]}}]},
    {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "name": "f", "arguments": '{"x": '}]},
    {"role": "tool", "content": "42", "tool_call_id": "c"},
    {"role": "system", "content": "x", "tool_calls": None},
]


@pytest.mark.parametrize("data", MESSAGES)
def test_a_message_is_written_as_it_was_given(data: dict[str, Any]) -> None:
    for read in (from_map(data, Message), from_json(json.dumps(data), Message)):
        assert to_map(read) == to_map(read, explicit_only=True) == data
        assert from_json(to_json(read), Message) == read


def test_a_prompt_is_written_whole_and_its_parts_as_given() -> None:
    prompt = from_map({"messages": [message("x")], "tool_choice": {"name": "f"}}, BackendPrompt)
    written = to_map(prompt)
    assert written["messages"] == [message("x")]
    assert written["tool_choice"] == {"name": "f"}
    assert written["options"] == to_map(BackendOptions())
    assert written["tools"] is None
    assert to_map(prompt, explicit_only=True) == {"messages": [message("x")], "tool_choice": {"name": "f"}}


def test_parts_have_the_class_of_their_type() -> None:
    (read,) = from_map({"messages": [message(PARTS)]}, BackendPrompt).messages
    assert isinstance(read.content, tuple)
    assert [type(part).__name__ for part in read.content] == [
        *("TextPart", "ImagePart", "ImagePart", "ImagePart", "AudioPart", "ToolResultPart")
    ]


def test_models_may_be_given() -> None:
    content = (TextPart(type="text", text="a"), ImagePart(type="image", url="u"))
    prompt = BackendPrompt(
        messages=(Message(role="user", content=content),), tool_choice=ToolChoice(name="f")
    )
    assert from_json(to_json(prompt), BackendPrompt) == prompt


def test_a_message_of_text_has_a_hash() -> None:
    assert hash(Message(role="user", content="x")) == hash(from_map(message("x"), Message))
    calls = (ToolCall(id="c", name="f", arguments={}),)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Message(role="user", content="x", tool_calls=calls))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (5, [("CRU201", "`messages[0].content` must be text or a list of parts, not the number 5", None)]),
        (
            {"type": "text"},
            [("CRU201", "`messages[0].content` must be text or a list of parts, not a mapping", None)],
        ),
        (
            [{"type": 3}, {"type": "imgae", "url": "u"}],
            [
                ("CRU203", f"{PART}.type` must be {TYPES}, not the number 3", None),
                ("CRU203", f"{NEXT}.type` must be {TYPES}, not the text 'imgae'", "did you mean `image`?"),
            ],
        ),
        ([{"text": "x"}], [("CRU102", f"{PART}.type` is required", "add `type:`")]),
        (["x"], [("CRU201", f"{PART}` must be a mapping, not the text 'x'", None)]),
        (
            [{"type": "text", "text": "x", "txet": "y"}],
            [("CRU101", f"unknown key {PART}.txet`", "did you mean `text`?")],
        ),
        (
            [{"type": "image", "url": "u", "meda_type": "y"}],
            [("CRU101", f"unknown key {PART}.meda_type`", "did you mean `media_type`?")],
        ),
        ([{"type": "text"}], [("CRU102", f"{PART}.text` is required", "add `text:`")]),
        (
            [{"type": "text", "text": 5}],
            [("CRU201", f"{PART}.text` must be text, not the number 5", 'put it in quotes: "5"')],
        ),
        (
            [{"type": "image"}],
            [("CRU206", f"{PART}`: write either `url` or `base64`", None)],
        ),
        (
            [{"type": "audio", "url": "u", "base64": "b"}],
            [("CRU206", f"{PART}.base64`: write either `url` or `base64`", None)],
        ),
        (
            [{"type": "audio", "url": 3}],
            [("CRU201", f"{PART}.url` must be text, not the number 3", 'put it in quotes: "3"')],
        ),
    ],
)
def test_a_mistake_in_a_message_is_found_at_its_place(
    content: Any, found: list[tuple[str, str, str | None]]
) -> None:
    assert findings(content) == found


@pytest.mark.parametrize("choice", ["auto", "none", "required", None, {"name": "f"}])
def test_a_tool_choice(choice: Any) -> None:
    prompt = from_map({"tool_choice": choice}, BackendPrompt)
    assert to_map(prompt)["tool_choice"] == choice


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        ("any", ["literal_error"]),
        ("", ["literal_error"]),
        (5, ["one_of_types"]),
        (["auto"], ["one_of_types"]),
        ({}, ["missing"]),
        ({"name": ""}, ["string_too_short"]),
        ({"name": None}, ["string_type"]),
        ({"type": "function", "function": {"name": "f"}}, ["missing", "extra_forbidden", "extra_forbidden"]),
    ],
)
def test_no_tool_choice(choice: Any, kinds: list[str]) -> None:
    assert [kind for _, kind in error_types({"tool_choice": choice}, BackendPrompt)] == kinds


@pytest.mark.parametrize("arguments", [5, None, ["x"]])
def test_arguments_are_text_or_a_mapping(arguments: Any) -> None:
    call = {"id": "c", "name": "f", "arguments": arguments}
    assert error_types(call, ToolCall) == [(("arguments",), "one_of_types")]


def test_arguments_are_json_data() -> None:
    call = {"id": "c", "name": "f", "arguments": {"x": float("nan")}}
    assert error_types(call, ToolCall) == [(("arguments", "mapping"), "json_data")]


@pytest.mark.parametrize(
    "data",
    [
        {"response_format": "json_schema", "json_schema": {}},
        {"response_format": "json", "json_schema": {"type": "object"}},
        {"response_format": "json"},
        {"response_format": None, "json_schema": None},
    ],
)
def test_a_schema_where_it_is_needed(data: dict[str, Any]) -> None:
    assert to_map(from_map(data, BackendOptions), explicit_only=True) == data


@pytest.mark.parametrize("data", [{}, {"json_schema": None}])
def test_a_missing_schema_is_one_mistake_among_others(data: dict[str, Any]) -> None:
    data = {**data, "response_format": "json_schema", "max_tokens": -1, "stop": "x"}
    assert error_types(data, BackendOptions) == [
        (("max_tokens",), "greater_than_equal"),
        (("stop",), "tuple_type"),
        (("json_schema",), "json_schema_required"),
    ]


def test_null_takes_all_options_back() -> None:
    assert from_map({"options": None}, BackendPrompt).options is None


def test_no_two_prompts_share_their_metadata() -> None:
    first, second = BackendPrompt(), BackendPrompt()
    assert first.metadata == {}
    assert first.metadata is not second.metadata


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"index": 0, "message": message("x"), "finish_reason": None},
        {"finish_reason": "length", "thinking": {"content": "hm", "tokens": 3}},
    ],
)
def test_a_choice_is_written_as_it_was_given(choice: dict[str, Any]) -> None:
    assert to_map(from_map(choice, Choice)) == choice


def test_usage_need_not_add_up() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 9}
    assert to_map(from_map(usage, Usage)) == usage


@pytest.mark.parametrize("field", ["messages", "choices"])
def test_a_list_is_never_null(field: str) -> None:
    cls = BackendPrompt if field == "messages" else BackendCompletion
    assert error_types({field: None}, cls) == [((field,), "tuple_type")]
