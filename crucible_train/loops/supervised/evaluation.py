"""Evaluation: the negative log-likelihood of held-out examples, through `forward`, which leaves no gradient.

Shape legend: N positions of one datum, B datums in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crucible_train.loops.supervised.metrics import NllSum, nll_metrics, nll_sum
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from crucible_train.loops.supervised.rendering import RenderedExample
    from crucible_train.session import ForwardOutput, Future, SessionError, TrainingSession


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What to evaluate on, and in which portions."""

    examples: Sequence[RenderedExample]
    batch_size: int
    """Sequences per request."""

    def submit(self, session: TrainingSession) -> PendingEvaluation:
        """Ask for the log-probabilities under the weights as they are when this turn comes."""
        requests: list[tuple[Future[ForwardOutput], list[NDArray[np.float32]]]] = []
        for start in range(0, len(self.examples), self.batch_size):
            data_B = [example.datum for example in self.examples[start : start + self.batch_size]]
            requests.append((session.forward(data_B), [datum.weights_N for datum in data_B]))
        return PendingEvaluation(tuple(requests), sum(example.num_target_bytes for example in self.examples))


@dataclass(frozen=True, slots=True, eq=False)
class PendingEvaluation:
    """An evaluation that has been submitted."""

    requests: tuple[tuple[Future[ForwardOutput], list[NDArray[np.float32]]], ...]
    """For each request, its future and the masks of its datums."""
    num_target_bytes: int

    def metrics(self) -> Result[dict[str, float], SessionError]:
        """Wait for `eval_mean_nll` and, where the targets are text, `eval_bits_per_byte`.

        Errors: the session's own; `backend_failed` and `non_finite` for an answer that cannot be right.
        """
        nats = weight = 0.0
        for future, masks_BN in self.requests:
            output = future.result()
            if isinstance(output, Err):
                return output
            total = nll_sum(output.value.logprobs, masks_BN)
            if isinstance(total, Err):
                return Err(total.error.as_session_error())
            nats += total.value.nats
            weight += total.value.weight
        return Ok(nll_metrics("eval", NllSum(nats, weight), self.num_target_bytes))
