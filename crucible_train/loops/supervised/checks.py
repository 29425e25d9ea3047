"""Rules between the settings of a supervised run: contradictions, and settings without effect.

The same rules serve `validate`, which does not know how many steps there will be, and `run`, which does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity
from crucible_train.loops.schedule import WarmupSchedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.loops.schedule import LRSchedule
    from crucible_train.loops.supervised.config import SupervisedConfig


_EVALUATION = frozenset({"validation_split", "eval_dataset_ref", "eval_every"})


def check(
    config: SupervisedConfig, total_steps: int | None = None, broken: frozenset[str] = frozenset()
) -> list[Diagnostic]:
    """Every finding about `config` as a whole; `loc` is the field it is about.

    `total_steps` is the length of the training in optimizer steps, where it is known; until then
    `max_steps` bounds it, if it is set. Rules that involve a `broken` field do not apply.
    """
    findings: list[Diagnostic] = []
    if not broken or broken.isdisjoint(_EVALUATION):
        findings += _evaluation(config)
    if not config.sample_prompts and "sample_prompts" not in broken:
        findings += _samples(config)
    if config.training_config.get("optimizer") == "sgd":
        findings += _optimizer(config)
    total = config.max_steps if total_steps is None else min(total_steps, config.max_steps or total_steps)
    if total is not None and "max_steps" not in broken:
        findings += _lengths(config, total)
    return [finding for finding in findings if broken.isdisjoint(finding.loc)] if broken else findings


def _evaluation(config: SupervisedConfig) -> Iterator[Diagnostic]:
    held_out = bool(config.validation_split) or config.eval_dataset_ref is not None
    source = "validation_split" if config.validation_split else "eval_dataset_ref"
    if config.validation_split and config.eval_dataset_ref is not None:
        yield Diagnostic(
            "CRU301",
            "`validation_split` and `eval_dataset_ref` both name evaluation data",
            ("validation_split",),
            hint="keep one of them",
        )
    if held_out and config.eval_every == 0:
        yield _warning(
            "CRU402",
            f"`{source}` sets data aside, and `eval_every` is 0: it is never evaluated on",
            (source,),
            "set `options.eval_every` to a number of steps",
        )
    if config.eval_every and not held_out:
        yield _warning(
            "CRU404",
            "`eval_every` is set, and there is no evaluation data",
            ("eval_every",),
            "set `validation_split`, or `options.eval_dataset_ref`",
        )
    if config.eval_batch_size is not None and not (held_out and config.eval_every):
        yield _warning("CRU405", "`eval_batch_size` has no effect without evaluation", ("eval_batch_size",))
    stopping = config.early_stopping
    if stopping is not None and stopping.monitor.startswith("eval_") and not (held_out and config.eval_every):
        yield Diagnostic(
            "CRU302",
            f"early stopping watches `{stopping.monitor}`, which is never measured",
            ("early_stopping",),
            hint="set `validation_split` and `options.eval_every`, or watch `train_mean_nll`",
        )


def _optimizer(config: SupervisedConfig) -> Iterator[Diagnostic]:
    for name in ("adam_beta1", "adam_beta2", "adam_eps"):
        if name in config.model_fields_set:
            hint = "remove it, or set `optimizer` to `adam` or `adamw`"
            yield Diagnostic("CRU303", f"`{name}` is Adam's, and the optimizer is `sgd`", (name,), hint=hint)


def _samples(config: SupervisedConfig) -> Iterator[Diagnostic]:
    for name in ("sample_max_tokens", "sample_temperature"):
        if name in config.model_fields_set:
            yield _warning("CRU405", f"`{name}` has no effect without `sample_prompts`", (name,))


def _lengths(config: SupervisedConfig, total: int) -> Iterator[Diagnostic]:
    warmup = warmup_steps(config.lr_schedule)
    if config.save_every > total:
        yield _too_long(
            "save_every", config.save_every, total, "no checkpoint is written before the final one"
        )
    if config.eval_every > total:
        what = "evaluation happens at the first and the last step only"
        yield _too_long("eval_every", config.eval_every, total, what)
    if warmup >= total:  # step s of W steps of warm-up has s / W of the rate, so step W is the first with all
        yield _too_long("lr_schedule", warmup, total, "the full learning rate is never reached")


def _too_long(name: str, steps: int, total: int, what: str) -> Diagnostic:
    message = f"`{name}` spans {steps} steps, and training ends after {total}: {what}"
    return _warning("CRU403", message, (name,), f"use fewer than {total} steps" if total > 1 else None)


def warmup_steps(schedule: LRSchedule) -> int:
    """Steps of warm-up, nested ones included."""
    steps = 0
    while isinstance(schedule, WarmupSchedule):
        steps += schedule.warmup
        schedule = schedule.schedule
    return steps


def _warning(code: str, message: str, loc: Loc, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, loc, hint=hint, severity=Severity.WARNING)
