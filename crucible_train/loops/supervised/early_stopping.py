"""When to stop: a pure fold over the values of the monitored metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from crucible_train.loops.supervised.config import EarlyStopping


class StopState(BaseModel):
    """What early stopping remembers, in memory and in checkpoints."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    best: float | None = None
    """The best value so far."""
    num_bad: int = 0
    """Measurements since then, none of which was an improvement."""

    def after(self, value: float, rule: EarlyStopping) -> StopState:
        """The state after one more measurement."""
        if self.best is None or _improves(value, self.best, rule):
            return StopState(best=value)
        return StopState(best=self.best, num_bad=self.num_bad + 1)

    def is_over(self, rule: EarlyStopping) -> bool:
        """Whether `rule.patience` measurements in a row failed to improve."""
        return self.num_bad >= rule.patience


def _improves(value: float, best: float, rule: EarlyStopping) -> bool:
    gain = best - value if rule.mode == "min" else value - best
    return gain > rule.min_delta
