"""Leakage: evaluation records that are among the training records, which makes any evaluation look good.

Case and white space do not count, so that a copy is found where somebody has tidied it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_train.records import TextRecord
from crucible_train.stages.validate_data.finding import Finding, finding
from crucible_train.stages.validate_data.survey import asks, prompt_and_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.records import Message, Record
    from crucible_train.stages.validate_data.survey import Survey

Key: TypeAlias = tuple[str, ...]


def overlap(train: Survey, evaluation: Survey, num_examples: int) -> Finding:
    """Records of `evaluation` that are in `train`: as a whole, or their prompt with another answer."""
    keys = {index: _keys(record) for index, record in evaluation.records}
    wholes: dict[Key, int | None] = {whole: None for whole, _ in keys.values()}
    prompts: dict[Key, int | None] = {prompt: None for _, prompt in keys.values() if prompt is not None}
    for index, record in train.records:
        whole, prompt = _keys(record)
        if wholes.get(whole, index) is None:
            wholes[whole] = index
        if prompt is not None and prompts.get(prompt, index) is None:
            prompts[prompt] = index
    counts = {"record": 0, "prompt": 0}
    examples: list[dict[str, Any]] = []
    for index, (whole, prompt) in keys.items():
        for what, same_as in (("record", wholes[whole]), ("prompt", prompts[prompt] if prompt else None)):
            if same_as is not None:
                counts[what] += 1
                examples.append({"record": index, "same": what, "training_record": same_as})
                break
    return finding(examples, evaluation.num_records, num_examples, counts=counts)


def _keys(record: Record) -> tuple[Key, Key | None]:
    """What stands for the whole record, and for its prompt, if it has one."""
    if isinstance(record, TextRecord):
        return (_folded(record.text),), None
    prompt, answer = prompt_and_answer(record)
    key = _of(prompt)
    return key + _of(answer), key if asks(prompt) else None


def _of(messages: Sequence[Message]) -> Key:
    return tuple(part for message in messages for part in (message.role, _folded(message.content)))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
