from __future__ import annotations

from typing import Any

import pytest

from crucible_train.loops.supervised.config import EarlyStopping
from crucible_train.loops.supervised.early_stopping import StopState
from crucible_train.records import TextRecord
from tests.support.toy_run import ToyRun


def stops_at(values: list[float], **rule: Any) -> int | None:
    """The index of the measurement that ends the run."""
    parsed, state = EarlyStopping(**rule), StopState()
    for index, value in enumerate(values):
        state = state.after(value, parsed)
        if state.is_over(parsed):
            return index
    return None


@pytest.mark.parametrize(
    ("values", "rule", "stop"),
    [
        ([3, 2, 1, 0], {"patience": 1}, None),
        ([3, 2, 2], {"patience": 1}, 2),
        ([3, 2, 2, 2], {"patience": 2}, 3),
        ([3, 4, 2, 4, 1], {"patience": 2}, None),
        ([3, 4, 3.5, 2], {"patience": 2}, 2),
        # The best value counts, not the last one.
        ([1, 3, 2], {"patience": 2}, 2),
        # A change of exactly min_delta is not enough.
        ([3, 2.5, 2.0], {"patience": 1, "min_delta": 0.5}, 1),
        ([3, 2.25, 1.5], {"patience": 1, "min_delta": 0.5}, None),
        # Small gains add up against the best value.
        ([3, 2.75, 2.25], {"patience": 2, "min_delta": 0.5}, None),
        ([1, 2, 3], {"patience": 1, "mode": "max"}, None),
        ([1, 2, 2], {"patience": 1, "mode": "max"}, 2),
        ([1, 1.5, 2.25], {"patience": 1, "mode": "max", "min_delta": 0.5}, 1),
    ],
)
def test_patience_runs_out(values: list[float], rule: dict[str, Any], stop: int | None) -> None:
    assert stops_at(values, **rule) == stop


def overfitting(**settings: Any) -> ToyRun:
    """Learns `aaab` until `aaac` gets less likely."""
    return ToyRun(
        {"num_epochs": 60, "learning_rate": 0.5, "lr_schedule": "constant", **settings},
        dataset=[TextRecord("aaab")],
        eval_dataset=[TextRecord("aaac")],
    )


@pytest.mark.parametrize("monitor", ["eval_mean_nll", "eval_bits_per_byte"])
def test_evaluation_that_stops_improving_ends_the_run(monitor: str) -> None:
    whole = overfitting(eval_every=2)
    whole.report()
    values = whole.logger.column(monitor)
    stop = stops_at([value for _, value in values], patience=3)
    assert stop is not None
    step = values[stop][0]
    assert 0 < step < 60

    run = overfitting(eval_every=2, early_stopping={"monitor": monitor, "patience": 3})
    report = run.report()
    assert report.stopped_early
    assert report.steps == step
    # The evaluation that decided is logged, its step was not taken, and it is not repeated.
    assert [row[0] for row in run.logger.rows] == list(range(step + 1))
    assert set(run.logger.rows[-1][1]) == {"eval_mean_nll", "eval_bits_per_byte"}
    assert len(run.session.submitted("forward")) == stop + 1
    assert len(run.session.submitted("optim_step")) == step
    (checkpoint,) = run.checkpoints.all()
    assert checkpoint.final
    assert checkpoint.step == step
    assert report.progress.last_eval_mean_nll == whole.logger.column("eval_mean_nll")[stop][1]
    assert report.progress.best_eval_mean_nll == min(
        value for _, value in whole.logger.column("eval_mean_nll")[: stop + 1]
    )


@pytest.mark.parametrize("monitor", ["train_mean_nll", "train_bits_per_byte"])
def test_training_that_stops_improving_ends_the_run(monitor: str) -> None:
    whole = overfitting()
    whole.report()
    values = [value for _, value in whole.logger.column(monitor)]
    stop = stops_at(values, patience=2, min_delta=0.01)
    assert stop is not None
    assert 0 < stop < 59

    rule = {"monitor": monitor, "patience": 2, "min_delta": 0.01}
    run = overfitting(early_stopping=rule, eval_every=50)
    report = run.report()
    assert report.stopped_early
    assert report.steps == stop + 1
    assert len(run.session.submitted("optim_step")) == stop + 1
    # The final weights are evaluated all the same.
    assert [step for step, _ in run.logger.column("eval_mean_nll")] == [0, stop + 1]
    assert [checkpoint.final for checkpoint in run.checkpoints.all()] == [True]


def test_mode_max_stops_when_a_metric_stops_rising() -> None:
    rule = {"monitor": "train_mean_nll", "patience": 1, "mode": "max"}
    report = overfitting(early_stopping=rule).report()
    assert (report.steps, report.stopped_early) == (2, True)


def test_patience_that_runs_out_with_the_last_step_stops_nothing() -> None:
    rule = {"monitor": "train_mean_nll", "patience": 1, "mode": "max"}
    report = overfitting(early_stopping=rule, num_epochs=2).report()
    assert (report.steps, report.stopped_early) == (2, False)


def test_a_run_that_keeps_improving_is_not_stopped() -> None:
    rule = {"monitor": "train_mean_nll", "patience": 1}
    report = overfitting(early_stopping=rule, num_epochs=10).report()
    assert (report.steps, report.stopped_early) == (10, False)


def test_steps_without_the_metric_do_not_count() -> None:
    # Every other batch is the empty text, whose target (the end token) holds no bytes.
    run = ToyRun(
        {
            "num_epochs": 4,
            "batch_size": 1,
            "early_stopping": {"monitor": "train_bits_per_byte", "patience": 3, "mode": "max"},
        },
        dataset=[TextRecord("abcd"), TextRecord("")],
    )
    report = run.report()
    measured = [step for step, _ in run.logger.column("train_bits_per_byte")]
    assert report.stopped_early
    assert len(measured) == 4
    assert report.steps == measured[-1] + 1
