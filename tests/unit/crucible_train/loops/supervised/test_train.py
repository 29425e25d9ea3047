from __future__ import annotations

import json
import math

import numpy as np
import pytest

from crucible_train.loops.errors import LoopErrorCode
from crucible_train.loops.schedule import lr_multiplier
from crucible_train.loops.supervised.batches import epoch_order
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.loops.supervised.rendering import DropReason
from crucible_train.records import TextRecord
from crucible_train.session import AdamParams
from tests.support.toy_run import EVAL_RECORDS, RECORDS, ToyRun, chat
from tests.support.toy_session import ToySession
from tests.support.toy_tokenizer import ToyTokenizer


def test_training_learns() -> None:
    run = ToyRun({"num_epochs": 20, "eval_every": 10, "learning_rate": 0.5})
    report = run.report()
    first, last = report.progress.first_train_mean_nll, report.progress.last_train_mean_nll
    assert first == pytest.approx(math.log(262))
    assert last is not None
    assert last < 1.5
    assert report.steps == 40
    assert report.epochs == 20.0
    assert not report.stopped_early
    assert report.resumed_from is None
    assert report.wall_time_s > 0


def test_the_report_is_json() -> None:
    run = ToyRun({"eval_every": 1, "max_length": 12}, dataset=(*RECORDS, chat(("user", "hello"))))
    report = run.report()
    data = json.loads(json.dumps(report.to_json()))
    assert data["steps"] == 2
    assert data["dropped_train"] == {"no_assistant": 1}
    assert data["first_train_mean_nll"] == report.progress.first_train_mean_nll
    assert data["final_state_path"] == "disk/final"
    assert data["num_train_examples"] == 10
    assert data["num_eval_examples"] == 3
    assert "progress" not in data


def test_every_step_logs_its_metrics() -> None:
    run = ToyRun({"num_epochs": 2, "batch_size": 5})
    report = run.report()
    assert [step for step, _ in run.logger.rows] == [0, 1, 2, 3]
    for step, metrics in run.logger.rows:
        assert metrics["epoch"] == step // 2
        assert metrics["backend/num_updates"] == step + 1
        assert metrics["backend/loss_sum"] == pytest.approx(metrics["train_mean_nll"], rel=1e-5)
        assert metrics["grad_norm"] > 0
        assert metrics["tokens_per_s"] > 0
        assert metrics["num_tokens"] >= metrics["num_target_tokens"] > 0
    assert (
        sum(value for _, value in run.logger.column("num_target_tokens")) == report.progress.num_target_tokens
    )
    assert sum(value for _, value in run.logger.column("num_tokens")) == report.progress.num_tokens
    nll = run.logger.column("train_mean_nll")
    assert report.progress.first_train_mean_nll == nll[0][1]
    assert report.progress.last_train_mean_nll == nll[-1][1]


def test_bits_per_byte_divide_nats_by_ln_2_and_the_bytes_of_the_text() -> None:
    # One text of 2 characters in 5 bytes; its targets are those bytes and the end token: 6 tokens.
    run = ToyRun({}, dataset=[TextRecord("é€")], eval_dataset=())
    run.report()
    (row,) = run.logger.rows
    assert row[1]["num_target_tokens"] == 6
    assert row[1]["train_mean_nll"] == pytest.approx(math.log(262))
    assert row[1]["train_bits_per_byte"] == pytest.approx(6 * math.log2(262) / 5)


def test_targets_without_text_have_no_bits_per_byte() -> None:
    run = ToyRun({"eval_every": 1}, dataset=[TextRecord("")], eval_dataset=[TextRecord("")])
    report = run.report()
    assert run.logger.column("train_bits_per_byte") == []
    assert run.logger.column("eval_bits_per_byte") == []
    assert len(run.logger.column("train_mean_nll")) == 1
    assert report.progress.last_eval_mean_nll is not None
    assert report.progress.last_eval_bits_per_byte is None


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant", {"warmup": 3, "schedule": "cosine"}])
def test_the_learning_rate_follows_the_schedule_and_is_the_one_logged(schedule: object) -> None:
    run = ToyRun({"num_epochs": 3, "batch_size": 3, "lr_schedule": schedule})
    run.report()
    parsed = SupervisedConfig.model_validate({"lr_schedule": schedule}).lr_schedule
    expected = [0.1 * lr_multiplier(parsed, step, 12) for step in range(12)]
    assert [params.learning_rate for params in run.session.adam_params] == expected
    assert run.logger.column("learning_rate") == list(enumerate(expected))


