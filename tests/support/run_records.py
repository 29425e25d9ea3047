"""Where a loop under test writes: a metrics logger and a checkpoint log that keep everything."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from crucible_train.session import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMED = {"tokens_per_s"}


@dataclass
class RecordingLogger:
    """Keeps every row."""

    rows: list[tuple[int, dict[str, float]]] = field(default_factory=list)

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self.rows.append((step, dict(metrics)))

    def close(self) -> None:
        raise AssertionError("whoever opened the logger closes it")

    def untimed(self) -> list[tuple[int, dict[str, float]]]:
        """The rows without what a clock measured."""
        return [
            (step, {name: value for name, value in metrics.items() if name not in TIMED})
            for step, metrics in self.rows
        ]

    def column(self, name: str) -> list[tuple[int, float]]:
        """The steps at which `name` was logged, and its values."""
        return [(step, metrics[name]) for step, metrics in self.rows if name in metrics]


@dataclass
class MemoryCheckpoints:
    """Keeps every checkpoint as the line of JSON it would be in a file."""

    lines: list[str] = field(default_factory=list)

    def append(self, checkpoint: Checkpoint) -> None:
        self.lines.append(json.dumps(asdict(checkpoint)))

    def last(self) -> Checkpoint | None:
        return self.all()[-1] if self.lines else None

    def all(self) -> list[Checkpoint]:
        return [Checkpoint(**json.loads(line)) for line in self.lines]
