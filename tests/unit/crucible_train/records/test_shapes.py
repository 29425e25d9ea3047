"""From raw records to typed ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crucible_train.records import (
    Conversation,
    Message,
    ParsedRecords,
    RecordError,
    RecordErrorCode,
    Shape,
    TextRecord,
    parse_records,
)
from crucible_train.records.errors import MAX_PRINTED_PROBLEMS, MAX_PROBLEMS
from crucible_train.result import Err

SHARED_DATA = Path(__file__).parents[5] / "shared" / "data"


def parsed(*raw: dict[str, Any], **options: Any) -> ParsedRecords:
    return parse_records(list(raw), **options).unwrap()


def failed(*raw: Any, **options: Any) -> RecordError:
    result = parse_records(list(raw), **options)
    assert isinstance(result, Err), f"parsed as {result.value}"
    return result.error


def turns(record: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    (conversation,) = parsed(record, **options).records
    assert isinstance(conversation, Conversation)
    return [(message.role, message.content) for message in conversation.messages]


EXCHANGE = [("user", "hi"), ("assistant", "hello")]


class TestShapes:
    """Each shape reads as the conversation or text it stands for."""

    def test_messages(self) -> None:
        messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
        assert turns({"messages": messages}) == EXCHANGE

    def test_sharegpt(self) -> None:
        conversations = [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]
        assert turns({"conversations": conversations}) == EXCHANGE

    def test_prompt_and_completion_as_texts(self) -> None:
        assert turns({"prompt": "hi", "completion": "hello"}) == EXCHANGE

    def test_prompt_and_completion_as_messages(self) -> None:
        prompt = [{"role": "user", "content": "hi"}]
        completion = [{"role": "assistant", "content": "hello"}]
        assert turns({"prompt": prompt, "completion": completion}) == EXCHANGE

    def test_question_and_answer(self) -> None:
        assert turns({"question": "hi", "answer": "hello"}) == EXCHANGE

    def test_text(self) -> None:
        result = parsed({"text": "hi\n"})
        assert result.shape is Shape.TEXT
        assert result.records == (TextRecord("hi\n"),)

    def test_alpaca_input_goes_below_the_instruction(self) -> None:
        record = {"instruction": "Add.", "input": "1 2", "output": "3"}
        assert turns(record) == [("user", "Add.\n1 2"), ("assistant", "3")]

    @pytest.mark.parametrize("empty", ["", "  \n", None])
    def test_an_empty_alpaca_input_is_left_out(self, empty: str | None) -> None:
        assert turns({"instruction": "hi", "input": empty, "output": "hello"}) == EXCHANGE

    def test_alpaca_history_comes_first(self) -> None:
        record = {"instruction": "c", "output": "d", "history": [["a", "b"]]}
        assert turns(record) == [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]

    def test_no_alpaca_history(self) -> None:
        assert turns({"instruction": "hi", "output": "hello", "history": None}) == EXCHANGE

    @pytest.mark.parametrize(
        "record",
        [
            {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]},
            {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]},
            {"prompt": "hi", "completion": "hello"},
            {"instruction": "hi", "output": "hello"},
            {"question": "hi", "answer": "hello"},
        ],
        ids=lambda record: next(iter(record)),
    )
    def test_a_system_column_comes_first(self, record: dict[str, Any]) -> None:
        assert turns({**record, "system": "be kind"}) == [("system", "be kind"), *EXCHANGE]
        assert turns({**record, "system": ""}) == EXCHANGE


class TestSpeakers:
    """Every name a speaker has in the formats that are read."""

    @pytest.mark.parametrize(
        ("name", "role"),
        [
            ("human", "user"),
            ("user", "user"),
            ("gpt", "assistant"),
            ("model", "assistant"),
            ("assistant", "assistant"),
            ("function_call", "assistant"),
            ("system", "system"),
            ("developer", "system"),
            ("tool", "tool"),
            ("function", "tool"),
            ("observation", "tool"),
        ],
    )
    def test_known_names(self, name: str, role: str) -> None:
        assert turns({"conversations": [{"from": name, "value": "x"}]}) == [(role, "x")]
        assert turns({"messages": [{"role": name, "content": "x"}]}) == [(role, "x")]

    def test_either_column_takes_either_spelling(self) -> None:
        assert turns({"conversations": [{"role": "user", "content": "x"}]}) == [("user", "x")]
        assert turns({"messages": [{"from": "human", "value": "x"}]}) == [("user", "x")]

    def test_a_misspelt_name_gets_a_suggestion(self) -> None:
        error = failed({"messages": [{"role": "asistant", "content": "x"}]})
        assert error.problems[0].column == "messages[0].role"
        assert "did you mean `assistant`?" in error.message

    @pytest.mark.parametrize("name", [None, 3, "xyzzy", ["user"]])
    def test_what_is_no_name_gets_the_list(self, name: object) -> None:
        assert (
            "known are system, developer, user"
            in failed({"messages": [{"role": name, "content": "x"}]}).message
        )


class TestContents:
    """Text, or OpenAI's text parts."""

    def test_text_parts_are_joined(self) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        assert turns({"messages": [{"role": "user", "content": parts}]}) == [("user", "ab")]

    @pytest.mark.parametrize(
        ("content", "column", "found"),
        [
            ([{"type": "image_url", "image_url": {}}], "messages[0].content[0]", "keys type, image_url"),
            (["a"], "messages[0].content[0]", "the text 'a'"),
            ([{"type": "text"}], "messages[0].content[0].text", "null"),
            ([{"type": "text", "text": 3}], "messages[0].content[0].text", "the number 3"),
            (None, "messages[0].content", "null"),
            (True, "messages[0].content", "the boolean true"),
            ("\ud800", "messages[0].content", "unpaired surrogate at character 0"),
        ],
    )
    def test_anything_else_is_refused(self, content: object, column: str, found: str) -> None:
        (problem,) = failed({"messages": [{"role": "user", "content": content}]}).problems
        assert problem.column == column
        assert found in problem.message

    @pytest.mark.parametrize(
        "extra", [{"tool_calls": [{"id": "1"}]}, {"function_call": {"name": "f"}}, {"weight": 0}]
    )
    def test_what_would_change_the_turn_is_not_left_out(self, extra: dict[str, Any]) -> None:
        error = failed({"messages": [{"role": "assistant", "content": "x", **extra}]})
        assert error.problems[0].column == f"messages[0].{next(iter(extra))}"
        assert "cannot be trained on" in error.message

    @pytest.mark.parametrize(
        "extra",
        [{"tool_calls": []}, {"tool_calls": None}, {"function_call": None}, {"weight": 1}, {"name": "Al"}],
    )
    def test_what_asks_for_nothing_is_fine(self, extra: dict[str, Any]) -> None:
        assert turns({"messages": [{"role": "assistant", "content": "x", **extra}]}) == [("assistant", "x")]


