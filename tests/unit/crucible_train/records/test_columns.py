"""Which columns make which shape."""

from __future__ import annotations

import pytest

from crucible_train.records import RecordErrorCode, Shape, detect_shape
from crucible_train.records.columns import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
from crucible_train.result import Err, Ok


@pytest.mark.parametrize("shape", Shape)
def test_a_shape_is_known_by_its_required_columns(shape: Shape) -> None:
    assert detect_shape(REQUIRED_COLUMNS[shape]) == Ok(shape)


@pytest.mark.parametrize("shape", Shape)
def test_optional_and_foreign_columns_do_not_disturb(shape: Shape) -> None:
    assert detect_shape([*REQUIRED_COLUMNS[shape], *OPTIONAL_COLUMNS[shape], "id", "source"]) == Ok(shape)


def test_the_rendered_text_beside_the_parts_does_not_count() -> None:
    assert detect_shape(["instruction", "input", "output", "text"]) == Ok(Shape.ALPACA)


def test_two_structured_shapes_at_once_are_ambiguous() -> None:
    result = detect_shape(["prompt", "completion", "question", "answer"])
    assert isinstance(result, Err)
    assert result.error.code == RecordErrorCode.AMBIGUOUS_SHAPE
    assert set(result.error.columns_wanted) == {"prompt_completion", "question_answer"}
    assert "`shape`" in result.error.message


def test_unknown_columns_list_what_was_found_and_what_every_shape_wants() -> None:
    result = detect_shape(["promt", "completion", "id"])
    assert isinstance(result, Err)
    error = result.error
    assert error.code == RecordErrorCode.UNKNOWN_SHAPE
    assert error.columns_found == ("promt", "completion", "id")
    assert error.columns_wanted == {str(shape): REQUIRED_COLUMNS[shape] for shape in Shape}
    assert "`promt` looks like `prompt`" in error.message
    assert "question_answer: question, answer" in error.message
    assert "`columns`" in error.message


def test_no_columns_at_all_are_said_to_be_none() -> None:
    result = detect_shape([])
    assert isinstance(result, Err)
    assert "(none)" in result.error.message
