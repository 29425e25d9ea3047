"""What a run has measured so far (`Progress`), and what it hands back at the end (`TrainReport`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.loops.supervised.rendering import DropReason


class Progress(BaseModel):
    """The running figures of a run. They are part of every checkpoint, so that a resumed run has them too."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    first_train_mean_nll: float | None = None
    last_train_mean_nll: float | None = None
    best_eval_mean_nll: float | None = None
    last_eval_mean_nll: float | None = None
    best_eval_bits_per_byte: float | None = None
    last_eval_bits_per_byte: float | None = None
    num_tokens: int = 0
    """Positions the model was run on in training."""
    num_target_tokens: int = 0

    def add_step(self, train_mean_nll: float, num_tokens: int, num_target_tokens: int) -> None:
        """Take in one more optimizer step."""
        if self.first_train_mean_nll is None:
            self.first_train_mean_nll = train_mean_nll
        self.last_train_mean_nll = train_mean_nll
        self.num_tokens += num_tokens
        self.num_target_tokens += num_target_tokens

    def add_evaluation(self, metrics: Mapping[str, float]) -> None:
        """Take in one more evaluation."""
        nll, bits = metrics["eval_mean_nll"], metrics.get("eval_bits_per_byte")
        self.best_eval_mean_nll = _least(self.best_eval_mean_nll, nll)
        self.last_eval_mean_nll = nll
        self.best_eval_bits_per_byte = _least(self.best_eval_bits_per_byte, bits)
        self.last_eval_bits_per_byte = bits


def _least(left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return left if right is None else right
    return min(left, right)


@dataclass(frozen=True, slots=True)
class TrainReport:
    """The outcome of a run that came to its end."""

    steps: int
    """Optimizer steps taken, those before a resume included."""
    epochs: float
    """Passes over the training data that those steps make."""
    stopped_early: bool
    """Whether early stopping ended the run before its last step."""
    progress: Progress
    """First, last and best figures."""
    num_train_examples: int
    num_eval_examples: int
    """Examples each evaluation used: 0 where nothing was evaluated."""
    dropped_train: Mapping[DropReason, int]
    """Training records that gave no example, by reason."""
    dropped_eval: Mapping[DropReason, int]
    num_truncated_train: int
    """Training examples that `max_length` cut short."""
    num_truncated_eval: int
    final_state_path: str
    """The trained weights and the optimizer's state, for `TrainingSession.load_state`."""
    resumed_from: str | None = None
    """The name of the checkpoint this run went on from."""
    wall_time_s: float = field(default=0.0, compare=False)
    """Seconds this process took, rendering included. Reports are compared without it."""

    def to_json(self) -> dict[str, Any]:
        """The report as JSON data, the figures of `progress` at its top level."""
        data = asdict(self)
        del data["progress"]
        return data | self.progress.model_dump()
