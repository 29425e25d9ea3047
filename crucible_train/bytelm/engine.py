"""`TrainingEngine`: the embedded model, its gradient and its optimizer, without threads or futures.

Every operation either succeeds or leaves weights, moments and the accumulated gradient as they were (a failed
optimizer step drops the gradient).

Shape legend: N positions of one datum, B datums in a batch, M positions of all of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from crucible_train.bytelm.datums import custom_gradient
from crucible_train.bytelm.model import ByteLM
from crucible_train.bytelm.optimizer import Optimizer, StepSettings
from crucible_train.bytelm.parameters import Parameters
from crucible_train.bytelm.states import SavedState, read_state, write_state
from crucible_train.result import Err, Ok, Result
from crucible_train.session import ForwardOutput, SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.bytelm.datums import CustomBatch, LossBatch
    from crucible_train.bytelm.losses import BuiltInLoss
    from crucible_train.bytelm.optimizer import OptimizerName
    from crucible_train.bytelm.packing import Block, PackedBatch
    from crucible_train.bytelm.parameters import FloatArray
    from crucible_train.session import AdamParams, CustomLoss, OptimStepOutput

MetricName: TypeAlias = Literal["loss", "accuracy", "perplexity"]
_MAX_EXPONENT = 700.0
"""A perplexity above e^700 is reported as that: a float64 ends at e^709.8."""


class TrainingEngine:
    """The operations of a training session on `parameters`, which it takes over. It serves one thread."""

    def __init__(
        self, parameters: Parameters, settings: StepSettings, seed: int, metrics: Sequence[MetricName] = ()
    ) -> None:
        self.parameters = parameters
        self._seed = seed
        self._metrics = frozenset(metrics)
        self._model = ByteLM(parameters)
        self._gradient = Parameters.zeros(parameters.architecture)
        self._batch_gradient = Parameters.zeros(parameters.architecture)
        self._optimizer = Optimizer(parameters.architecture, settings)

    @property
    def optimizer_name(self) -> OptimizerName:
        """The optimizer of `step`."""
        return self._optimizer.settings.optimizer

    def run_loss(
        self, batch: LossBatch, loss: BuiltInLoss, *, backward: bool
    ) -> Result[ForwardOutput, SessionError]:
        """A built-in loss; with `backward`, its gradient is added to the accumulated one.

        Errors: `non_finite`.
        """
        pass_ = _Pass(self._model, batch.packed)
        factor_M = batch.inputs[loss.factor]
        value = 0.0
        self._batch_gradient.values.fill(0)
        with np.errstate(all="ignore"):  # overflow shows as a number that is not finite: looked for below
            # Where the factor is zero so is the gradient: those positions need no backward pass.
            for block in batch.packed.blocks(np.flatnonzero(factor_M == 0)):
                pass_.forward(block)
            for block in batch.packed.blocks(np.flatnonzero(factor_M)):
                logprobs_M = pass_.forward(block)
                inputs = {name: values_M[block.positions_M] for name, values_M in batch.inputs.items()}
                block_value, gradient_M = loss.value_and_gradient(logprobs_M, inputs)
                value += block_value
                if backward:
                    self._model.backward(gradient_M, self._batch_gradient)
        problem = self._commit(value, pass_)
        if problem is not None:
            return problem
        counts_M = np.maximum(factor_M, 0) if loss.factor == "weights" else factor_M != 0
        return Ok(ForwardOutput(value, pass_.logprobs_B(), self._measure(pass_, counts_M)))

    def run_custom(self, batch: CustomBatch, loss: CustomLoss) -> Result[ForwardOutput, SessionError]:
        """A custom loss and its gradient, added to the accumulated one.

        Errors: `non_finite`; `unsupported_loss` for gradients of the wrong number or shape.
        """
        pass_ = _Pass(self._model, batch.packed)
        with np.errstate(all="ignore"):  # looked for below
            for block in batch.packed.blocks():
                pass_.forward(block)
        # Copies: a loss that works in place must not change what is returned.
        output = loss(batch.data, tuple(logprobs_N.copy() for logprobs_N in pass_.logprobs_B()))
        match custom_gradient(batch.packed, output.grad_logprobs):
            case Err() as failed:
                return failed
            case Ok(gradient_M):
                pass
        self._batch_gradient.values.fill(0)
        with np.errstate(all="ignore"):  # looked for below
            # Activations were not kept: computing them again bounds memory, and only where it matters.
            for block in batch.packed.blocks(np.flatnonzero(gradient_M)):
                self._model.forward(block)
                self._model.backward(gradient_M[block.positions_M], self._batch_gradient)
        problem = self._commit(float(output.loss), pass_)
        if problem is not None:
            return problem
        metrics = {**self._measure(pass_, np.maximum(batch.weights_M, 0)), **output.metrics}
        return Ok(ForwardOutput(float(output.loss), pass_.logprobs_B(), metrics))

    def step(self, params: AdamParams) -> Result[OptimStepOutput, SessionError]:
        """Apply and clear the accumulated gradient. `params` has passed `check_step`.

        Errors: `non_finite`.
        """
        with np.errstate(all="ignore"):  # the optimizer looks at every number it makes
            outcome = self._optimizer.step(self.parameters, self._gradient.values, params)
        self._gradient.values.fill(0)
        return outcome

    def save(self, path: Path) -> Result[str, SessionError]:
        """Save weights and optimizer. Errors: `backend_failed`."""
        optimizer = self._optimizer
        state = SavedState(
            self.parameters, optimizer.moments, optimizer.settings.optimizer, optimizer.num_steps, self._seed
        )
        return write_state(state, path)

    def load(self, path: Path, *, with_optimizer: bool) -> Result[None, SessionError]:
        """Replace the weights and, or else reset, the optimizer; drop the accumulated gradient.

        Errors: `state_not_found`, `state_incompatible`, `backend_failed`.
        """
        match read_state(path):
            case Err() as failed:
                return failed
            case Ok(state):
                pass
        found, expected = state.parameters.architecture, self.parameters.architecture
        if found != expected:
            message = f"{path} holds {found}; the session has {expected}"
            return Err(SessionError(SessionErrorCode.STATE_INCOMPATIBLE, message))
        if with_optimizer and state.optimizer != self.optimizer_name:
            message = (
                f"{path} holds the state of {state.optimizer}, the session has {self.optimizer_name}: "
                "load it with_optimizer=False to start the optimizer anew"
            )
            return Err(SessionError(SessionErrorCode.STATE_INCOMPATIBLE, message))
        optimizer = self._optimizer
        self.parameters.values[...] = state.parameters.values
        self._gradient.values.fill(0)
        for name, moment in optimizer.moments.items():
            moment.values[...] = state.moments[name].values if with_optimizer else 0
        optimizer.num_steps = state.num_steps if with_optimizer else 0
        return Ok(None)

    def _commit(self, value: float, pass_: _Pass) -> Err[SessionError] | None:
        """Add the batch's gradient to the accumulated one, unless something is not finite."""
        gradient = self._batch_gradient.values
        finite = math.isfinite(value) and np.isfinite(pass_.logprobs_M).all() and np.isfinite(gradient).all()
        if not finite:
            message = (
                f"the loss ({value}), a log-probability or a gradient is not finite; nothing was changed"
            )
            return Err(SessionError(SessionErrorCode.NON_FINITE, message))
        self._gradient.values += gradient
        return None

    def _measure(self, pass_: _Pass, counts_M: NDArray[np.float32] | NDArray[np.bool_]) -> dict[str, float]:
        total = float(counts_M.sum(dtype=np.float64))
        if not self._metrics or total == 0:
            return {}
        mean_nll = -float((pass_.logprobs_M.astype(np.float64) * counts_M).sum()) / total
        measured = {
            "loss": mean_nll,
            "accuracy": float(pass_.is_argmax_M[counts_M > 0].mean()),
            "perplexity": math.exp(min(mean_nll, _MAX_EXPONENT)),
        }
        return {name: value for name, value in measured.items() if name in self._metrics}


class _Pass:
    """The log-probabilities of a batch, filled in block by block."""

    def __init__(self, model: ByteLM, packed: PackedBatch) -> None:
        self._model = model
        self._packed = packed
        self.logprobs_M = np.empty(packed.num_positions, dtype=np.float32)
        self.is_argmax_M = np.empty(packed.num_positions, dtype=np.bool_)

    def forward(self, block: Block) -> FloatArray:
        logprobs_M = self._model.forward(block)
        self.logprobs_M[block.positions_M] = logprobs_M
        self.is_argmax_M[block.positions_M] = self._model.target_is_argmax_M
        return logprobs_M

    def logprobs_B(self) -> tuple[NDArray[np.float32], ...]:
        return self._packed.split(self.logprobs_M)
