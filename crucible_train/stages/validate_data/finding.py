"""`Finding`: records that have something in common which a person should know before training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Finding:
    """How many records it is about, and the first of them."""

    num_records: int
    share: float
    """Fraction of all records."""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many records of each kind; one record may be of several."""
    examples: tuple[Mapping[str, Any], ...] = ()
    """The first records: the index of each (`record`), and what more there is to say about it."""

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON data."""
        return {
            "num_records": self.num_records,
            "share": self.share,
            "counts": dict(self.counts),
            "examples": [dict(example) for example in self.examples],
        }


def finding(
    examples: Sequence[Mapping[str, Any]],
    num_all: int,
    num_examples: int,
    *,
    num_records: int | None = None,
    counts: Mapping[str, int] | None = None,
) -> Finding:
    """The finding about the records of `examples`, or about `num_records` where not all are listed there."""
    number = len(examples) if num_records is None else num_records
    return Finding(number, number / num_all, counts or {}, tuple(examples[:num_examples]))