def test_adam_settings_reach_the_session() -> None:
    run = ToyRun({"adam_beta1": 0.8, "adam_beta2": 0.9, "adam_eps": 1e-6, "lr_schedule": "constant"})
    run.report()
    assert set(run.session.adam_params) == {AdamParams(0.1, 0.8, 0.9, 1e-6)}
    plain = ToyRun({"lr_schedule": "constant"})
    plain.report()
    assert set(plain.session.adam_params) == {AdamParams(0.1, 0.9, 0.95, 1e-8)}


def seen_texts(run: ToyRun) -> list[list[str]]:
    """For each step, the texts of its batch."""
    return [
        [ToyTokenizer().decode(datum.target_tokens_N.tolist()) for datum in batch]
        for batch in run.session.batches
    ]


def test_each_epoch_is_its_own_permutation_by_seed() -> None:
    texts = [f"text {n}" for n in range(7)]
    run = ToyRun(
        {"num_epochs": 3, "batch_size": 3, "training_config": {"seed": 5}},
        dataset=[TextRecord(text) for text in texts],
    )
    run.report()
    expected = [
        [texts[i] for i in epoch_order(5, epoch, 7)[start : start + 3]]
        for epoch in range(3)
        for start in (0, 3, 6)
    ]
    assert seen_texts(run) == expected


def test_the_same_seed_gives_the_same_run_and_another_another() -> None:
    def weights(seed: int) -> bytes:
        run = ToyRun({"training_config": {"seed": seed}})
        run.report()
        return run.session.weights()

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({}, [8, 2]),
        ({"batch_size": 4}, [4, 4, 2]),
        ({"batch_size": 4, "drop_last_batch": True}, [4, 4]),
        ({"batch_size": 4, "num_epochs": 2}, [4, 4, 2, 4, 4, 2]),
        ({"batch_size": 4, "num_epochs": 2, "max_steps": 4}, [4, 4, 2, 4]),
        ({"batch_size": 4, "max_steps": 100}, [4, 4, 2]),
        ({"batch_size": 100}, [10]),
    ],
)
def test_batches_are_what_the_config_says(settings: dict[str, object], sizes: list[int]) -> None:
    run = ToyRun(settings)
    assert run.report().steps == len(sizes)
    assert [len(batch) for batch in run.session.batches] == sizes


def test_the_learning_rate_ends_with_max_steps() -> None:
    run = ToyRun({"batch_size": 1, "max_steps": 2})
    run.report()
    assert [params.learning_rate for params in run.session.adam_params] == [0.1, 0.05]


@pytest.mark.parametrize("reduction", ["token_mean", "example_mean", "sum"])
def test_the_reduction_scales_the_gradient_and_not_the_metric(reduction: str) -> None:
    run = ToyRun({"reduction": reduction, "batch_size": 2}, dataset=RECORDS[2:4])
    run.report()
    ((step, metrics),) = run.logger.rows
    assert step == 0
    assert metrics["train_mean_nll"] == pytest.approx(math.log(262))

    # The gradient at a table of zeros, by hand: rows of softmax minus one-hot, weighted.
    grad_VV = np.zeros((262, 262))
    plain = ToyRun({"reduction": "sum", "batch_size": 2}, dataset=RECORDS[2:4])
    plain.report()
    (batch,) = plain.session.batches
    counts = [float(datum.weights_N.sum()) for datum in batch]
    for datum, count in zip(batch, counts, strict=True):
        factor = {"sum": 1.0, "token_mean": 1 / sum(counts), "example_mean": 1 / (2 * count)}[reduction]
        positions = zip(datum.model_input.tokens_N(), datum.target_tokens_N, datum.weights_N, strict=True)
        for token, target, weight in positions:
            grad_VV[token] += factor * weight / 262
            grad_VV[token, target] -= factor * weight
    assert metrics["grad_norm"] == pytest.approx(float(np.linalg.norm(grad_VV)), rel=1e-6)
    (reduced,) = run.session.batches
    total = sum(float(datum.weights_N.sum()) for datum in reduced)
    assert total == pytest.approx(sum(counts) if reduction == "sum" else 1.0, rel=1e-6)


