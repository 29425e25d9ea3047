"""Hypothesis strategies for prompts, options, completions and capabilities."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.value_strategies import COUNTS, LISTS, NAMES, NUMBERS, OBJECTS, WHOLE, mapping

AMOUNTS = st.floats(0, 100)


@st.composite
def backend_options(draw: st.DrawFn) -> dict[str, Any]:
    """`json_schema` is there where the response format wants it."""
    options = draw(ANY_OPTIONS)
    if options.get("response_format") == "json_schema" and options.get("json_schema") is None:
        options["json_schema"] = draw(OBJECTS)
    return options


ANY_OPTIONS = mapping(
    {},
    model=NAMES,
    temperature=AMOUNTS,
    max_tokens=WHOLE,
    top_p=st.floats(0, 1),
    top_k=WHOLE,
    frequency_penalty=NUMBERS,
    presence_penalty=NUMBERS,
    stop=LISTS,
    response_format=st.sampled_from(["text", "json", "json_schema"]),
    json_schema=OBJECTS,
    stream=st.booleans(),
    cache_control=st.just("ephemeral"),
    extended_thinking=st.booleans(),
    thinking_budget_tokens=WHOLE,
    seed=st.integers(),
    timeout_ms=WHOLE,
    extra=OBJECTS,
)
SOURCES = mapping({"url": NAMES}, base64=st.none()) | mapping({"base64": NAMES}, url=st.none())
PARTS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5)}),
    st.fixed_dictionaries(
        {"type": st.just("tool_result"), "tool_call_id": st.text(max_size=3), "content": st.text(max_size=5)}
    ),
    st.builds(
        lambda source, media: source | media,
        SOURCES,
        mapping({"type": st.just("image")}, media_type=NAMES)
        | mapping({"type": st.just("audio")}, format=NAMES),
    ),
)
TOOL_CALLS = st.fixed_dictionaries({"id": NAMES, "name": NAMES, "arguments": st.text(max_size=5) | OBJECTS})
MESSAGES = mapping(
    {
        "role": st.sampled_from(["system", "user", "assistant", "tool"]),
        "content": st.text(max_size=8) | st.lists(PARTS, max_size=2),
    },
    name=NAMES,
    tool_calls=st.lists(TOOL_CALLS, max_size=2),
    tool_call_id=NAMES,
)
PROMPTS = mapping(
    {},
    {"messages": st.lists(MESSAGES, max_size=2)},
    system=NAMES,
    tools=st.lists(mapping({"name": NAMES}, description=NAMES, parameters=OBJECTS), max_size=2),
    tool_choice=st.sampled_from(["auto", "none", "required"]) | st.fixed_dictionaries({"name": NAMES}),
    options=backend_options(),
    request_id=NAMES,
    trace_id=NAMES,
    metadata=OBJECTS,
)
USAGES = mapping(
    {},
    prompt_tokens=WHOLE,
    completion_tokens=WHOLE,
    total_tokens=WHOLE,
    thinking_tokens=WHOLE,
    cached_tokens=WHOLE,
)
CHOICES = mapping(
    {},
    index=WHOLE,
    message=MESSAGES,
    finish_reason=st.sampled_from(["stop", "length", "tool_calls", "content_filter", "error"]),
    thinking=mapping({}, content=NAMES, tokens=WHOLE),
)
COMPLETIONS = mapping(
    {},
    {"choices": st.lists(CHOICES, max_size=2)},
    model=NAMES,
    usage=USAGES,
    latency_ms=WHOLE,
    time_to_first_token_ms=WHOLE,
    request_id=NAMES,
    trace_id=NAMES,
    raw_response=OBJECTS,
    metadata=OBJECTS,
)
CAPABILITIES = mapping(
    {"backend_id": NAMES, "provider": NAMES},
    {
        f"supports_{ability}": st.booleans()
        for ability in (
            *("streaming", "tools", "vision", "audio", "json_mode"),
            *("extended_thinking", "caching"),
        )
    },
    models=LISTS,
    default_model=NAMES,
    max_tokens=COUNTS,
    max_context_length=COUNTS,
    max_images_per_request=WHOLE,
    requests_per_minute=WHOLE,
    tokens_per_minute=WHOLE,
    cost_per_million_input=AMOUNTS,
    cost_per_million_output=AMOUNTS,
    metadata=OBJECTS,
)
