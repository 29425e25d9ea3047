"""What the supervised loop itself costs, and what its pipelining saves.

Run: `python -m tests.benchmarks.loop_overhead`.

1. Overhead: a run through the loop against the same batches issued by hand to the same session, whose step
   is about 10 ms of NumPy work. Rounds alternate; the figure is the median of the rounds' ratios, in CPU
   time of the one thread that works, so that a busy machine does not blur it.
2. Pipelining: a session that answers 100 ms after it was asked, in order; one step submitted ahead against
   each step awaited.

Exits with 1 when a ratio is beyond its bound.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from crucible_train.loops.schedule import lr_multiplier
from crucible_train.loops.supervised.batches import Batches
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.loops.supervised.plan import plan
from crucible_train.loops.supervised.rendering import render_dataset
from crucible_train.loops.supervised.train import train
from crucible_train.records import TextRecord
from crucible_train.result import Ok
from crucible_train.session import AdamParams, ForwardOutput, OptimStepOutput
from tests.support.run_records import MemoryCheckpoints
from tests.support.toy_tokenizer import ToyTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crucible_train.datum import Datum

MAX_OVERHEAD = 1.02
MIN_SPEED_UP = 1.8
ROUNDS, STEPS, WORK_MS = 15, 40, 10.0
LATENCY_S, LATENCY_STEPS = 0.1, 20
RECORDS = [TextRecord(f"example {n}: " + "a few words to learn from. " * 4) for n in range(64)]


class NullLogger:
    """Drops every row: what a logger costs is not the loop's."""

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Ready:
    """An outcome that may be read from `at_s` on."""

    value: Any
    at_s: float = 0.0

    def result(self, timeout_s: float | None = None) -> Ok[Any]:
        while (wait_s := self.at_s - time.perf_counter()) > 0:
            time.sleep(wait_s)
        return Ok(self.value)


@dataclass
class BenchSession:
    """Does `work` for every step, and answers `latency_s` after the call, in order."""

    work: Callable[[], None] = lambda: None
    latency_s: float = 0.0
    clock: Callable[[], float] = time.thread_time
    started_s: float | None = None
    ended_s: float = 0.0
    last_ready_s: float = 0.0
    logprobs: dict[int, Any] = field(default_factory=dict)

    def _answer(self, value: Any) -> Ready:
        self.last_ready_s = max(self.last_ready_s, time.perf_counter() + self.latency_s)
        return Ready(value, self.last_ready_s)

    def forward_backward(self, data: Sequence[Datum], **_: Any) -> Ready:
        if self.started_s is None:
            self.started_s = self.clock()
        self.work()
        lengths = [datum.model_input.length for datum in data]
        return self._answer(ForwardOutput(1.0, tuple(self._logprobs(length) for length in lengths)))

    def _logprobs(self, length: int) -> Any:
        if length not in self.logprobs:
            self.logprobs[length] = np.full(length, -1.0, dtype=np.float32)
        return self.logprobs[length]

    def optim_step(self, params: AdamParams) -> Ready:
        return self._answer(OptimStepOutput(1.0))

    def save_state(self, name: str) -> Ready:
        self.ended_s = self.clock()
        return Ready(name)

    @property
    def steps_s(self) -> float:
        """From the first submission to the save after the last result."""
        assert self.started_s is not None
        return self.ended_s - self.started_s


def config(num_steps: int, submit_ahead: int) -> SupervisedConfig:
    return SupervisedConfig(num_epochs=1000, max_steps=num_steps, batch_size=8, submit_ahead=submit_ahead)


def through_the_loop(session: Any, num_steps: int, submit_ahead: int = 1) -> float:
    """Seconds that the steps of a run take."""
    train(
        config(num_steps, submit_ahead),
        session,
        ToyTokenizer(),
        RECORDS,
        logger=NullLogger(),
        checkpoints=MemoryCheckpoints(),
    ).unwrap()
    return session.steps_s


def by_hand(session: Any, batches: list[tuple[Datum, ...]]) -> float:
    """Seconds that the same steps take with nothing around them, one step submitted ahead."""
    under_way: list[tuple[Ready, Ready]] = []
    for step, data in enumerate(batches):
        rate = 1e-4 * lr_multiplier("linear", step, len(batches))
        under_way.append((session.forward_backward(data), session.optim_step(AdamParams(rate))))
        if len(under_way) > 1:
            for future in under_way.pop(0):
                future.result()
    for future in under_way.pop(0):
        future.result()
    session.save_state("final")
    return session.steps_s


def numpy_work(target_ms: float) -> Callable[[], None]:
    """Arithmetic that takes about `target_ms` of one thread."""
    values = np.linspace(0.0, 1.0, 20_000)

    def once() -> None:
        np.exp(values).sum()

    once()
    started_s = time.thread_time()
    for _ in range(200):
        once()
    repeats = max(1, round(target_ms / 1e3 / ((time.thread_time() - started_s) / 200)))

    def work() -> None:
        for _ in range(repeats):
            once()

    return work


def overhead() -> float:
    work = numpy_work(WORK_MS)
    settings = config(STEPS, 1)
    rendered = render_dataset(RECORDS, ToyTokenizer(), train_on="all_assistant", max_length=None)
    stream = Batches(rendered.examples, plan(settings, len(rendered.examples)), 0, settings.reduction)
    batches = [stream.at(step).data_B for step in range(STEPS)]
    rounds: list[tuple[float, float]] = []
    for index in range(ROUNDS + 1):
        if index % 2:
            hand_s = by_hand(BenchSession(work), batches)
            loop_s = through_the_loop(BenchSession(work), STEPS)
        else:
            loop_s = through_the_loop(BenchSession(work), STEPS)
            hand_s = by_hand(BenchSession(work), batches)
        rounds.append((loop_s, hand_s))
    rounds = rounds[1:]  # the first one warms up
    ratio = statistics.median(loop_s / hand_s for loop_s, hand_s in rounds)
    hand_ms = statistics.median(hand_s for _, hand_s in rounds) / STEPS * 1e3
    loop_us = min(through_the_loop(BenchSession(), STEPS) for _ in range(9)) / STEPS * 1e6
    print(f"overhead     {ratio:.4f}x (at most {MAX_OVERHEAD}x): median of {ROUNDS} alternating rounds;")
    print(f"             a step by hand takes {hand_ms:.2f} ms of CPU, the loop's own work {loop_us:.0f} us")
    return ratio


def waiting() -> BenchSession:
    return BenchSession(latency_s=LATENCY_S, clock=time.perf_counter)


def speed_up() -> float:
    awaited_s = through_the_loop(waiting(), LATENCY_STEPS, submit_ahead=0)
    ahead_s = through_the_loop(waiting(), LATENCY_STEPS, submit_ahead=1)
    ratio = awaited_s / ahead_s
    per_step = (
        f"{awaited_s / LATENCY_STEPS * 1e3:.1f} ms awaited, {ahead_s / LATENCY_STEPS * 1e3:.1f} ms ahead"
    )
    print(f"pipelining   {ratio:.3f}x faster (at least {MIN_SPEED_UP}x): a step takes {per_step}")
    return ratio


def main() -> int:
    within = [overhead() <= MAX_OVERHEAD, speed_up() >= MIN_SPEED_UP]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