class TestBadValues:
    """Every bad record is reported, by index and column, with what was found."""

    @pytest.mark.parametrize(
        ("record", "column", "message"),
        [
            ({"messages": "hi"}, "messages", "expected a list of messages, found the text 'hi'"),
            ({"messages": [3]}, "messages[0]", "expected a message, found the number 3"),
            ({"messages": [{"role": "user"}]}, "messages[0]", "an object with the key role"),
            ({"messages": [{"role": "user", "value": "x"}]}, "messages[0]", "keys role, value"),
            ({"messages": []}, None, "no message has any content"),
            ({"messages": [{"role": "user", "content": " "}]}, None, "no message has any content"),
            ({"conversations": {}}, "conversations", "an empty object"),
            (
                {"prompt": "a", "completion": None},
                "completion",
                "expected text, as the prompt is, found null",
            ),
            ({"prompt": [], "completion": "a"}, "completion", "expected a list of messages"),
            ({"prompt": 3, "completion": "a"}, "prompt", "expected a list of messages, found the number 3"),
            ({"instruction": 1.5, "output": "a"}, "instruction", "expected text, found the number 1.5"),
            ({"instruction": "a", "output": None}, "output", "expected text, found null"),
            ({"instruction": "a", "output": "b", "input": 3}, "input", "expected text, found the number 3"),
            ({"instruction": "a", "output": "b", "history": "c"}, "history", "[user, assistant] pairs"),
            ({"instruction": "a", "output": "b", "history": [["c"]]}, "history[0]", "found a list of 1"),
            ({"instruction": "a", "output": "b", "history": [3]}, "history[0]", "found the number 3"),
            (
                {"instruction": "a", "output": "b", "history": [["c", 3]]},
                "history[0][1]",
                "found the number 3",
            ),
            ({"question": "", "answer": ""}, None, "no message has any content"),
            ({"question": "a", "answer": "b", "system": 3}, "system", "expected text, found the number 3"),
            ({"text": ""}, "text", "the text is empty"),
            ({"text": 10**5000}, "text", "a number of more than 64 bits"),
            ({"text": "x" * 3, "system": 3, "messages": 1}, "messages", "found the number 1"),
        ],
    )
    def test_one(self, record: dict[str, Any], column: str | None, message: str) -> None:
        error = failed(record)
        assert error.code == RecordErrorCode.BAD_VALUE
        (problem,) = error.problems
        assert (problem.record, problem.column) == (0, column)
        assert message in problem.message
        assert str(problem) in error.message

    def test_a_second_system_message_is_refused(self) -> None:
        error = failed({"system": "a", "messages": [{"role": "system", "content": "b"}]})
        assert error.problems[0].column == "system"

    def test_all_bad_records_are_reported(self) -> None:
        good = {"question": "a", "answer": "b"}
        error = failed(good, {"question": 1, "answer": "b"}, good, {"answer": "b"}, 7)
        assert [(problem.record, problem.column) for problem in error.problems] == [
            (1, "question"),
            (3, "question"),
            (4, None),
        ]
        assert [problem.code for problem in error.problems] == ["bad_value", "missing_column", "bad_value"]
        assert "3 of 5 records cannot be read as `question_answer`" in error.message
        assert error.num_problems == 3

    def test_a_column_that_some_records_lack(self) -> None:
        error = failed({"question": "a", "answer": "b"}, {"question": "a", "anser": "b"})
        assert error.code == RecordErrorCode.MISSING_COLUMN
        assert "record 1, answer: the column is missing (`anser` looks like `answer`)" in str(error)

    def test_past_the_cap_problems_are_counted(self) -> None:
        error = failed(*({"text": None} for _ in range(MAX_PROBLEMS + 7)))
        assert len(error.problems) == MAX_PROBLEMS
        assert error.num_problems == MAX_PROBLEMS + 7
        assert str(error).endswith(f"... and {MAX_PROBLEMS + 7 - MAX_PRINTED_PROBLEMS} more")

    def test_long_texts_and_wide_objects_are_shortened(self) -> None:
        assert "…'" in failed(
            {"prompt": "a", "completion": []}, {"prompt": [], "completion": "x" * 99}
        ).message + str(failed({"messages": "x" * 999}))
        assert "a, b, c, d, …" in failed({"messages": [dict.fromkeys("abcdef")]}).message

    def test_no_records(self) -> None:
        error = failed()
        assert error.code == RecordErrorCode.EMPTY

    def test_records_that_are_not_mappings(self) -> None:
        error = failed([1], "a", shape="text")
        assert error.code == RecordErrorCode.MISSING_COLUMN


