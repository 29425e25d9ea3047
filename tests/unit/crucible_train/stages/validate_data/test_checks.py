"""What is found about records, and which records are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data_stage import chat, pairs, report

if TYPE_CHECKING:
    from pathlib import Path

ANY = 1.0


class TestRefused:
    def test_unreadable_records_with_the_reason(self, tmp_path: Path) -> None:
        rows = [{"text": "a"}, {"text": 3}, {"txt": "b"}, {"text": " "}]
        found = report(tmp_path, rows, max_refused=ANY)
        assert found["refused"] == {
            "num_records": 3,
            "share": 0.75,
            "counts": {"unreadable": 3, "schema": 0},
            "examples": [
                {"record": 1, "problem": "text: expected text, found the number 3"},
                {"record": 2, "problem": "text: the column is missing (`txt` looks like `text`)"},
                {"record": 3, "problem": "text: the text is empty"},
            ],
        }
        assert (found["dataset"]["num_records"], found["dataset"]["num_readable"]) == (4, 1)

    def test_a_record_without_any_content_at_all(self, tmp_path: Path) -> None:
        found = report(tmp_path, [chat(("user", "a")), chat(("user", " "))], max_refused=ANY)
        assert found["refused"]["examples"] == [{"record": 1, "problem": "no message has any content"}]

    def test_a_speaker_nobody_knows(self, tmp_path: Path) -> None:
        found = report(tmp_path, [chat(("usr", "a")), chat(("user", "b"))], max_refused=ANY)
        (example,) = found["refused"]["examples"]
        assert example["problem"].startswith(
            "messages[0].role: the text 'usr' is no speaker; did you mean `user`?"
        )

    def test_records_that_differ_from_the_schema(self, tmp_path: Path) -> None:
        rows = [{"text": "a", "year": 1}, {"text": "b", "year": "x"}, {"text": 3}]
        reference = {"name": "train", "schema": {"year": "integer", "text": "string"}}
        found = report(tmp_path, rows, dataset_ref=reference, max_refused=ANY)
        assert (found["refused"]["num_records"], found["refused"]["counts"]) == (
            2,
            {"unreadable": 1, "schema": 2},
        )
        assert found["refused"]["examples"] == [
            {"record": 1, "problem": "year: expected integer, found the text 'x' (schema)"},
            {"record": 2, "problem": "text: expected text, found the number 3"},
        ]

    def test_nothing_readable_leaves_nothing_to_measure(self, tmp_path: Path) -> None:
        found = report(tmp_path, [{"text": 1}, {"text": 2}], max_refused=ANY, max_length=9)
        assert found["lengths"] is None
        assert found["refused"]["share"] == 1.0
        assert found["too_long"]["num_records"] == 0


class TestDuplicates:
    def test_every_copy_of_an_earlier_record(self, tmp_path: Path) -> None:
        rows = pairs(("a", "1"), ("b", "2"), ("a", "1"), ("a", "1"), ("A", "1"))
        assert report(tmp_path, rows)["duplicates"] == {
            "num_records": 2,
            "share": 0.4,
            "counts": {},
            "examples": [{"record": 2, "same_as": 0}, {"record": 3, "same_as": 0}],
        }

    def test_columns_that_are_not_read_make_no_difference(self, tmp_path: Path) -> None:
        rows = [{"text": "a", "id": 1}, {"text": "a", "id": 2}]
        assert report(tmp_path, rows)["duplicates"]["num_records"] == 1

    def test_only_the_first_are_listed(self, tmp_path: Path) -> None:
        rows = [{"text": "a"}] * 9
        found = report(tmp_path, rows, num_examples=2)["duplicates"]
        assert (found["num_records"], [one["record"] for one in found["examples"]]) == (8, [1, 2])
        assert report(tmp_path, rows, num_examples=0)["duplicates"]["examples"] == []


class TestConflicts:
    def test_one_prompt_with_several_answers(self, tmp_path: Path) -> None:
        rows = pairs(("c", "1"), ("a", "1"), ("b", "2"), ("a", "3"), ("a", "1"), ("b", "2"), ("c", "2"))
        found = report(tmp_path, rows)["conflicts"]
        assert found["num_records"] == 5
        assert found["examples"] == [{"record": 3, "same_prompt_as": 1}, {"record": 6, "same_prompt_as": 0}]

    def test_the_prompt_is_all_before_the_last_answer(self, tmp_path: Path) -> None:
        rows = [
            chat(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")),
            chat(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "e")),
            chat(("user", "a"), ("assistant", "x"), ("user", "c"), ("assistant", "y")),
        ]
        assert report(tmp_path, rows)["conflicts"]["num_records"] == 2

    @pytest.mark.parametrize(
        "rows",
        [
            [chat(("system", "be kind"), ("assistant", answer)) for answer in "ab"],
            [chat(("user", "a"), ("user", last)) for last in "ab"],
            [{"text": "a"}, {"text": "b"}],
        ],
        ids=["nothing asked", "nothing answered", "plain text"],
    )
    def test_where_there_is_no_prompt_or_no_answer(self, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
        assert report(tmp_path, rows)["conflicts"]["num_records"] == 0


class TestEmpty:
    def test_by_whose_message_it_is(self, tmp_path: Path) -> None:
        rows = [
            *pairs(("a", "1"), ("", "2"), ("b", " \n")),
        ]
        found = report(tmp_path, rows)["empty"]
        assert (found["num_records"], found["counts"]) == (2, {"assistant": 1, "user": 1})
        assert found["examples"] == [{"record": 1, "role": "user"}, {"record": 2, "role": "assistant"}]

    def test_a_record_counts_once(self, tmp_path: Path) -> None:
        rows = [chat(("user", ""), ("user", ""), ("tool", ""), ("assistant", "a"))]
        found = report(tmp_path, rows)["empty"]
        assert (found["num_records"], found["counts"]) == (1, {"tool": 1, "user": 1})


class TestUnanswered:
    def test_conversations_without_an_answer(self, tmp_path: Path) -> None:
        rows = [
            chat(("user", "a")),
            chat(("user", "a"), ("assistant", "b")),
            chat(("user", "c"), ("assistant", "")),
        ]
        found = report(tmp_path, rows)["unanswered"]
        assert found["examples"] == [{"record": 0}, {"record": 2}]

    def test_plain_text_has_none_to_give(self, tmp_path: Path) -> None:
        assert report(tmp_path, [{"text": "a"}])["unanswered"]["num_records"] == 0


class TestColumns:
    def test_which_is_read_as_what(self, tmp_path: Path) -> None:
        rows = [{"frage": "a", "antwort": "b", "quelle": None}, {"frage": "c", "antwort": "", "jahr": 0}]
        options = {"columns": {"prompt": "frage", "completion": "antwort"}}
        found = report(tmp_path, rows, dataset_ref={"name": "train", "options": options})
        assert found["dataset"]["shape"] == "prompt_completion"
        assert found["dataset"]["columns"] == [
            {"name": "frage", "num_records": 2, "read_as": "prompt"},
            {"name": "antwort", "num_records": 1, "read_as": "completion"},
            {"name": "quelle", "num_records": 0, "read_as": None},
            {"name": "jahr", "num_records": 1, "read_as": None},
        ]
        assert "train: columns not read: quelle, jahr" in found["notes"]
