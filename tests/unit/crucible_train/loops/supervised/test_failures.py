"""A failed call ends the run: it never becomes a metric, and nothing is saved after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crucible_train.loops.errors import LoopErrorCode
from crucible_train.session import ForwardOutput, SessionErrorCode
from tests.support.toy_run import ToyRun
from tests.support.toy_session import ToySession

# 6 steps: evaluations (one request each) before steps 0, 2, 4 and at the end, checkpoints at 3 and the end.
SETTINGS = {"num_epochs": 3, "eval_every": 2, "eval_batch_size": 3, "save_every": 3}
EVALUATED_STEPS = [0, 2, 4, 6]
SAVED_STEPS = [3, 6]
FAILURES = [
    *[(f"forward_backward#{n}", n) for n in range(6)],
    *[(f"optim_step#{n}", n) for n in range(6)],
    *[(f"forward#{n}", step) for n, step in enumerate(EVALUATED_STEPS)],
    *[(f"save_state#{n}", step) for n, step in enumerate(SAVED_STEPS)],
]


def failing(call: str, submit_ahead: int = 1) -> ToyRun:
    session = ToySession(fail={call: SessionErrorCode.BACKEND_FAILED})
    return ToyRun({**SETTINGS, "submit_ahead": submit_ahead}, session=session)


@pytest.mark.parametrize("submit_ahead", [0, 1, 3])
@pytest.mark.parametrize(("call", "step"), FAILURES)
def test_any_failed_call_ends_the_run(call: str, step: int, submit_ahead: int) -> None:
    whole = ToyRun({**SETTINGS, "submit_ahead": submit_ahead})
    whole.report()
    run = failing(call, submit_ahead)
    error = run.error()

    assert error.code is LoopErrorCode.SESSION_FAILED
    assert error.step == step
    assert error.session_error is not None
    assert error.session_error.code is SessionErrorCode.BACKEND_FAILED
    assert f"{call.split('#')[0]} of step {step} failed" in str(error)
    # Every step before it is logged, neither it nor any later one is. (The final evaluation is before the
    # final save.)
    end = step + 1 if call == "save_state#1" else step
    assert run.logger.untimed() == [row for row in whole.logger.untimed() if row[0] < end]
    # What was saved before it stays, and nothing else is.
    assert run.checkpoints.lines == [
        line
        for line, saved in zip(whole.checkpoints.lines, SAVED_STEPS, strict=True)
        if saved <= step and not (call.startswith("save_state") and saved == step) and saved < 6
    ]
    # Nothing was submitted once the failure had been read.
    events = [event for event, _ in run.session.journal[run.session.journal.index(("read", call)) :]]
    assert "submit" not in events


@pytest.mark.parametrize("call", [call for call, step in FAILURES if step > 3])
def test_the_last_good_checkpoint_can_be_resumed(call: str) -> None:
    whole = ToyRun(SETTINGS)
    whole.report()
    run = failing(call)
    run.error()
    again = run.next_process()
    again.report(resume=True)
    assert again.session.weights() == whole.session.weights()
    assert again.checkpoints.lines == whole.checkpoints.lines


def answering(change: object) -> ToySession:
    """A session whose third forward_backward answers something else."""

    def answer(call: str, output: ForwardOutput) -> ForwardOutput:
        return change(output) if call == "forward_backward#2" else output

    return ToySession(answer=answer)


def without_a_datum(output: ForwardOutput) -> ForwardOutput:
    return replace(output, logprobs=output.logprobs[1:])


def a_position_short(output: ForwardOutput) -> ForwardOutput:
    return replace(output, logprobs=(output.logprobs[0][1:], *output.logprobs[1:]))


def not_a_number(output: ForwardOutput) -> ForwardOutput:
    return replace(output, logprobs=tuple(np.full_like(row, np.nan) for row in output.logprobs))


def minus_infinity(output: ForwardOutput) -> ForwardOutput:
    return replace(output, logprobs=tuple(np.full_like(row, -np.inf) for row in output.logprobs))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_a_datum, SessionErrorCode.BACKEND_FAILED),
        (a_position_short, SessionErrorCode.BACKEND_FAILED),
        (not_a_number, SessionErrorCode.NON_FINITE),
        (minus_infinity, SessionErrorCode.NON_FINITE),
    ],
)
def test_an_answer_that_cannot_be_right_ends_the_run(change: object, code: SessionErrorCode) -> None:
    run = ToyRun({"num_epochs": 3}, session=answering(change))
    error = run.error()
    assert error.code is LoopErrorCode.SESSION_FAILED
    assert error.step == 2
    assert error.session_error is not None
    assert error.session_error.code is code
    assert [step for step, _ in run.logger.rows] == [0, 1]
    assert run.checkpoints.lines == []


def test_an_evaluation_that_cannot_be_right_ends_the_run() -> None:
    def answer(call: str, output: ForwardOutput) -> ForwardOutput:
        return not_a_number(output) if call == "forward#0" else output

    run = ToyRun({"eval_every": 1}, session=ToySession(answer=answer))
    error = run.error()
    assert (error.code, error.step) == (LoopErrorCode.SESSION_FAILED, 0)
    assert error.session_error is not None
    assert error.session_error.code is SessionErrorCode.NON_FINITE
    assert run.logger.rows == []


def test_backend_figures_of_one_name_are_both_kept() -> None:
    def answer(call: str, output: ForwardOutput) -> ForwardOutput:
        return replace(output, metrics={"num_updates": -1.0})

    run = ToyRun({}, session=ToySession(answer=answer))
    run.report()
    assert run.logger.column("backend/num_updates") == [(0, -1.0), (1, -1.0)]
    assert run.logger.column("backend/optim_step/num_updates") == [(0, 1.0), (1, 2.0)]


def test_a_norm_the_backend_does_not_tell_is_not_logged() -> None:
    class Quiet(ToySession):
        def _optim_step(self, params: object) -> object:
            return replace(super()._optim_step(params), grad_norm=None)

    run = ToyRun({}, session=Quiet())
    run.report()
    assert run.logger.column("grad_norm") == []
    assert len(run.logger.rows) == 2


@pytest.mark.parametrize("fails_on", ["forward_backward#2", "optim_step#1", "forward#1"])
def test_a_failure_while_early_stopping_waits_ends_the_run(fails_on: str) -> None:
    session = ToySession(fail={fails_on: SessionErrorCode.TIMEOUT})
    run = ToyRun({**SETTINGS, "early_stopping": {"patience": 2}}, session=session)
    error = run.error()
    assert error.code is LoopErrorCode.SESSION_FAILED
    assert error.step == int(fails_on[-1]) * (2 if fails_on == "forward#1" else 1)
    assert [step for step, _ in run.logger.rows] == list(range(error.step))