def test_dropped_and_cut_records_are_reported_and_logged() -> None:
    run = ToyRun(
        {"max_length": 8, "eval_every": 1, "batch_size": 1},
        dataset=[
            TextRecord("short"),
            TextRecord("much longer than that"),
            chat(("user", "no answer")),
            chat(("user", "a question that takes all the room"), ("assistant", "yes")),
        ],
        eval_dataset=[TextRecord("held out, cut"), chat(("user", "?"))],
    )
    report = run.report()
    assert report.dropped_train == {DropReason.NO_ASSISTANT: 1, DropReason.TRUNCATED: 1}
    assert report.num_train_examples == 2
    assert report.num_truncated_train == 1
    assert report.dropped_eval == {DropReason.NO_ASSISTANT: 1}
    assert report.num_truncated_eval == 1
    assert report.num_eval_examples == 1
    assert run.logger.column("dropped_examples") == [(0, 2.0)]
    assert run.logger.column("truncated_examples") == [(0, 1.0)]


class SilentSession(ToySession):
    """Must not be used."""

    def _submit(self, kind: str, operation: object) -> object:
        raise AssertionError(kind)


@pytest.mark.parametrize(
    ("settings", "dataset", "eval_dataset", "code", "words"),
    [
        ({}, [], [], LoopErrorCode.EMPTY_DATASET, "no records"),
        ({}, [chat(("user", "a"))] * 3, [], LoopErrorCode.NOTHING_TO_TRAIN_ON, "none of 3 .*no_assistant: 3"),
        (
            {"batch_size": 11, "drop_last_batch": True},
            RECORDS,
            [],
            LoopErrorCode.NOTHING_TO_TRAIN_ON,
            "10 examples do not fill one batch of 11",
        ),
        (
            {"eval_every": 1},
            RECORDS,
            [chat(("user", "a"))],
            LoopErrorCode.NOTHING_TO_EVALUATE,
            "none of 1 .*no_assistant: 1",
        ),
        (
            {"eval_every": 1, "early_stopping": {"monitor": "eval_bits_per_byte"}},
            RECORDS,
            [TextRecord("")],
            LoopErrorCode.MONITOR_UNAVAILABLE,
            "eval_bits_per_byte",
        ),
        (
            {"early_stopping": {"monitor": "train_bits_per_byte"}},
            [TextRecord("")],
            [],
            LoopErrorCode.MONITOR_UNAVAILABLE,
            "train_bits_per_byte",
        ),
        ({"training_config": {"seed": -1}}, RECORDS, [], LoopErrorCode.INVALID_SEED, "not -1"),
        ({"training_config": {"seed": True}}, RECORDS, [], LoopErrorCode.INVALID_SEED, "not True"),
        ({"training_config": {"seed": "7"}}, RECORDS, [], LoopErrorCode.INVALID_SEED, "not '7'"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_the_session_is_used(
    settings: dict[str, object], dataset: list, eval_dataset: list, code: LoopErrorCode, words: str
) -> None:
    run = ToyRun(settings, dataset, eval_dataset, session=SilentSession())
    error = run.error()
    assert error.code is code
    assert error.step is None
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(str(error))
    assert run.logger.rows == []
    assert run.checkpoints.lines == []


def test_the_final_checkpoint_holds_the_trained_weights() -> None:
    run = ToyRun({"num_epochs": 2})
    report = run.report()
    (checkpoint,) = run.checkpoints.all()
    assert (checkpoint.name, checkpoint.step, checkpoint.epoch, checkpoint.batch) == ("final", 4, 2, 0)
    assert checkpoint.final
    assert report.final_state_path == checkpoint.state_path
    saved = run.session.disk[report.final_state_path]
    assert b"".join(array.tobytes() for array in saved.values()) == run.session.weights()


def test_the_loop_reads_the_whole_run_without_evaluation_data_when_none_is_asked_for() -> None:
    run = ToyRun({}, eval_dataset=EVAL_RECORDS)
    assert run.report().num_eval_examples == 0
    assert run.session.submitted("forward") == []
