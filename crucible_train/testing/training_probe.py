"""The hooks of the training contract, and how it looks at a session: through its public calls only.

Shape legend: N positions of one datum, M positions of a batch, B datums.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from crucible_train.datum import Datum, ModelInput, TensorData
from crucible_train.session import AdamParams, CustomLossOutput
from crucible_train.testing.outcomes import expect_ok

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.ports import TrainingClient
    from crucible_train.session import ForwardOutput, Future, TrainingSession


@dataclass(frozen=True, slots=True, eq=False)
class StepOutcome:
    """What one optimizer step did, as seen from outside."""

    grad_norm: float | None
    logprobs_M: NDArray[np.float32]
    """The log-probabilities of the probe batch after the step."""


class TrainingProbe:
    """Base of the contract: what a subclass fills in, and shared ways to look at a session."""

    vocab_size: ClassVar[int]
    """Token ids the model reads are in [0, vocab_size)."""
    logprob_tolerance: ClassVar[float] = 1e-4
    """How far two log-probabilities that should be equal may differ, in nats."""
    gradient_tolerance: ClassVar[float] = 1e-3
    """How far two losses or gradient norms that should be equal may differ, relative to their size."""
    resume_tolerance: ClassVar[float] = 0.0
    """The same for a resumed run and one that was never stopped: zero where the backend is deterministic."""
    learning_rate: ClassVar[float] = 1e-2
    """A learning rate at which one step visibly changes the model."""
    losses: ClassVar[tuple[str, ...]] = ("cross_entropy",)
    """The built-in losses the backend claims to have."""
    custom_loss_in_background: ClassVar[bool] = True
    """Whether a custom loss runs while the caller goes on; False where submitting runs it."""
    patience_s: ClassVar[float] = 5.0
    """How long a custom loss blocks in the test of `timeout_s`. A correct backend never waits that long."""

    def make_client(self) -> TrainingClient:
        """The client under test."""
        raise NotImplementedError

    def training_config(self) -> dict[str, Any]:
        """A small model the client can open quickly, on an optimizer with the default `AdamParams`."""
        raise NotImplementedError

    @contextmanager
    def session(self, state_dir: Path) -> Generator[TrainingSession]:
        """A session on the model of `training_config`, closed at the end."""
        opened = expect_ok(self.make_client().open(self.training_config(), state_dir=state_dir))
        try:
            yield opened
        finally:
            opened.close()

    def datum(self, seed: int, length: int, weight: float = 1.0) -> Datum:
        """A datum of random tokens with equal weights."""
        tokens = np.random.default_rng(seed).integers(0, self.vocab_size, length + 1)
        weights = np.full(length, weight)
        return make_datum(tokens[:-1], target_tokens=tokens[1:], weights=weights)

    def batch(self, seed: int = 0, weight: float = 1.0) -> list[Datum]:
        """Three datums of different lengths."""
        return [self.datum(seed * 10 + index, length, weight) for index, length in enumerate((7, 1, 12))]

    def adam(self) -> AdamParams:
        """An ordinary step."""
        return AdamParams(learning_rate=self.learning_rate)

    def look(self, session: TrainingSession, data: Sequence[Datum]) -> NDArray[np.float32]:
        """The log-probabilities of `data` under the session's weights, laid end to end."""
        return joined(expect_ok(session.forward(data).result()))

    def after_step(
        self, state_dir: Path, submit: Callable[[TrainingSession], Sequence[Future[ForwardOutput]]]
    ) -> StepOutcome:
        """A fresh session, whatever `submit` submits to it, one optimizer step, and what came of it."""
        with self.session(state_dir) as session:
            for future in submit(session):
                expect_ok(future.result())
            step = expect_ok(session.optim_step(self.adam()).result())
            return StepOutcome(step.grad_norm, self.look(session, self.batch()))

    def assert_same_step(self, one: StepOutcome, other: StepOutcome, why: str) -> None:
        """Fail unless two steps were equal, as far as they can be seen."""
        difference = float(np.abs(one.logprobs_M - other.logprobs_M).max())
        assert difference <= self.logprob_tolerance, f"{why}: log-probabilities differ by {difference}"
        if one.grad_norm is not None and other.grad_norm is not None:
            self.assert_close(one.grad_norm, other.grad_norm, f"{why}: gradient norms")

    def assert_close(self, one: float, other: float, what: str) -> None:
        """Fail unless two numbers are equal, relative to their size."""
        allowed = self.gradient_tolerance * max(abs(one), abs(other))
        assert abs(one - other) <= allowed, f"{what} differ: {one} and {other}"

    def assert_unchanged(self, session: TrainingSession, before_M: NDArray[np.float32], why: str) -> None:
        """Fail unless the weights still give the probe batch these log-probabilities."""
        difference = float(np.abs(self.look(session, self.batch()) - before_M).max())
        assert difference <= self.logprob_tolerance, f"{why}: log-probabilities moved by {difference}"


def make_datum(tokens_N: NDArray[Any], *, target_tokens: NDArray[Any], **tensors: NDArray[Any]) -> Datum:
    """A datum of text with `target_tokens` and float tensors by name."""
    inputs = {"target_tokens": TensorData.int64(target_tokens)}
    inputs |= {name: TensorData.float32(values) for name, values in tensors.items()}
    return Datum(ModelInput.from_tokens(tokens_N), inputs)


def with_tensors(datum: Datum, **tensors: NDArray[Any] | None) -> Datum:
    """`datum` with float tensors replaced or, where `None`, taken away."""
    inputs: Mapping[str, TensorData] = datum.loss_fn_inputs
    kept = {name: tensor for name, tensor in inputs.items() if name not in tensors}
    new = {name: TensorData.float32(values) for name, values in tensors.items() if values is not None}
    return Datum(datum.model_input, kept | new)


def joined(output: ForwardOutput) -> NDArray[np.float32]:
    """The log-probabilities of a batch, laid end to end."""
    return np.concatenate(output.logprobs)


def negative_log_likelihood(
    data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]]
) -> CustomLossOutput:
    """Weighted cross-entropy, written as a custom loss."""
    value = sum(-float(np.dot(lp_N, datum.weights_N)) for datum, lp_N in zip(data, logprobs, strict=True))
    return CustomLossOutput(value, tuple(-datum.weights_N for datum in data), {"datums": float(len(data))})
