"""Evaluation records among those to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.data_stage import chat, pairs, report

if TYPE_CHECKING:
    from pathlib import Path


def test_records_and_prompts_with_their_place_in_the_training_data(tmp_path: Path) -> None:
    train = pairs(("a", "1"), ("b", "2"), ("c", "3"), ("b", "2"))
    test = pairs(("x", "1"), ("c", "4"), ("b", "2"), ("c", "3"))
    found = report(tmp_path, train, test)["evaluation"]
    assert found["overlap"] == {
        "num_records": 3,
        "share": 0.75,
        "counts": {"record": 2, "prompt": 1},
        "examples": [
            {"record": 1, "same": "prompt", "training_record": 2},
            {"record": 2, "same": "record", "training_record": 1},
            {"record": 3, "same": "record", "training_record": 2},
        ],
    }
    assert (found["num_records"], found["num_readable"], found["shape"]) == (4, 4, "prompt_completion")


def test_case_and_white_space_do_not_count(tmp_path: Path) -> None:
    train = [{"text": "Once  upon\na time"}]
    test = [{"text": " once upon a TIME\n"}, {"text": "onceupon a time"}]
    found = report(tmp_path, train, test)["evaluation"]["overlap"]
    assert [one["record"] for one in found["examples"]] == [0]


def test_the_same_system_message_is_no_overlap(tmp_path: Path) -> None:
    train = [chat(("system", "be kind"), ("assistant", "hello"))]
    test = [chat(("system", "be kind"), ("assistant", "hi"))]
    assert report(tmp_path, train, test)["evaluation"]["overlap"]["num_records"] == 0


def test_an_unanswered_prompt_is_found_where_it_is_answered(tmp_path: Path) -> None:
    train = [chat(("user", "a"), ("assistant", "b"))]
    found = report(tmp_path, train, [chat(("user", "a"))])["evaluation"]["overlap"]
    assert found["counts"] == {"record": 0, "prompt": 1}


def test_shapes_do_not_matter_but_text_is_no_conversation(tmp_path: Path) -> None:
    train = pairs(("a", "b"))
    alike = report(tmp_path, train, [chat(("user", "a"), ("assistant", "b"))])
    assert alike["evaluation"]["overlap"]["counts"] == {"record": 1, "prompt": 0}
    assert not any("plain text" in note for note in alike["notes"])
    unlike = report(tmp_path, train, [{"text": "a"}])
    assert unlike["evaluation"]["overlap"]["num_records"] == 0
    assert (
        "no record of test can be one of train: one is plain text, the other conversations" in unlike["notes"]
    )


def test_unreadable_evaluation_records_are_reported(tmp_path: Path) -> None:
    found = report(tmp_path, [{"text": "a"}], [{"text": "b"}, {"text": 3}], max_refused=1)["evaluation"]
    assert (found["refused"]["num_records"], found["num_readable"]) == (1, 1)
