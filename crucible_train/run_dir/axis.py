"""An axis: its range, round ticks, and where a value lies on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps [low, high] to [start, stop] (pixels; `start` may be the larger)."""

    low: float
    high: float
    start: float
    stop: float
    ticks: tuple[float, ...]
    decimals: int

    def at(self, value: float) -> float:
        """The pixel of `value`."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def label(self, tick: float) -> str:
        """A tick in words: `1,000`, `2.25`, `1e+07`."""
        if tick and not 1e-4 <= abs(tick) < 1e7:
            return f"{tick:.3g}"
        return f"{tick:,.{self.decimals}f}"


def make_axis(
    low: float, high: float, start: float, stop: float, *, whole: bool = False, num_ticks: int = 6
) -> Axis:
    """An axis over [low, high] with about `num_ticks` ticks at round values.

    A range that is empty, or too narrow to label, is widened around its value. `whole` keeps the ticks on
    integers.
    """
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-6):
        margin = max(abs(low) * 0.1, 0.5)
        low, high = low - margin, high + margin
    step = _round_step((high - low) / num_ticks)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = 0 if whole else next(n for n in range(20) if math.isclose(step, round(step, n), rel_tol=1e-9))
    return Axis(low, high, start, stop, tuple(n * step for n in range(first, last + 1)), decimals)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in ROUND_STEPS if power * factor >= raw * (1 - 1e-9))
