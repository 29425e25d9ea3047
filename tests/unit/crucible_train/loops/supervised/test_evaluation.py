from __future__ import annotations

import math
from dataclasses import replace

import pytest

from crucible_train.loops.supervised.evaluation import Evaluation
from crucible_train.loops.supervised.metrics import bits_per_byte
from crucible_train.loops.supervised.rendering import render_dataset
from crucible_train.records import TextRecord
from tests.support.toy_run import EVAL_RECORDS, RECORDS, ToyRun
from tests.support.toy_session import ToySession
from tests.support.toy_tokenizer import ToyTokenizer


def test_evaluation_happens_at_its_steps_and_after_the_last() -> None:
    run = ToyRun({"batch_size": 2, "eval_every": 2})
    run.report()
    assert [step for step, _ in run.logger.column("eval_mean_nll")] == [0, 2, 4, 5]
    assert [step for step, _ in run.logger.column("eval_bits_per_byte")] == [0, 2, 4, 5]


def test_evaluation_sees_the_weights_before_its_step() -> None:
    run = ToyRun({"batch_size": 2, "eval_every": 2, "save_every": 2})
    run.report()
    logged = dict(run.logger.column("eval_mean_nll"))
    assert logged[0] == pytest.approx(math.log(262))
    rendered = render_dataset(EVAL_RECORDS, ToyTokenizer(), train_on="all_assistant", max_length=None)
    for checkpoint in run.checkpoints.all():
        session = ToySession(disk=run.session.disk)
        assert session.load_state(checkpoint.state_path).result()
        again = Evaluation(rendered.examples, 2).submit(session).metrics().unwrap()
        assert again["eval_mean_nll"] == logged[checkpoint.step]
    assert {checkpoint.step for checkpoint in run.checkpoints.all()} == {2, 4, 5}


def test_evaluation_leaves_no_gradient() -> None:
    plain, evaluated = ToyRun({"num_epochs": 3}), ToyRun({"num_epochs": 3, "eval_every": 1})
    plain.report()
    evaluated.report()
    assert len(evaluated.session.submitted("forward_backward")) == 6
    assert evaluated.session.weights() == plain.session.weights()
    training_only = [
        (step, {name: value for name, value in row.items() if not name.startswith("eval_")})
        for step, row in evaluated.logger.untimed()
    ]
    assert training_only == [*plain.logger.untimed(), (6, {})]


def test_the_mean_is_over_all_tokens_whatever_the_requests_are() -> None:
    def evaluate(size: int) -> float:
        run = ToyRun({"eval_every": 1, "eval_batch_size": size, "learning_rate": 0.5})
        run.report()
        assert len(run.session.submitted("forward")) == 3 * math.ceil(3 / size)
        return run.logger.column("eval_mean_nll")[-1][1]

    assert evaluate(1) == pytest.approx(evaluate(2), rel=1e-12)
    assert evaluate(1) == pytest.approx(evaluate(3), rel=1e-12)


def test_requests_are_as_large_as_training_batches_unless_set() -> None:
    run = ToyRun({"eval_every": 1, "batch_size": 2, "max_steps": 1})
    run.report()
    assert len(run.session.submitted("forward")) == 2 * 2


def test_evaluation_is_weighted_by_masks_not_by_the_reduction() -> None:
    by_token, by_sum = ToyRun({"eval_every": 1}), ToyRun({"eval_every": 1, "reduction": "sum"})
    by_token.report()
    by_sum.report()
    assert by_token.logger.column("eval_mean_nll")[0] == by_sum.logger.column("eval_mean_nll")[0]


def test_the_report_keeps_the_best_and_the_last_evaluation() -> None:
    # Learning one text by heart makes another less likely, after a while.
    run = ToyRun(
        {"num_epochs": 40, "eval_every": 1, "learning_rate": 0.5, "lr_schedule": "constant"},
        dataset=[TextRecord("aaab")],
        eval_dataset=[TextRecord("aaac")],
    )
    progress = run.report().progress
    values = [value for _, value in run.logger.column("eval_mean_nll")]
    bits = [value for _, value in run.logger.column("eval_bits_per_byte")]
    assert progress.best_eval_mean_nll == min(values) < progress.last_eval_mean_nll == values[-1]
    assert progress.best_eval_bits_per_byte == min(bits) < progress.last_eval_bits_per_byte == bits[-1]
    # 5 targets (4 bytes and the end) over 4 bytes
    assert bits[-1] == pytest.approx(bits_per_byte(values[-1] * 5, 4))


def test_a_config_that_asks_for_evaluation_without_data_trains_without() -> None:
    run = ToyRun({"eval_every": 1, "early_stopping": {"patience": 1}}, eval_dataset=())
    report = run.report()
    assert report.num_eval_examples == 0
    assert report.progress.last_eval_mean_nll is None
    assert run.session.submitted("forward") == []


def test_rendering_happens_once() -> None:
    class Counting(ToyTokenizer):
        calls = 0

        def render_text(self, text: str) -> list[int]:
            self.calls += 1
            return super().render_text(text)

    tokenizer = Counting()
    run = replace(ToyRun({"num_epochs": 4, "eval_every": 1}), tokenizer=tokenizer)
    run.report()
    texts = [record for record in (*RECORDS, *EVAL_RECORDS) if isinstance(record, TextRecord)]
    assert tokenizer.calls == len(texts)
