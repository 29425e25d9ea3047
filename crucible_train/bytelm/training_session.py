"""The embedded model being trained: implements `session.TrainingSession` on one worker thread.

Batches are checked and laid out by the caller's thread, at submission; the worker only computes. So a loop
prepares the next batch while this one runs, and changing an array after its submission does no harm.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from crucible_train.bytelm.datums import pack_for_custom, pack_for_loss
from crucible_train.bytelm.losses import built_in_loss
from crucible_train.bytelm.optimizer import check_step
from crucible_train.bytelm.sampling_session import ByteLMSamplingSession
from crucible_train.bytelm.worker import Worker, WorkerFuture
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crucible_train.bytelm.engine import TrainingEngine
    from crucible_train.datum import Datum
    from crucible_train.session import (
        AdamParams,
        CustomLoss,
        ForwardOutput,
        LossName,
        OptimStepOutput,
        SamplingSession,
    )

T = TypeVar("T")
R = TypeVar("R")
_STATE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class ByteLMTrainingSession:
    """A `session.TrainingSession` on `engine`, which it takes over. States are kept in `state_dir`."""

    def __init__(self, engine: TrainingEngine, state_dir: Path | None) -> None:
        self._engine = engine
        self._state_dir = state_dir
        self._context_length = engine.parameters.architecture.context_length
        self._worker = Worker("byte-lm")

    def forward(
        self,
        data: Sequence[Datum],
        loss: LossName = "cross_entropy",
        loss_config: Mapping[str, Any] | None = None,
    ) -> WorkerFuture[ForwardOutput]:
        """See `TrainingSession.forward`. Errors: `unsupported_loss`, `invalid_datum`, `non_finite`."""
        return self._submit_loss(data, loss, loss_config, backward=False)

    def forward_backward(
        self,
        data: Sequence[Datum],
        loss: LossName = "cross_entropy",
        loss_config: Mapping[str, Any] | None = None,
    ) -> WorkerFuture[ForwardOutput]:
        """See `TrainingSession.forward_backward`. A failure leaves the accumulated gradient as it was.

        Errors: `unsupported_loss`, `invalid_datum`, `non_finite`.
        """
        return self._submit_loss(data, loss, loss_config, backward=True)

    def forward_backward_custom(self, data: Sequence[Datum], loss: CustomLoss) -> WorkerFuture[ForwardOutput]:
        """See `TrainingSession.forward_backward_custom`. The loss is called on the worker thread.

        Errors: `invalid_datum`, `non_finite`; `unsupported_loss` when its gradients are not one per datum, of
        N values each. An exception in the loss is raised by the future's `result`.
        """
        batch = pack_for_custom(data, self._context_length)
        return self._submit(batch, lambda batch: self._engine.run_custom(batch, loss))

    def optim_step(self, params: AdamParams) -> WorkerFuture[OptimStepOutput]:
        """See `TrainingSession.optim_step`. With nothing accumulated, the gradient is zero.

        Errors: `unsupported_config` for `params` the optimizer cannot honour (the gradient is kept);
        `non_finite` (weights and moments are unchanged, the gradient is dropped).
        """
        problem = check_step(params, self._engine.optimizer_name)
        checked: Result[AdamParams, SessionError] = Ok(params) if problem is None else Err(problem)
        return self._submit(checked, self._engine.step)

    def save_state(self, name: str) -> WorkerFuture[str]:
        """See `TrainingSession.save_state`. The file is `state_dir/NAME.safetensors`, old or new.

        Errors: `unsupported_config` without a `state_dir`, or for a name that is no plain file name;
        `backend_failed` when the file cannot be written.
        """
        return self._submit(self._state_path(name), self._engine.save)

    def load_state(self, path: str, *, with_optimizer: bool = True) -> WorkerFuture[None]:
        """See `TrainingSession.load_state`. Without the saved optimizer, moments and step count begin anew.

        Errors: `state_not_found`; `state_incompatible` (damaged, another architecture, another optimizer);
        `backend_failed`. A failure changes nothing.
        """
        return self._worker.submit(lambda: self._engine.load(Path(path), with_optimizer=with_optimizer))

    def sampler(self) -> WorkerFuture[SamplingSession]:
        """See `TrainingSession.sampler`. The snapshot is a copy: it outlives this session."""

        def snapshot() -> Result[SamplingSession, SessionError]:
            return Ok(ByteLMSamplingSession(self._engine.parameters.copy()))

        return self._worker.submit(snapshot)

    def close(self) -> None:
        """See `TrainingSession.close`."""
        self._worker.close()

    def _submit_loss(
        self, data: Sequence[Datum], name: str, config: Mapping[str, Any] | None, *, backward: bool
    ) -> WorkerFuture[ForwardOutput]:
        match built_in_loss(name, config):
            case Err(error):
                return self._submit_failure(error)
            case Ok(loss):
                batch = pack_for_loss(data, loss, self._context_length)
                return self._submit(
                    batch, lambda batch: self._engine.run_loss(batch, loss, backward=backward)
                )

    def _submit(
        self, checked: Result[T, SessionError], run: Callable[[T], Result[R, SessionError]]
    ) -> WorkerFuture[R]:
        match checked:
            case Err(error):
                return self._submit_failure(error)
            case Ok(value):
                return self._worker.submit(lambda: run(value))

    def _submit_failure(self, error: SessionError) -> WorkerFuture[Any]:
        # It waits its turn, so that futures resolve in submission order.
        return self._worker.submit(lambda: Err(error))

    def _state_path(self, name: str) -> Result[Path, SessionError]:
        if self._state_dir is None:
            problem = "the session was opened without a state_dir: there is nowhere to save a state"
        elif not _STATE_NAME.fullmatch(name):
            problem = f"a state's name is made of letters, digits, '.', '_' and '-', not {name!r}"
        else:
            return Ok(self._state_dir / f"{name}.safetensors")
        return Err(SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, problem))
