"""What is said of the outputs of stages that are known."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.stages.report.stage_result import in_short, result_blocks, result_warnings
from crucible_train.stages.report.tree import Facts, Group, Table
from tests.support.reports import CHECKED, NOTHING, TRAINED


class TestTraining:
    def test_in_short_is_steps_losses_and_time(self) -> None:
        words = "60 steps, training loss 5.5 → 0.51235, held-out loss 1.25 (best 1), 12.3 s"
        assert in_short(TRAINED) == words

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"stopped_early": True}, "60 steps (stopped early), "),
            ({"first_train_mean_nll": None}, "60 steps, training loss 0.51235, "),
            ({"last_train_mean_nll": None}, "60 steps, held-out loss 1.25 "),
            ({"best_eval_mean_nll": None}, "60 steps, training loss 5.5 → 0.51235, held-out loss 1.25, "),
            ({"last_eval_mean_nll": None}, "60 steps, training loss 5.5 → 0.51235, 12.3 s"),
            ({"wall_time_s": "long", "steps": None}, "– steps, "),
        ],
    )
    def test_in_short_leaves_out_what_was_not_measured(self, changes: dict[str, Any], words: str) -> None:
        assert in_short({**TRAINED, **changes}).startswith(words)

    def test_has_facts_and_a_table_of_losses(self) -> None:
        facts, losses = result_blocks({**TRAINED, "stopped_early": True, "resumed_from": "step-30"})
        assert isinstance(facts, Facts)
        assert dict(facts.rows) == {
            "optimizer steps": "60",
            "epochs": "20",
            "stopped early": "yes",
            "resumed from": "step-30",
            "time": "12.3 s",
            "training examples": "900",
            "held-out examples": "100",
            "tokens trained on": "1,234,567",
        }
        assert losses == Table(
            ("loss", "first", "last", "best"),
            (
                ("training (nats per token)", "5.5", "0.51235", ""),
                ("held out (nats per token)", "", "1.25", "1"),
            ),
            frozenset({1, 2, 3}),
        )

    def test_shows_what_else_it_put_out(self) -> None:
        *_, rest = result_blocks({**TRAINED, "reward": {"mean": 0.5}})
        assert rest == Facts((("reward: mean", "0.5"),))

    def test_has_no_blocks_without_figures(self) -> None:
        assert result_blocks(dict.fromkeys(("steps", "stopped_early", "wall_time_s"))) == ()

    def test_warns_of_records_that_were_not_used_as_they_are(self) -> None:
        output = {
            **TRAINED,
            "dropped_train": {"too_short": 3, "truncated": 1},
            "dropped_eval": {},
            "num_truncated_eval": 2,
        }
        assert list(result_warnings(output)) == [
            "training records gave no example: too_short 3, truncated 1",
            "2 held-out examples were cut to `max_length`",
        ]

    def test_warns_of_a_loss_that_rose(self) -> None:
        output = {**TRAINED, "last_train_mean_nll": 6.0}
        assert list(result_warnings(output)) == ["the training loss rose from 5.5 to 6"]
        assert list(result_warnings(TRAINED)) == []


class TestData:
    def test_in_short_is_how_many_records_and_what_was_found(self) -> None:
        assert in_short(CHECKED) == "40 records: 1 duplicates, 2 evaluation: overlap"

    def test_in_short_says_that_nothing_was_found_and_what_came_of_it(self) -> None:
        clean = {**CHECKED, "duplicates": NOTHING, "evaluation": None, "accepted": False}
        assert in_short(clean) == "40 records: nothing found; rejected"

    def test_has_a_table_of_findings_and_all_the_rest(self) -> None:
        accepted, findings, facts, examples = result_blocks(CHECKED)
        assert accepted == Facts((("accepted", "yes"),))
        assert findings == Table(
            ("finding", "records", "share", "kinds"),
            (
                ("duplicates", "1", "2.5%", "exact 1"),
                ("conflicts", "0", "0.0%", ""),
                ("evaluation: overlap", "2", "100.0%", ""),
            ),
            frozenset({1, 2}),
        )
        assert facts == Facts(
            (
                ("dataset: records", "40"),
                ("dataset: shape", "text"),
                ("evaluation: records", "2"),
                ("notes", "no balance of labels"),
            )
        )
        assert examples == Group("duplicates: examples", (Table(("record",), (("3",),), frozenset({0})),))

    def test_warns_of_what_was_found_and_what_was_not_measured(self) -> None:
        assert list(result_warnings(CHECKED)) == [
            "duplicates: 1 record (2.5%)",
            "evaluation: overlap: 2 records (100.0%)",
            "no balance of labels",
        ]

    def test_of_an_odd_form_is_still_shown(self) -> None:
        odd = {"accepted": None, "dataset": {}, "notes": "none", "x": {**NOTHING, "counts": 3}}
        assert in_short(odd) == "– records: nothing found; rejected"
        assert list(result_warnings(odd)) == []
        (_, findings, facts) = result_blocks(odd)
        assert findings == Table(
            ("finding", "records", "share", "kinds"), (("x", "0", "0.0%", "3"),), frozenset({1, 2})
        )
        assert facts == Facts((("notes", "none"),))

    def test_without_findings_has_no_table(self) -> None:
        assert result_blocks({"accepted": True, "dataset": {}, "notes": []}) == (
            Facts((("accepted", "yes"),)),
        )


class TestAnythingElse:
    def test_is_shown_as_it_is(self) -> None:
        assert in_short({"pairs": 3}) == "pairs 3"
        assert result_blocks({"pairs": 3}) == (Facts((("pairs", "3"),)),)
        assert list(result_warnings({"pairs": 3})) == []

    @pytest.mark.parametrize("output", ["done", 3, [1, 2]])
    def test_need_not_be_a_mapping(self, output: Any) -> None:
        assert result_blocks(output) == (Facts((("output", in_short(output)),)),)
        assert list(result_warnings(output)) == []

    def test_may_be_nothing(self) -> None:
        assert (in_short(None), result_blocks(None), list(result_warnings(None))) == ("–", (), [])
