"""A real, tiny model to train in tests: a table of bigram logits, softmax cross-entropy, Adam, in NumPy.

Calls only queue; a result that is asked for runs the queue up to it, in order. Every call and every read is
written to a journal, any call can be made to fail, and the n-th call can be made to kill the process.

Shape legend: V vocabulary, N positions of one datum.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from crucible_train.result import Err, Ok, Result
from crucible_train.session import ForwardOutput, OptimStepOutput, SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crucible_train.datum import Datum
    from crucible_train.session import AdamParams


class KilledError(RuntimeError):
    """The process died here."""


@dataclass
class ToyFuture:
    """Runs its session's queue when asked."""

    session: ToySession
    call: str
    outcome: Result[Any, SessionError] | None = None

    def result(self, timeout_s: float | None = None) -> Result[Any, SessionError]:
        while self.outcome is None:
            self.session.run_next()
        self.session.journal.append(("read", self.call))
        return self.outcome


@dataclass
class ToySession:
    """A bigram model. `disk` outlives the session, as saved states do."""

    disk: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    vocab_size: int = 262
    fail: Mapping[str, SessionErrorCode] = field(default_factory=dict)
    """Calls that fail, by name and number: `{"optim_step#3": ...}`."""
    kill_at_call: int | None = None
    answer: Callable[[str, ForwardOutput], ForwardOutput] = lambda call, output: output
    """Changes what forward calls answer."""

    def __post_init__(self) -> None:
        shape = (self.vocab_size, self.vocab_size)
        self.state = {
            "table_VV": np.zeros(shape),
            "mean_VV": np.zeros(shape),
            "square_VV": np.zeros(shape),
            "num_updates": np.zeros((), dtype=np.int64),
        }
        self.grad_VV = np.zeros(shape)
        self.journal: list[tuple[str, str]] = []
        self.queue: list[tuple[ToyFuture, Callable[[], Any]]] = []
        self.counts: Counter[str] = Counter()
        self.adam_params: list[AdamParams] = []
        self.batches: list[tuple[Datum, ...]] = []
        """What each forward_backward was given."""

    def weights(self) -> bytes:
        """Everything that training changes, bit for bit."""
        return b"".join(array.tobytes() for array in self.state.values())

    def submitted(self, kind: str | None = None) -> list[str]:
        """The calls in order, all or of one kind."""
        return [
            call
            for event, call in self.journal
            if event == "submit" and (kind is None or call.startswith(f"{kind}#"))
        ]

    def run_next(self) -> None:
        future, operation = self.queue.pop(0)
        code = self.fail.get(future.call)
        future.outcome = (
            Ok(operation()) if code is None else Err(SessionError(code, f"{future.call} was told to"))
        )

    def _submit(self, kind: str, operation: Callable[[], Any]) -> ToyFuture:
        if self.kill_at_call == sum(self.counts.values()):
            raise KilledError(kind)
        future = ToyFuture(self, f"{kind}#{self.counts[kind]}")
        self.counts[kind] += 1
        self.journal.append(("submit", future.call))
        self.queue.append((future, operation))
        return future

    def forward(
        self, data: Sequence[Datum], loss: str = "cross_entropy", loss_config: Mapping[str, Any] | None = None
    ) -> ToyFuture:
        call = f"forward#{self.counts['forward']}"
        return self._submit("forward", lambda: self._forward(call, data, backward=False))

    def forward_backward(
        self, data: Sequence[Datum], loss: str = "cross_entropy", loss_config: Mapping[str, Any] | None = None
    ) -> ToyFuture:
        call = f"forward_backward#{self.counts['forward_backward']}"
        self.batches.append(tuple(data))
        return self._submit("forward_backward", lambda: self._forward(call, data, backward=True))

    def _forward(self, call: str, data: Sequence[Datum], *, backward: bool) -> ForwardOutput:
        loss, logprobs = 0.0, []
        for datum in data:
            inputs_N, targets_N = datum.model_input.tokens_N(), datum.target_tokens_N
            weights_N = datum.weights_N.astype(np.float64)
            logits_NV = self.state["table_VV"][inputs_N]
            top_N1 = logits_NV.max(axis=1, keepdims=True)
            logp_NV = logits_NV - top_N1 - np.log(np.exp(logits_NV - top_N1).sum(axis=1, keepdims=True))
            logp_N = logp_NV[np.arange(len(targets_N)), targets_N]
            loss -= float(logp_N @ weights_N)
            logprobs.append(logp_N.astype(np.float32))
            if backward:
                grad_NV = np.exp(logp_NV) * weights_N[:, None]
                grad_NV[np.arange(len(targets_N)), targets_N] -= weights_N
                np.add.at(self.grad_VV, inputs_N, grad_NV)
        return self.answer(call, ForwardOutput(loss, tuple(logprobs), {"loss_sum": loss}))

    def forward_backward_custom(self, data: Sequence[Datum], loss: object) -> ToyFuture:
        raise AssertionError("supervised training has no custom loss")

    def optim_step(self, params: AdamParams) -> ToyFuture:
        self.adam_params.append(params)
        return self._submit("optim_step", lambda: self._optim_step(params))

    def _optim_step(self, params: AdamParams) -> OptimStepOutput:
        state, grad_VV = self.state, self.grad_VV
        state["num_updates"] += 1
        updates = int(state["num_updates"])
        state["mean_VV"] *= params.beta1
        state["mean_VV"] += (1 - params.beta1) * grad_VV
        state["square_VV"] *= params.beta2
        state["square_VV"] += (1 - params.beta2) * grad_VV**2
        mean_VV = state["mean_VV"] / (1 - params.beta1**updates)
        square_VV = state["square_VV"] / (1 - params.beta2**updates)
        state["table_VV"] -= params.learning_rate * mean_VV / (np.sqrt(square_VV) + params.eps)
        norm = float(np.sqrt((grad_VV**2).sum()))
        self.grad_VV = np.zeros_like(grad_VV)
        return OptimStepOutput(norm, {"num_updates": float(updates)})

    def save_state(self, name: str) -> ToyFuture:
        return self._submit("save_state", lambda: self._save_state(name))

    def _save_state(self, name: str) -> str:
        path = f"disk/{name}"
        self.disk[path] = {key: array.copy() for key, array in self.state.items()}
        return path

    def load_state(self, path: str, *, with_optimizer: bool = True) -> ToyFuture:
        assert with_optimizer, "a resumed run needs the optimizer"
        return self._submit("load_state", lambda: self._load_state(path))

    def _load_state(self, path: str) -> None:
        self.state = {key: array.copy() for key, array in self.disk[path].items()}
        self.grad_VV = np.zeros_like(self.grad_VV)

    def sampler(self) -> ToyFuture:
        raise AssertionError("supervised training does not sample")

    def close(self) -> None:
        raise AssertionError("whoever opened the session closes it")
