"""What a stage put out: of one that is known, what people look for first; of any other, all as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crucible_train.stages.report.data_result import data_blocks, data_in_short, data_warnings, is_data_result
from crucible_train.stages.report.json_blocks import blocks_of, facts_in_short
from crucible_train.stages.report.training_result import (
    is_training,
    training_blocks,
    training_in_short,
    training_warnings,
)
from crucible_train.stages.report.tree import Block, Facts
from crucible_train.stages.report.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator


def in_short(output: Any) -> str:
    """A stage's output in one line."""
    if not isinstance(output, Mapping):
        return in_words(output)
    values = cast("Mapping[str, Any]", output)
    if is_training(values):
        return training_in_short(values)
    return data_in_short(values) if is_data_result(values) else facts_in_short(values)


def result_blocks(output: Any) -> tuple[Block, ...]:
    """A stage's output, whole."""
    if not isinstance(output, Mapping):
        return () if output is None else (Facts((("output", in_words(output)),)),)
    values = cast("Mapping[str, Any]", output)
    if is_training(values):
        return training_blocks(values)
    return data_blocks(values) if is_data_result(values) else blocks_of(values)


def result_warnings(output: Any) -> Iterator[str]:
    """What of a stage's output a person should look at."""
    if isinstance(output, Mapping):
        values = cast("Mapping[str, Any]", output)
        if is_training(values):
            yield from training_warnings(values)
        elif is_data_result(values):
            yield from data_warnings(values)
