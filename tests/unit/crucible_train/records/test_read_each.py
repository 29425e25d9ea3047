"""Every record for itself: what it is, or what is wrong with it."""

from __future__ import annotations

import pytest

from crucible_train.records import Conversation, Message, RecordErrorCode, RecordProblem, Shape, TextRecord
from crucible_train.records.shapes import has_answer, read_each
from crucible_train.result import Err


def test_records_and_problems_in_order() -> None:
    read = read_each([{"text": "a", "id": 1}, {"id": 2}, {"text": 3}]).unwrap()
    assert (read.shape, read.columns, read.unused_columns) == (Shape.TEXT, ("text", "id"), ("id",))
    assert read.outcomes == (
        TextRecord("a"),
        RecordProblem(1, "text", RecordErrorCode.MISSING_COLUMN, "the column is missing"),
        RecordProblem(2, "text", RecordErrorCode.BAD_VALUE, "expected text, found the number 3"),
    )


def test_where_each_column_is_read_from() -> None:
    read = read_each([{"frage": "a", "text": "b", "completion": "c"}], columns={"prompt": "frage"}).unwrap()
    assert read.shape is Shape.PROMPT_COMPLETION
    assert {ours: read.source[ours] for ours in ("prompt", "completion")} == {
        "prompt": "frage",
        "completion": "completion",
    }
    assert read.unused_columns == ("text",)


@pytest.mark.parametrize(
    ("raw", "code"), [([], RecordErrorCode.EMPTY), ([{"frage": "a"}], RecordErrorCode.UNKNOWN_SHAPE)]
)
def test_what_concerns_all_records(raw: list[dict[str, str]], code: RecordErrorCode) -> None:
    match read_each(raw):
        case Err(error):
            assert error.code is code
        case read:
            pytest.fail(str(read))


def test_an_answer_says_something() -> None:
    asked = Message("user", "a")
    assert has_answer(Conversation((asked, Message("assistant", "b"))))
    assert not has_answer(Conversation((asked, Message("assistant", " "))))
    assert not has_answer(Conversation((asked,)))