class TestColumns:
    """`columns` maps a shape's column to the data's."""

    def test_it_renames(self) -> None:
        record = {"frage": "hi", "antwort": "hello"}
        assert turns(record, columns={"prompt": "frage", "completion": "antwort"}) == EXCHANGE

    def test_what_it_does_not_name_keeps_its_name(self) -> None:
        assert turns({"prompt": "hi", "response": "hello"}, columns={"completion": "response"}) == EXCHANGE

    def test_it_decides_the_shape(self) -> None:
        record = {"instruction": "a", "output": "b", "body": "c"}
        assert parsed(record, columns={"text": "body"}).records == (TextRecord("c"),)

    def test_a_mapped_column_is_not_read_under_its_own_name_too(self) -> None:
        record = {"input": "hi", "output": "hello"}
        assert turns(record, columns={"instruction": "input"}) == EXCHANGE

    def test_problems_name_the_column_of_the_data(self) -> None:
        error = failed({"frage": 3, "answer": "b"}, columns={"question": "frage"})
        assert error.problems[0].column == "frage"

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"promt": "frage"}, "`promt`, which is no column of a shape; did you mean `prompt`?"),
            ({"xyzzy": "frage"}, "there are `messages`, `system`, `conversations`"),
            ({"prompt": "frge"}, "`frge`, which the data does not have; did you mean `frage`?"),
            ({"prompt": "xyzzy"}, "it has `frage`, `answer`"),
            ({"prompt": "frage", "completion": "frage"}, "maps two columns to `frage`"),
            ({"prompt": "frage", "answer": "answer"}, "columns of different shapes"),
            ({"prompt": 3}, "`prompt` to the number 3"),
            ({"prompt": ["frage"]}, "`prompt` to a list of 1"),
            ("frage", "is the text 'frage'"),
        ],
    )
    def test_mistakes_in_it_are_errors(self, columns: Any, message: str) -> None:
        error = failed({"frage": "a", "answer": "b"}, columns=columns)
        assert error.code == RecordErrorCode.UNKNOWN_COLUMN_MAPPING
        assert message in error.message
        assert error.columns_found == ("frage", "answer")

    def test_half_a_shape_names_the_missing_half(self) -> None:
        error = failed({"frage": "a", "compleation": "b"}, columns={"prompt": "frage"})
        assert error.code == RecordErrorCode.MISSING_COLUMN
        assert "need `completion`" in error.message
        assert "`compleation` looks like `completion`" in error.message


