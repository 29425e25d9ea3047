"""How often each label occurs: a model can look good by always giving the commonest."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.records import Conversation, Shape
from crucible_train.result import Err, Ok, Result
from crucible_train.stages.validate_data.survey import prompt_and_answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_train.stages.validate_data.survey import Survey

MAX_LISTED = 20
MAX_LABELS = 100
MIN_REPEATS = 5
"""Answers are labels where there are at most `MAX_LABELS`, each given `MIN_REPEATS` times on average."""

_ONE_ANSWER = frozenset({Shape.PROMPT_COMPLETION, Shape.ALPACA, Shape.QUESTION_ANSWER})


@dataclass(frozen=True, slots=True)
class Labels:
    """The balance of labels."""

    source: str
    """What is counted: a column, or the answers."""
    num_labels: int
    num_labelled: int
    num_missing: int
    """Records without one."""
    majority_share: float
    """Fraction of the labelled records that have the commonest label."""
    entropy_bits: float
    """Shannon's entropy: log2(`num_labels`) where all are as common, 0 where there is one."""
    counts: tuple[tuple[Any, int], ...]
    """The `MAX_LISTED` commonest labels, commonest first."""

    def to_json(self) -> dict[str, Any]:
        """The balance as JSON data."""
        return {
            "source": self.source,
            "num_labels": self.num_labels,
            "num_labelled": self.num_labelled,
            "num_missing": self.num_missing,
            "majority_share": self.majority_share,
            "entropy_bits": self.entropy_bits,
            "counts": [{"label": label, "num_records": count} for label, count in self.counts],
        }


def column_labels(data: Survey, column: str) -> Result[Labels, str]:
    """The balance of a column's values. `Err` says why there is none, in words."""
    names = [one.name for one in data.columns]
    if column not in names:
        meant = did_you_mean(column, names) or f"it has {', '.join(names)}"
        return Err(f"{data.origin} has no column `{column}`; {meant}")
    labels = _balance(f"column `{column}`", (row.get(column) for row in data.rows))
    return Err(f"{data.origin} has no value in the column `{column}`") if labels is None else Ok(labels)


def answer_labels(data: Survey) -> Labels | None:
    """The balance of the answers, where these are labels: few, and each given again and again."""
    if data.shape not in _ONE_ANSWER:
        return None
    answers = [
        "\n".join(message.content for message in prompt_and_answer(record)[1])
        for _, record in data.records
        if isinstance(record, Conversation)
    ]
    num_labels = len(set(answers))
    if num_labels > MAX_LABELS or num_labels * MIN_REPEATS > len(answers):
        return None
    return _balance("answers", answers)


def _balance(source: str, values: Iterable[object]) -> Labels | None:
    counts = Counter(json.dumps(value, sort_keys=True, default=str) for value in values)
    num_missing = counts.pop("null", 0)
    num_labelled = counts.total()
    if not num_labelled:
        return None
    shares = sorted(count / num_labelled for count in counts.values())
    entropy = math.fsum(-share * math.log2(share) for share in shares)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    listed = tuple((_value(text), count) for text, count in ranked[:MAX_LISTED])
    return Labels(source, len(ranked), num_labelled, num_missing, shares[-1], max(entropy, 0.0), listed)


def _value(text: str) -> Any:
    return json.loads(text, parse_constant=str)  # NaN is no JSON
