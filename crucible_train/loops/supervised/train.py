"""Supervised fine-tuning: weighted cross-entropy, one Adam update per batch.

Source: the Tinker API's supervised loop; Adam: Kingma & Ba 2015, arXiv:1412.6980.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crucible_train.loops.supervised.prepare import prepare
from crucible_train.loops.supervised.report import TrainReport
from crucible_train.loops.supervised.run import Run
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crucible_train.loops.errors import LoopError
    from crucible_train.loops.supervised.config import SupervisedConfig
    from crucible_train.records import Record
    from crucible_train.session import CheckpointLog, MetricsLogger, Tokenizer, TrainingSession


def train(
    config: SupervisedConfig,
    session: TrainingSession,
    tokenizer: Tokenizer,
    dataset: Sequence[Record],
    *,
    eval_dataset: Sequence[Record] = (),
    logger: MetricsLogger,
    checkpoints: CheckpointLog,
    resume: bool = False,
    should_stop: Callable[[], bool] | None = None,
) -> Result[TrainReport, LoopError]:
    """Train on `dataset`; leave the trained weights in the session and in a final checkpoint.

    The caller opens and closes the session.

    The learning rate of step s of T is `learning_rate * lr_multiplier(lr_schedule, s, T)`. Every step logs
    `train_mean_nll` (nats per target token, whatever the reduction), `train_bits_per_byte`,
    `learning_rate`, `grad_norm`, `epoch`, `num_tokens` (positions run), `num_target_tokens`, `tokens_per_s`
    (positions per second since this process began to train) and the backend's own figures under `backend/`.
    A figure that does not exist is left out: bits per byte of targets that hold no text, a norm the backend
    does not tell. Step 0 also logs how many records were dropped and cut. `eval_mean_nll` and
    `eval_bits_per_byte` are logged with the step whose update they precede, and with step T after the last.

    With `resume`, training goes on from the last checkpoint, if there is one, as if it had never stopped;
    steps that had been logged after that checkpoint are logged again. A final checkpoint is loaded, and
    gives its report at once. `should_stop` is asked before every step; when it says so, a checkpoint is
    saved.

    Errors: `empty_dataset`, `nothing_to_train_on`, `nothing_to_evaluate`, `monitor_unavailable`,
    `invalid_seed` (before the session is used); `checkpoint_unusable`; `session_failed` (nothing is submitted
    or saved once it is seen, and the failed step logs nothing); `interrupted`.
    """
    started_s = time.perf_counter()
    prepared = prepare(config, tokenizer, dataset, eval_dataset)
    if isinstance(prepared, Err):
        return prepared
    run = Run(config, session, logger, checkpoints, prepared.value)
    checkpoint = resumed = checkpoints.last() if resume else None
    if checkpoint is not None:
        restored = run.restore(checkpoint)
        if isinstance(restored, Err):
            return restored
    if checkpoint is None or not checkpoint.final:
        finished = run.execute(checkpoint.step if checkpoint else 0, should_stop or _never)
        if isinstance(finished, Err):
            return finished
        checkpoint = finished.value

    data = prepared.value
    return Ok(
        TrainReport(
            steps=checkpoint.step,
            epochs=checkpoint.step / data.plan.steps_per_epoch,
            stopped_early=run.stopped_early,
            progress=run.progress,
            num_train_examples=len(data.train.examples),
            num_eval_examples=len(data.evaluation.examples),
            dropped_train=data.train.dropped,
            dropped_eval=data.evaluation.dropped,
            num_truncated_train=data.train.num_truncated,
            num_truncated_eval=data.evaluation.num_truncated,
            final_state_path=checkpoint.state_path,
            resumed_from=resumed.name if resumed else None,
            wall_time_s=time.perf_counter() - started_s,
        )
    )


def _never() -> bool:
    return False