class TestNamedShape:
    """`shape` names the shape instead of detecting it."""

    def test_it_settles_an_ambiguity(self) -> None:
        record = {"prompt": "p", "completion": "c", "question": "hi", "answer": "hello"}
        assert turns(record, shape="question_answer") == EXCHANGE

    def test_it_narrows_what_columns_can_map(self) -> None:
        error = failed({"a": "x"}, shape="text", columns={"prompt": "a"})
        assert error.code == RecordErrorCode.UNKNOWN_COLUMN_MAPPING
        assert "there are `text`" in error.message

    def test_its_columns_have_to_be_there(self) -> None:
        error = failed({"txt": "a"}, shape="text")
        assert error.code == RecordErrorCode.MISSING_COLUMN
        assert error.columns_wanted == {"text": ("text",)}

    @pytest.mark.parametrize(
        ("shape", "hint"), [("share_gpt", "did you mean `sharegpt`?"), (3, "the shapes are `messages`")]
    )
    def test_an_unknown_one_is_an_error(self, shape: Any, hint: str) -> None:
        error = failed({"text": "a"}, shape=shape)
        assert error.code == RecordErrorCode.UNKNOWN_SHAPE
        assert hint in error.message


class TestWhatACallerShouldKnow:
    """Nothing is dropped in silence."""

    def test_unused_columns(self) -> None:
        result = parsed({"text": "a", "id": 1}, {"text": "b", "url": "c"})
        assert result.unused_columns == ("id", "url")

    def test_a_mapped_away_column_of_the_same_name_is_unused(self) -> None:
        assert parsed({"text": "a", "body": "b"}, columns={"text": "body"}).unused_columns == ("text",)

    def test_conversations_in_which_no_assistant_speaks(self) -> None:
        spoken = {"question": "a", "answer": "b"}
        silent = {"question": "a", "answer": " "}
        assert parsed(spoken, silent, spoken, silent).without_assistant == (1, 3)
        assert parsed({"text": "a"}).without_assistant == ()


@pytest.mark.parametrize(
    ("file", "shape", "count", "unused"),
    [
        ("alpaca_en_demo.json", Shape.ALPACA, 999, ()),
        ("gsm8k_test.jsonl", Shape.QUESTION_ANSWER, 1319, ()),
        ("dpo_en_demo.json", Shape.SHAREGPT, 300, ("chosen", "rejected")),
    ],
)
def test_real_data_sets_parse_whole(file: str, shape: Shape, count: int, unused: tuple[str, ...]) -> None:
    path = SHARED_DATA / file
    if not path.exists():
        pytest.skip("the shared data is not here")
    text = path.read_text(encoding="utf-8")
    raw = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    result = parse_records(raw).unwrap()
    assert (result.shape, len(result.records), result.unused_columns) == (shape, count, unused)


def test_a_conversation_holds_messages() -> None:
    (record,) = parsed({"question": "hi", "answer": "hello"}).records
    assert record == Conversation((Message("user", "hi"), Message("assistant", "hello")))
