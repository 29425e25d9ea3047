"""The worker: one thread, in order; timeouts and closing are results, exceptions are bugs."""

from __future__ import annotations

import threading

import pytest

from crucible_train.bytelm.worker import Worker
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode


def test_operations_run_in_order_on_one_thread_of_their_own() -> None:
    worker, ran = Worker("test"), list[tuple[int, str]]()

    def operation(number: int) -> Result[int, SessionError]:
        ran.append((number, threading.current_thread().name))
        return Ok(number)

    futures = [worker.submit(lambda number=number: operation(number)) for number in range(20)]
    assert [future.result().unwrap() for future in futures] == list(range(20))
    assert [number for number, _ in ran] == list(range(20))
    assert {name for _, name in ran} == {"test_0"}
    worker.close()


def test_waiting_ends_at_the_timeout_and_can_be_taken_up_again() -> None:
    worker, go_on = Worker("test"), threading.Event()
    future = worker.submit(lambda: Ok(go_on.wait(60)))
    outcome = future.result(timeout_s=0)
    assert isinstance(outcome, Err)
    assert outcome.error == SessionError(
        SessionErrorCode.TIMEOUT, "no result within 0 s; the operation goes on"
    )
    go_on.set()
    assert future.result() == Ok(True)
    assert future.result(timeout_s=0) == Ok(True)
    worker.close()


@pytest.mark.parametrize("exception", [TimeoutError, ValueError])
def test_an_exception_in_an_operation_is_raised_by_its_future_alone(exception: type[Exception]) -> None:
    worker = Worker("test")

    def broken() -> Result[int, SessionError]:
        raise exception("in the operation")

    future, later = worker.submit(broken), worker.submit(lambda: Ok(1))
    assert later.result() == Ok(1)
    with pytest.raises(exception, match="in the operation"):
        future.result(timeout_s=60)
    worker.close()


def test_closing_waits_for_what_was_submitted_and_refuses_the_rest() -> None:
    worker = Worker("test")
    futures = [worker.submit(lambda number=number: Ok(number)) for number in range(5)]
    worker.close()
    assert [future.result(timeout_s=0) for future in futures] == [Ok(number) for number in range(5)]
    worker.close()
    refused = worker.submit(lambda: Ok(0)).result(timeout_s=0)
    assert refused == Err(SessionError(SessionErrorCode.CLOSED, "the session is closed"))


def test_closing_a_worker_that_never_ran_is_harmless() -> None:
    threads = threading.active_count()
    Worker("test").close()
    assert threading.active_count() == threads
