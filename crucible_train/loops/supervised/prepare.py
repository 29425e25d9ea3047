"""What a run needs before its first step: rendered data, the plan, and the checks that need no session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crucible_train.loops.errors import LoopError, LoopErrorCode
from crucible_train.loops.supervised.plan import TrainPlan, plan
from crucible_train.loops.supervised.rendering import RenderedDataset, render_dataset
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.loops.supervised.config import SupervisedConfig
    from crucible_train.records import Record
    from crucible_train.session import Tokenizer


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A run that can start."""

    train: RenderedDataset
    evaluation: RenderedDataset
    plan: TrainPlan
    seed: int

    def metrics(self) -> dict[str, float]:
        """What became of the training records, for the log."""
        return {
            "dropped_examples": float(self.train.num_dropped),
            "truncated_examples": float(self.train.num_truncated),
        }


def prepare(
    config: SupervisedConfig,
    tokenizer: Tokenizer,
    dataset: Sequence[Record],
    eval_dataset: Sequence[Record],
) -> Result[Prepared, LoopError]:
    """Render the data and check that the config can be honoured with it.

    What the config alone rules out (evaluation without data, a monitor that is never measured) is a finding
    of `checks`, and has no effect here.

    Errors: `empty_dataset`, `nothing_to_train_on`, `nothing_to_evaluate`, `monitor_unavailable`,
    `invalid_seed`.
    """
    seed = config.training_config.get("seed", 0)
    if type(seed) is not int or seed < 0:
        return _error(LoopErrorCode.INVALID_SEED, f"the seed must be an integer of at least 0, not {seed!r}")
    if not dataset:
        return _error(LoopErrorCode.EMPTY_DATASET, "there are no records to train on")

    train = render_dataset(dataset, tokenizer, train_on=config.train_on, max_length=config.max_length)
    if not train.examples:
        message = f"none of {len(dataset)} records has anything to train on ({_reasons(train)})"
        return _error(LoopErrorCode.NOTHING_TO_TRAIN_ON, message)
    steps = plan(config, len(train.examples))
    if not steps.total_steps:
        message = (
            f"{len(train.examples)} examples do not fill one batch of {steps.batch_size}, "
            "and drop_last_batch leaves out what is not full"
        )
        return _error(LoopErrorCode.NOTHING_TO_TRAIN_ON, message)

    evaluation = RenderedDataset()
    if config.eval_every and eval_dataset:
        evaluation = render_dataset(
            eval_dataset, tokenizer, train_on=config.train_on, max_length=config.max_length
        )
        if not evaluation.examples:
            message = f"none of {len(eval_dataset)} records has anything to evaluate on"
            return _error(LoopErrorCode.NOTHING_TO_EVALUATE, f"{message} ({_reasons(evaluation)})")

    rule = config.early_stopping
    if rule is not None and rule.monitor.endswith("_bits_per_byte"):
        watched = evaluation if rule.monitor.startswith("eval_") else train
        if watched.examples and not watched.num_target_bytes:
            message = f"early stopping watches {rule.monitor}, and the targets hold no text to measure it on"
            return _error(LoopErrorCode.MONITOR_UNAVAILABLE, message)
    return Ok(Prepared(train, evaluation, steps, seed))


def _reasons(rendered: RenderedDataset) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in sorted(rendered.dropped.items()))


def _error(code: LoopErrorCode, message: str) -> Err[LoopError]:
    return Err(LoopError(code, message))
