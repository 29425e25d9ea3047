"""One optimizer step: submitted without waiting, read later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crucible_train.loops.supervised.metrics import nll_metrics, nll_sum
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.loops.supervised.batches import Batch
    from crucible_train.loops.supervised.evaluation import PendingEvaluation
    from crucible_train.session import (
        AdamParams,
        ForwardOutput,
        Future,
        OptimStepOutput,
        SessionError,
        TrainingSession,
    )


@dataclass(frozen=True, slots=True, eq=False)
class SubmittedStep:
    """A step on its way. Its evaluation, if it has one, was submitted before it."""

    batch: Batch
    learning_rate: float
    forward_backward: Future[ForwardOutput]
    optim_step: Future[OptimStepOutput]
    pending_evaluation: PendingEvaluation | None = None
    """An evaluation whose result nobody has read."""
    eval_metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """The result of an evaluation that early stopping had to wait for."""

    @classmethod
    def submit(
        cls,
        session: TrainingSession,
        batch: Batch,
        adam: AdamParams,
        pending_evaluation: PendingEvaluation | None,
        eval_metrics: Mapping[str, float],
    ) -> SubmittedStep:
        """Submit forward, backward and update, with no wait between them."""
        return cls(
            batch,
            adam.learning_rate,
            session.forward_backward(batch.data_B),
            session.optim_step(adam),
            pending_evaluation,
            eval_metrics,
        )

    def metrics(self) -> Result[dict[str, float], tuple[str, SessionError]]:
        """Wait for the step: its metrics, or the name of the call that failed and its error."""
        forward = self.forward_backward.result()
        if isinstance(forward, Err):
            return Err(("forward_backward", forward.error))
        total = nll_sum(forward.value.logprobs, self.batch.masks_BN)
        if isinstance(total, Err):
            return Err(("forward_backward", total.error.as_session_error()))
        optim = self.optim_step.result()
        if isinstance(optim, Err):
            return Err(("optim_step", optim.error))

        batch = self.batch
        metrics = {
            **nll_metrics("train", total.value, batch.num_target_bytes),
            "learning_rate": self.learning_rate,
            "epoch": float(batch.epoch),
            "num_tokens": float(batch.num_tokens),
            "num_target_tokens": float(batch.num_target_tokens),
        }
        if optim.value.grad_norm is not None:
            metrics["grad_norm"] = optim.value.grad_norm
        metrics |= {f"backend/{name}": value for name, value in forward.value.metrics.items()}
        for name, value in optim.value.metrics.items():
            key = f"backend/{name}"
            metrics[f"backend/optim_step/{name}" if key in metrics else key] = value
        return Ok(metrics)
