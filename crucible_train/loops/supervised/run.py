"""The steps of a run: pipelined, evaluated, checkpointed, stopped.

forward_backward and optim_step of a step are submitted together; a step's result is read when
`1 + submit_ahead` steps are under way, so the backend never waits for the loop. Metrics are logged in step
order all the same. Every step under way is read before a checkpoint is saved, so a checkpoint's weights,
its step and its figures agree, and a resumed run repeats nothing and skips nothing.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from crucible_train.loops.errors import LoopError, LoopErrorCode
from crucible_train.loops.schedule import lr_multiplier
from crucible_train.loops.supervised.batches import Batches
from crucible_train.loops.supervised.checkpointing import LoopState, RunIdentity, read_loop_state, unusable
from crucible_train.loops.supervised.early_stopping import StopState
from crucible_train.loops.supervised.evaluation import Evaluation, PendingEvaluation
from crucible_train.loops.supervised.report import Progress
from crucible_train.loops.supervised.step import SubmittedStep
from crucible_train.result import Err, Ok, Result
from crucible_train.session import AdamParams, Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crucible_train.loops.supervised.config import SupervisedConfig
    from crucible_train.loops.supervised.prepare import Prepared
    from crucible_train.session import CheckpointLog, MetricsLogger, SessionError, TrainingSession


class Run:
    """One run and what it has measured so far."""

    def __init__(
        self,
        config: SupervisedConfig,
        session: TrainingSession,
        logger: MetricsLogger,
        checkpoints: CheckpointLog,
        prepared: Prepared,
    ) -> None:
        self.progress = Progress()
        self.stop_state = StopState()
        self.stopped_early = False
        self._config = config
        self._session = session
        self._logger = logger
        self._checkpoints = checkpoints
        self._data = prepared
        self._plan = plan = prepared.plan
        self._identity = RunIdentity.of(prepared)
        self._batches = Batches(prepared.train.examples, plan, prepared.seed, config.reduction)
        self._evaluation = Evaluation(prepared.evaluation.examples, config.eval_batch_size or plan.batch_size)
        self._evaluates = bool(prepared.evaluation.examples)
        self._in_flight: deque[SubmittedStep] = deque()
        rule = config.early_stopping
        self._stops_on_eval = rule is not None and rule.monitor.startswith("eval_")
        self._stops_on_train = rule is not None and not self._stops_on_eval
        # To stop on a step's own metric is to know it before the next step is submitted.
        self._max_unread = 0 if self._stops_on_train else config.submit_ahead
        self._saved_step = -1
        self._started_s = 0.0
        self._tokens_at_start = 0

    def restore(self, checkpoint: Checkpoint) -> Result[None, LoopError]:
        """Go back to `checkpoint`: the weights and the figures.

        Errors: `checkpoint_unusable`.
        """
        read = read_loop_state(checkpoint, self._identity)
        if isinstance(read, Err):
            return read
        loaded = self._session.load_state(checkpoint.state_path, with_optimizer=True).result()
        if isinstance(loaded, Err):
            error = unusable(checkpoint, f"load_state failed: {loaded.error}")
            return Err(replace(error, session_error=loaded.error))
        self.progress = read.value.progress
        self.stop_state = read.value.early_stopping
        self.stopped_early = read.value.stopped_early
        self._saved_step = checkpoint.step
        return Ok(None)

    def execute(self, first_step: int, should_stop: Callable[[], bool]) -> Result[Checkpoint, LoopError]:
        """Take the steps from `first_step` on, and return the final checkpoint.

        Errors: `session_failed`, `interrupted`.
        """
        self._started_s = time.perf_counter()
        self._tokens_at_start = self.progress.num_tokens
        step = first_step
        while step < self._plan.total_steps:
            if isinstance(saved := self._checkpoint_if_due(step, interrupt=should_stop()), Err):
                return saved
            pending: PendingEvaluation | None = None
            eval_metrics: Mapping[str, float] = {}
            if self._evaluates and step % self._config.eval_every == 0:
                pending = self._evaluation.submit(self._session)
                if self._stops_on_eval:
                    if isinstance(decided := self._decide(step, pending), Err):
                        return decided
                    pending, eval_metrics = None, decided.value
                    if self.stopped_early:
                        self._logger.log(step, eval_metrics)
                        return self._save(step, final=True)
            self._submit(step, pending, eval_metrics)
            step += 1
            if isinstance(drained := self._drain(leave=self._max_unread), Err):
                return drained
            if self.stopped_early:
                break
        return self._finish(step)

    def _checkpoint_if_due(self, step: int, *, interrupt: bool) -> Result[None, LoopError]:
        """Save before `step`, when it is time or the caller wants to stop."""
        save_every = self._config.save_every
        is_due = interrupt or (save_every > 0 and step > 0 and step % save_every == 0)
        if is_due and step != self._saved_step:
            if isinstance(drained := self._drain(leave=0), Err):
                return drained
            if isinstance(saved := self._save(step, final=False), Err):
                return saved
        if interrupt:
            message = f"stopped before step {step} of {self._plan.total_steps}; resume to go on"
            return Err(LoopError(LoopErrorCode.INTERRUPTED, message, step))
        return Ok(None)

    def _decide(self, step: int, pending: PendingEvaluation) -> Result[Mapping[str, float], LoopError]:
        """Wait for the evaluation before `step`, and let early stopping judge it."""
        if isinstance(drained := self._drain(leave=0), Err):
            return drained
        evaluated = self._evaluated(step, pending)
        if isinstance(evaluated, Ok):
            self._judge(evaluated.value)
        return evaluated

    def _judge(self, metrics: Mapping[str, float]) -> None:
        rule = self._config.early_stopping
        if rule is not None and rule.monitor in metrics:
            self.stop_state = self.stop_state.after(metrics[rule.monitor], rule)
            self.stopped_early = self.stop_state.is_over(rule)

    def _submit(
        self, step: int, pending: PendingEvaluation | None, eval_metrics: Mapping[str, float]
    ) -> None:
        config = self._config
        adam = AdamParams(
            config.learning_rate * lr_multiplier(config.lr_schedule, step, self._plan.total_steps),
            config.adam_beta1,
            config.adam_beta2,
            config.adam_eps,
        )
        self._in_flight.append(
            SubmittedStep.submit(self._session, self._batches.at(step), adam, pending, eval_metrics)
        )

    def _drain(self, *, leave: int) -> Result[None, LoopError]:
        """Read the oldest steps until `leave` are under way, and log each."""
        while len(self._in_flight) > leave:
            submitted = self._in_flight.popleft()
            batch = submitted.batch
            eval_metrics = submitted.eval_metrics
            if submitted.pending_evaluation is not None:
                evaluated = self._evaluated(batch.step, submitted.pending_evaluation)
                if isinstance(evaluated, Err):
                    return evaluated
                eval_metrics = evaluated.value
            taken = submitted.metrics()
            if isinstance(taken, Err):
                return _failed(batch.step, *taken.error)
            metrics = taken.value
            self.progress.add_step(metrics["train_mean_nll"], batch.num_tokens, batch.num_target_tokens)
            if self._stops_on_train and batch.step + 1 < self._plan.total_steps:
                self._judge(metrics)
            elapsed_s = time.perf_counter() - self._started_s
            metrics["tokens_per_s"] = (self.progress.num_tokens - self._tokens_at_start) / elapsed_s
            if batch.step == 0:
                metrics |= self._data.metrics()
            self._logger.log(batch.step, {**metrics, **eval_metrics})
        return Ok(None)

    def _evaluated(self, step: int, pending: PendingEvaluation) -> Result[dict[str, float], LoopError]:
        evaluated = pending.metrics()
        if isinstance(evaluated, Err):
            return _failed(step, "forward", evaluated.error)
        self.progress.add_evaluation(evaluated.value)
        return evaluated

    def _finish(self, step: int) -> Result[Checkpoint, LoopError]:
        """Read what is under way, evaluate the final weights and save them."""
        if isinstance(drained := self._drain(leave=0), Err):
            return drained
        if self._evaluates:
            evaluated = self._evaluated(step, self._evaluation.submit(self._session))
            if isinstance(evaluated, Err):
                return evaluated
            self._logger.log(step, evaluated.value)
        return self._save(step, final=True)

    def _save(self, step: int, *, final: bool) -> Result[Checkpoint, LoopError]:
        """Save the state before `step` and record it. Nothing may be under way."""
        name = "final" if final else f"step-{step:06d}"
        path = self._session.save_state(name).result()
        if isinstance(path, Err):
            return _failed(step, "save_state", path.error)
        epoch, batch = self._plan.position(step)
        state = LoopState(
            identity=self._identity,
            progress=self.progress,
            early_stopping=self.stop_state,
            stopped_early=self.stopped_early,
        )
        checkpoint = Checkpoint(
            name, step, epoch, batch, final, path.value, loop_state=state.model_dump(mode="json")
        )
        self._checkpoints.append(checkpoint)
        self._saved_step = step
        return Ok(checkpoint)


def _failed(step: int, call: str, error: SessionError) -> Err[LoopError]:
    message = f"{call} of step {step} failed: {error}"
    return Err(LoopError(LoopErrorCode.SESSION_FAILED, message, step, error))
