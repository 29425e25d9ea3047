"""The report of a training loop, in the words of people who train models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from crucible_train.stages.report.json_blocks import blocks_of
from crucible_train.stages.report.tree import Block, Facts, Table
from crucible_train.stages.report.wording import duration, in_words, number

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECOGNISED_BY = ("steps", "stopped_early", "wall_time_s")

_FACTS: dict[str, str] = {
    "steps": "optimizer steps",
    "epochs": "epochs",
    "stopped_early": "stopped early",
    "resumed_from": "resumed from",
    "wall_time_s": "time",
    "num_train_examples": "training examples",
    "num_eval_examples": "held-out examples",
    "num_tokens": "tokens trained on",
    "num_target_tokens": "target tokens",
    "final_state_path": "final state",
}
"""Key to what a person calls it."""

_MEASURES = ("first", "last", "best")

_LOSSES: dict[str, str] = {
    "train_mean_nll": "training (nats per token)",
    "eval_mean_nll": "held out (nats per token)",
    "train_bits_per_byte": "training (bits per byte)",
    "eval_bits_per_byte": "held out (bits per byte)",
}
"""Loss to what a person calls it; a result has up to three values of each, by the names `_MEASURES`."""

_NOT_USED: dict[str, str] = {
    "dropped_train": "training records gave no example",
    "dropped_eval": "held-out records gave no example",
    "num_truncated_train": "training examples were cut to `max_length`",
    "num_truncated_eval": "held-out examples were cut to `max_length`",
}
"""Counts of records that were not trained on as they are."""

_LOSS_KEYS = frozenset(f"{measure}_{loss}" for measure in _MEASURES for loss in _LOSSES)


def is_training(output: Mapping[str, Any]) -> bool:
    """Whether it is the report of a training loop."""
    return all(key in output for key in _RECOGNISED_BY)


def training_in_short(output: Mapping[str, Any]) -> str:
    """Steps, losses and time in one line."""
    parts = [f"{in_words(output['steps'])} steps"]
    if output["stopped_early"]:
        parts[0] += " (stopped early)"
    first, last = output.get("first_train_mean_nll"), output.get("last_train_mean_nll")
    if _is_number(last):
        parts.append(f"training loss {f'{number(first)} → ' if _is_number(first) else ''}{number(last)}")
    last, best = output.get("last_eval_mean_nll"), output.get("best_eval_mean_nll")
    if _is_number(last):
        parts.append(f"held-out loss {number(last)}{f' (best {number(best)})' if _is_number(best) else ''}")
    return ", ".join([*parts, _value("wall_time_s", output["wall_time_s"])])


def training_blocks(output: Mapping[str, Any]) -> tuple[Block, ...]:
    """The figures a person looks for first, and below them whatever else is in it."""
    facts = [
        (words, _value(key, output[key])) for key, words in _FACTS.items() if output.get(key) is not None
    ]
    known = {*_FACTS, *_LOSS_KEYS, *_NOT_USED}
    rest = {key: value for key, value in output.items() if key not in known}
    return (*((Facts(tuple(facts)),) if facts else ()), *_losses(output), *blocks_of(rest))


def training_warnings(output: Mapping[str, Any]) -> Iterator[str]:
    """Records that were not trained on as they are, and a loss that ended higher than it began."""
    for key, words in _NOT_USED.items():
        count = output.get(key)
        if isinstance(count, Mapping) and count:
            reasons = cast("Mapping[str, Any]", count)
            shown = ", ".join(f"{reason} {in_words(value)}" for reason, value in reasons.items())
            yield f"{words}: {shown}"
        elif _is_number(count) and count:
            yield f"{number(count)} {words}"
    first, last = output.get("first_train_mean_nll"), output.get("last_train_mean_nll")
    if _is_number(first) and _is_number(last) and last > first:
        yield f"the training loss rose from {number(first)} to {number(last)}"


def _losses(output: Mapping[str, Any]) -> Iterator[Table]:
    rows: list[tuple[str, ...]] = []
    for loss, words in _LOSSES.items():
        values = [output.get(f"{measure}_{loss}") for measure in _MEASURES]
        if any(value is not None for value in values):
            rows.append((words, *("" if value is None else in_words(value) for value in values)))
    if rows:
        yield Table(("loss", *_MEASURES), tuple(rows), frozenset({1, 2, 3}))


def _value(key: str, value: Any) -> str:
    return duration(value) if key.endswith("_s") and _is_number(value) else in_words(value)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
