"""How long records are, in what, and what is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data_stage import chat, pairs, report

if TYPE_CHECKING:
    from pathlib import Path

MODEL = {"id": "byte-lm"}


def test_characters_without_a_model(tmp_path: Path) -> None:
    found = report(tmp_path, pairs(("ä" * 3, "b"), ("a", "bbbb"), ("a", "b")))["lengths"]
    assert found == {
        "unit": "characters",
        "total": {"min": 2, "median": 4, "p95": 5, "max": 5, "total": 11},
        "prompt": {"min": 1, "median": 1, "p95": 3, "max": 3, "total": 5},
        "answer": {"min": 1, "median": 1, "p95": 4, "max": 4, "total": 6},
    }


def test_the_tokens_of_the_training_sequence_with_one(tmp_path: Path) -> None:
    found = report(tmp_path, pairs(("ä", "bcd")), model_ref=MODEL)["lengths"]
    # BOS USER ä(2 bytes) END ASSISTANT | b c d END
    assert found["unit"] == "tokens"
    assert (found["prompt"]["total"], found["answer"]["total"], found["total"]["total"]) == (6, 4, 10)


def test_plain_text_has_no_parts(tmp_path: Path) -> None:
    rows = [{"text": "ab"}, {"text": "abc"}]
    found = report(tmp_path, rows)["lengths"]
    assert found["total"] == {"min": 2, "median": 2, "p95": 3, "max": 3, "total": 5}
    assert (found["prompt"], found["answer"]) == (None, None)
    assert report(tmp_path, rows, model_ref=MODEL)["lengths"]["total"]["total"] == 9


@pytest.mark.parametrize("options", [{}, {"model_ref": MODEL}], ids=["characters", "tokens"])
def test_a_conversation_without_an_answer_is_all_prompt(tmp_path: Path, options: dict[str, Any]) -> None:
    found = report(tmp_path, [chat(("user", "abc"), ("user", "d"))], **options)["lengths"]
    assert found["prompt"] == found["total"]
    assert found["answer"]["total"] == 0


@pytest.mark.parametrize(
    ("count", "median", "p95"), [(1, 1, 1), (2, 1, 2), (20, 10, 19), (21, 11, 20), (100, 50, 95)]
)
def test_median_and_p95_are_nearest_ranks(tmp_path: Path, count: int, median: int, p95: int) -> None:
    rows = [{"text": "a" * length} for length in range(count, 0, -1)]
    found = report(tmp_path, rows)["lengths"]["total"]
    assert (found["median"], found["p95"]) == (median, p95)


def test_longer_than_max_length(tmp_path: Path) -> None:
    rows = pairs(("aa", "b"), ("aa", "bb"), ("aa", "bbb"), ("aaa", "b"), ("aaaa", "bb"), ("aaaaaa", ""))
    found = report(tmp_path, rows, max_length=3)["too_long"]
    assert found["examples"] == [
        {"record": 1, "length": 4},
        {"record": 2, "length": 5},
        {"record": 3, "length": 4},
        {"record": 4, "length": 6},
        {"record": 5, "length": 6},
    ]
    assert found["counts"] == {"answer_cut_off": 2}, "records 3 and 4: an empty answer has nothing to lose"


def test_nothing_is_too_long_where_no_length_is_given(tmp_path: Path) -> None:
    found = report(tmp_path, pairs(("a", "b")))
    assert found["too_long"] is None
    assert "max_too_long" not in {one["limit"] for one in found["limits"]}
