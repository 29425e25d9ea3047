"""The order of submissions and reads, proven by the session's journal."""

from __future__ import annotations

import pytest

from tests.support.toy_run import ToyRun


def trace(run: ToyRun) -> list[str]:
    """The journal as `submit N`, `read N` for whole steps, and other calls by name."""
    names: list[str] = []
    for event, call in run.session.journal:
        kind, number = call.split("#")
        if kind == "optim_step":
            continue  # always beside its forward_backward: see the first test
        names.append(f"{event} {number}" if kind == "forward_backward" else f"{event} {call}")
    return names


def listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def test_an_update_is_submitted_with_its_gradient_and_no_wait_between() -> None:
    run = ToyRun({"num_epochs": 3, "eval_every": 2, "save_every": 3})
    run.report()
    journal = run.session.journal
    for position, (event, call) in enumerate(journal):
        if call.startswith("forward_backward#"):
            number = call.split("#")[1]
            assert journal[position + 1] == (event, f"optim_step#{number}")


@pytest.mark.parametrize(
    ("submit_ahead", "expected"),
    [
        (0, "submit 0,read 0,submit 1,read 1,submit 2,read 2,submit 3,read 3"),
        (1, "submit 0,submit 1,read 0,submit 2,read 1,submit 3,read 2,read 3"),
        (2, "submit 0,submit 1,submit 2,read 0,submit 3,read 1,read 2,read 3"),
        (9, "submit 0,submit 1,submit 2,submit 3,read 0,read 1,read 2,read 3"),
    ],
)
def test_one_step_more_than_submit_ahead_is_under_way(submit_ahead: int, expected: str) -> None:
    run = ToyRun({"num_epochs": 2, "submit_ahead": submit_ahead})
    run.report()
    assert trace(run)[:8] == listed(expected)
    assert trace(run)[8:] == ["submit save_state#0", "read save_state#0"]


def test_how_far_ahead_steps_are_submitted_changes_nothing_else() -> None:
    def outcome(submit_ahead: int) -> object:
        run = ToyRun(
            {"num_epochs": 3, "submit_ahead": submit_ahead, "save_every": 2, "eval_every": 2, "batch_size": 3}
        )
        return run.report(), run.logger.untimed(), run.checkpoints.lines, run.session.weights()

    assert outcome(0) == outcome(1) == outcome(5)


def test_metrics_are_logged_in_step_order() -> None:
    run = ToyRun({"num_epochs": 5, "submit_ahead": 3, "eval_every": 3, "save_every": 4})
    run.report()
    assert [step for step, _ in run.logger.rows] == list(range(11))


def test_evaluation_does_not_drain_the_pipe() -> None:
    run = ToyRun({"num_epochs": 2, "eval_every": 2, "eval_batch_size": 2})
    run.report()
    assert trace(run) == listed(
        """
        submit forward#0, submit forward#1, submit 0, submit 1, read forward#0, read forward#1,
        read 0, submit forward#2, submit forward#3, submit 2, read 1, submit 3, read forward#2,
        read forward#3, read 2, read 3, submit forward#4, submit forward#5, read forward#4,
        read forward#5, submit save_state#0, read save_state#0
        """
    )


def test_early_stopping_on_evaluation_reads_it_before_the_step() -> None:
    run = ToyRun({"num_epochs": 2, "eval_every": 2, "early_stopping": {}})
    run.report()
    assert trace(run)[:11] == listed(
        """
        submit forward#0, read forward#0, submit 0, submit 1, read 0, submit forward#1, read 1,
        read forward#1, submit 2, submit 3, read 2
        """
    )


def test_early_stopping_on_training_reads_every_step_before_the_next() -> None:
    run = ToyRun({"num_epochs": 2, "early_stopping": {"monitor": "train_mean_nll"}})
    run.report()
    assert trace(run)[:6] == listed(
        """
        submit 0, read 0, submit 1, read 1, submit 2, read 2
        """
    )


def test_a_checkpoint_is_saved_when_every_step_before_it_has_been_read() -> None:
    run = ToyRun({"num_epochs": 3, "submit_ahead": 4, "save_every": 3})
    run.report()
    assert trace(run) == listed(
        """
        submit 0, submit 1, submit 2, read 0, read 1, read 2, submit save_state#0,
        read save_state#0, submit 3, submit 4, submit 5, read 3, read 4, read 5,
        submit save_state#1, read save_state#1
        """
    )
