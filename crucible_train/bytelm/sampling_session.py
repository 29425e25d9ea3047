"""A frozen snapshot of the embedded model to sample from: implements `session.SamplingSession`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.bytelm.datums import check_tokens
from crucible_train.bytelm.model import ByteLM
from crucible_train.bytelm.sampling import check_sampling, sample, score
from crucible_train.bytelm.worker import Worker, WorkerFuture
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.bytelm.parameters import Parameters
    from crucible_train.session import SampledSequence, SamplingParams


class ByteLMSamplingSession:
    """A `session.SamplingSession` on `parameters`, which nobody else may change."""

    def __init__(self, parameters: Parameters) -> None:
        self._model = ByteLM(parameters)
        self._worker = Worker("byte-lm-sampler")

    def sample(
        self, prompt_tokens: Sequence[int], params: SamplingParams, num_samples: int = 1
    ) -> WorkerFuture[tuple[SampledSequence, ...]]:
        """See `SamplingSession.sample`. The same seed gives the same samples.

        Errors: `invalid_datum` for an empty prompt or tokens outside the vocabulary; `unsupported_config` for
        parameters out of range.
        """
        prompt = tuple(prompt_tokens)
        problem = check_tokens(prompt, "the prompt") or check_sampling(params, num_samples)
        if problem is not None:
            failed = Err(problem)
            return self._worker.submit(lambda: failed)
        return self._worker.submit(lambda: Ok(sample(self._model, prompt, params, num_samples)))

    def logprobs(self, tokens: Sequence[int]) -> WorkerFuture[tuple[float | None, ...]]:
        """See `SamplingSession.logprobs`. Errors: `invalid_datum` (empty, or outside the vocabulary)."""
        scored = tuple(tokens)
        problem = check_tokens(scored, "the text")
        if problem is not None:
            failed = Err(problem)
            return self._worker.submit(lambda: failed)
        return self._worker.submit(lambda: Ok(score(self._model, scored)))

    def close(self) -> None:
        """See `SamplingSession.close`."""
        self._worker.close()
