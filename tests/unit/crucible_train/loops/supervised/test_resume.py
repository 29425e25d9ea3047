"""A run that was killed or interrupted and resumed is, bit for bit, the run that never stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.loops.errors import LoopErrorCode
from crucible_train.records import TextRecord
from crucible_train.session import SessionErrorCode
from tests.support.run_records import RecordingLogger
from tests.support.toy_run import RECORDS, ToyRun
from tests.support.toy_session import KilledError, ToySession

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.loops.supervised.report import TrainReport

Row = tuple[int, dict[str, float]]

# 12 steps of 3 epochs, the last batch of each smaller.
SETTINGS: dict[str, Any] = {
    "num_epochs": 3,
    "batch_size": 3,
    "save_every": 5,
    "eval_every": 4,
    "eval_batch_size": 2,
    "lr_schedule": {"warmup": 3, "schedule": "cosine"},
    "training_config": {"seed": 3},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "pipelined": {},
    "awaited": {"submit_ahead": 0},
    "far ahead": {"submit_ahead": 4},
    "in the middle of patience": {
        "save_every": 3,
        "eval_every": 1,
        "early_stopping": {"monitor": "eval_mean_nll", "patience": 5, "min_delta": 0.35},
    },
    "in the middle of patience on training": {
        "save_every": 3,
        "early_stopping": {"monitor": "train_mean_nll", "patience": 4, "min_delta": 0.5},
    },
}


def whole_run(settings: dict[str, Any]) -> tuple[ToyRun, TrainReport]:
    run = ToyRun({**SETTINGS, **settings})
    return run, run.report()


def merged(before: list[Row], after: list[Row], resumed_step: int) -> list[Row]:
    """The log as a reader of both processes sees it: what was logged again replaces what was."""
    return [row for row in before if row[0] < resumed_step] + after


def assert_same(
    run: ToyRun, rows: list[Row], report: TrainReport, whole: ToyRun, expected: TrainReport
) -> None:
    assert run.session.weights() == whole.session.weights()
    assert rows == whole.logger.untimed()
    assert run.checkpoints.lines == whole.checkpoints.lines
    assert replace(report, resumed_from=None) == expected
    final, expected_final = run.session.disk["disk/final"], whole.session.disk["disk/final"]
    assert {key: array.tobytes() for key, array in final.items()} == {
        key: array.tobytes() for key, array in expected_final.items()
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_killed_at_any_call_and_resumed(variant: str) -> None:
    settings = VARIANTS[variant]
    whole, expected = whole_run(settings)
    num_calls = len(whole.session.submitted())
    assert num_calls > 12
    assert expected.stopped_early == ("early_stopping" in settings)

    for call in range(num_calls):
        killed = ToyRun({**SETTINGS, **settings}, session=ToySession(kill_at_call=call))
        with pytest.raises(KilledError):
            killed.go()
        last = killed.checkpoints.last()
        again = killed.next_process()
        report = again.report(resume=True)
        assert report.resumed_from == (last.name if last else None)
        rows = merged(killed.logger.untimed(), again.logger.untimed(), last.step if last else 0)
        assert_same(again, rows, report, whole, expected)


@pytest.mark.parametrize("variant", [name for name in VARIANTS if "patience" in name])
def test_a_checkpoint_in_the_middle_of_patience_remembers_it(variant: str) -> None:
    run, report = whole_run(VARIANTS[variant])
    first = run.checkpoints.all()[0]
    assert first.step == 3 < report.steps
    assert first.loop_state["early_stopping"]["num_bad"] == 2


def test_killed_at_every_checkpoint_in_turn() -> None:
    settings = {"save_every": 1, "eval_every": 3}
    whole, expected = whole_run(settings)
    run, rows = ToyRun({**SETTINGS, **settings}, session=ToySession(kill_at_call=8)), []
    for _ in range(40):
        last = run.checkpoints.last()
        try:
            report = run.report(resume=True)
        except KilledError:
            rows = merged(rows, run.logger.untimed(), last.step if last else 0)
            run = run.next_process(kill_at_call=8)
        else:
            break
    else:
        pytest.fail("the run made no progress")
    assert last is not None
    assert_same(run, merged(rows, run.logger.untimed(), last.step), report, whole, expected)


class DyingLogger(RecordingLogger):
    """The process dies while a row is written."""

    def __init__(self, at_step: int) -> None:
        super().__init__()
        self.at_step = at_step

    def log(self, step: int, metrics: Any) -> None:
        if step == self.at_step:
            raise KilledError
        super().log(step, metrics)


@pytest.mark.parametrize("step", range(13))
def test_killed_while_logging_any_step(step: int) -> None:
    whole, expected = whole_run({})
    killed = replace(ToyRun(SETTINGS), logger=DyingLogger(step))
    with pytest.raises(KilledError):
        killed.go()
    last = killed.checkpoints.last()
    again = killed.next_process()
    report = again.report(resume=True)
    rows = merged(killed.logger.untimed(), again.logger.untimed(), last.step if last else 0)
    assert_same(again, rows, report, whole, expected)


def stop_before(step: int) -> Callable[[], bool]:
    """`should_stop` that is true the `step + 1`-th time it is asked."""
    answers = iter([False] * step + [True])
    return lambda: next(answers)


@pytest.mark.parametrize("variant", VARIANTS)
def test_interrupted_before_any_step_and_resumed(variant: str) -> None:
    settings = VARIANTS[variant]
    whole, expected = whole_run(settings)
    for step in range(expected.steps):
        run = ToyRun({**SETTINGS, **settings})
        error = run.error(should_stop=stop_before(step))
        assert error.code is LoopErrorCode.INTERRUPTED
        assert error.step == step
        assert f"before step {step} of 12" in str(error)
        last = run.checkpoints.last()
        assert last is not None
        assert (last.step, last.final) == (step, False)
        assert run.logger.untimed() == [row for row in whole.logger.untimed() if row[0] < step]

        again = run.next_process()
        report = again.report(resume=True)
        assert report.resumed_from == last.name
        assert again.session.weights() == whole.session.weights()
        assert run.logger.untimed() + again.logger.untimed() == whole.logger.untimed()
        assert replace(report, resumed_from=None) == expected
        extra = [line for line in again.checkpoints.lines if line not in whole.checkpoints.lines]
        save_every = {**SETTINGS, **settings}["save_every"]
        assert len(extra) == (0 if step and step % save_every == 0 else 1)


def test_interrupted_again_where_it_resumed_saves_nothing_twice() -> None:
    run = ToyRun(SETTINGS)
    run.error(should_stop=stop_before(7))
    lines = list(run.checkpoints.lines)
    again = run.next_process()
    error = again.error(resume=True, should_stop=lambda: True)
    assert (error.code, error.step) == (LoopErrorCode.INTERRUPTED, 7)
    assert again.checkpoints.lines == lines
    assert again.session.submitted("save_state") == []


def test_an_interruption_reads_what_is_under_way_before_it_saves() -> None:
    run = ToyRun({**SETTINGS, "submit_ahead": 3, "eval_every": 0})
    run.error(should_stop=stop_before(2))
    reads = [call for event, call in run.session.journal if event == "read"]
    assert reads == [
        "forward_backward#0",
        "optim_step#0",
        "forward_backward#1",
        "optim_step#1",
        "save_state#0",
    ]


@pytest.mark.parametrize("fails_on", ["optim_step#1", "save_state#0"])
def test_an_interruption_that_cannot_be_saved_is_a_failure(fails_on: str) -> None:
    session = ToySession(fail={fails_on: SessionErrorCode.BACKEND_FAILED})
    run = ToyRun(SETTINGS, session=session)
    error = run.error(should_stop=stop_before(2))
    assert error.code is LoopErrorCode.SESSION_FAILED
    assert run.checkpoints.lines == []


def test_resuming_a_finished_run_gives_its_report_without_training() -> None:
    for settings in VARIANTS.values():
        run = ToyRun({**SETTINGS, **settings})
        report = run.report()
        again = run.next_process()
        repeated = again.report(resume=True)
        assert repeated == replace(report, resumed_from="final")
        assert again.session.submitted() == ["load_state#0"]
        assert again.session.weights() == run.session.weights()
        assert again.logger.rows == []


def test_resuming_without_a_checkpoint_starts_from_the_beginning() -> None:
    whole, expected = whole_run({})
    run = ToyRun(SETTINGS)
    assert run.report(resume=True) == expected
    assert run.session.weights() == whole.session.weights()


def test_without_resume_an_old_checkpoint_is_not_looked_at() -> None:
    run = ToyRun(SETTINGS)
    run.error(should_stop=stop_before(7))
    again = run.next_process()
    assert again.report().resumed_from is None
    assert again.session.submitted("load_state") == []


def interrupted() -> ToyRun:
    run = ToyRun({**SETTINGS, "save_every": 2})
    run.error(should_stop=stop_before(4))
    return run


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"batch_size": 4}, "batch_size, steps_per_epoch, total_steps"),
        ({"num_epochs": 4}, "total_steps"),
        ({"training_config": {"seed": 4}}, "seed"),
        ({"max_length": 6}, "train_data, eval_data"),
        ({"eval_every": 0}, "eval_data"),
        ({"drop_last_batch": True, "max_steps": 12}, "steps_per_epoch"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(settings: dict[str, Any], what: str) -> None:
    run = interrupted()
    again = replace(run.next_process(), config={**SETTINGS, "save_every": 2, **settings})
    error = again.error(resume=True)
    assert error.code is LoopErrorCode.CHECKPOINT_UNUSABLE
    assert error.step == 4
    assert what in str(error)
    assert again.session.submitted() == []


def test_a_checkpoint_of_other_data_is_refused() -> None:
    run = interrupted()
    changed = (*RECORDS[:-1], TextRecord("another text"))
    error = replace(run.next_process(), dataset=changed).error(resume=True)
    assert error.code is LoopErrorCode.CHECKPOINT_UNUSABLE
    assert "another train_data" in str(error)


def test_how_far_ahead_steps_are_submitted_may_change_on_resume() -> None:
    whole, expected = whole_run({"save_every": 2})
    run = interrupted()
    again = replace(run.next_process(), config={**SETTINGS, "save_every": 2, "submit_ahead": 5})
    assert replace(again.report(resume=True), resumed_from=None) == expected
    assert again.session.weights() == whole.session.weights()


@pytest.mark.parametrize(
    ("loop_state", "named"),
    [
        ({}, "identity, progress, early_stopping, stopped_early"),
        ({"version": 2}, "version"),
        ({"progress": {"num_tokens": "12"}}, "progress.num_tokens"),
        ({"something": 1}, "something"),
    ],
)
def test_a_loop_state_that_is_not_one_is_refused(loop_state: dict[str, Any], named: str) -> None:
    run = interrupted()
    line = json.loads(run.checkpoints.lines[-1])
    line["loop_state"] = {**line["loop_state"], **loop_state} if loop_state else {}
    run.checkpoints.lines[-1] = json.dumps(line)
    error = run.next_process().error(resume=True)
    assert error.code is LoopErrorCode.CHECKPOINT_UNUSABLE
    assert f"({named})" in str(error)


def test_a_state_that_cannot_be_loaded_is_named() -> None:
    run = interrupted()
    again = run.next_process(fail={"load_state#0": SessionErrorCode.STATE_NOT_FOUND})
    error = again.error(resume=True)
    assert error.code is LoopErrorCode.CHECKPOINT_UNUSABLE
    assert error.session_error is not None
    assert error.session_error.code is SessionErrorCode.STATE_NOT_FOUND
    assert "'step-000004'" in str(error)
    assert again.session.submitted() == ["load_state#0"]


def test_checkpoints_name_the_next_step() -> None:
    run, _ = whole_run({})
    assert [(c.name, c.step, c.epoch, c.batch, c.final) for c in run.checkpoints.all()] == [
        ("step-000005", 5, 1, 1, False),
        ("step-000010", 10, 2, 2, False),
        ("final", 12, 3, 0, True),
    ]


def test_a_checkpoint_due_at_the_end_is_the_final_one() -> None:
    run, _ = whole_run({"save_every": 6})
    assert [checkpoint.name for checkpoint in run.checkpoints.all()] == ["step-000006", "final"]
