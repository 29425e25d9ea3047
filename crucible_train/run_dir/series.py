"""One metric over the steps of a run, made fit to draw: gaps, smoothing, fewer points."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point: TypeAlias = tuple[float, float]
"""Step and value."""


@dataclass(frozen=True, slots=True)
class Series:
    """A metric's values by step.

    `segments` are runs of finite values, cut where a value was not finite, so that a line drawn through one
    never bridges a NaN.
    """

    segments: tuple[tuple[Point, ...], ...]
    num_non_finite: int = 0
    first_non_finite: int | None = None
    """The step of the first value that was not finite."""

    @property
    def points(self) -> tuple[Point, ...]:
        """All finite values."""
        return tuple(point for segment in self.segments for point in segment)


def read_series(rows: Sequence[Mapping[str, Any]], metric: str) -> Series:
    """The values of `metric` in rows of `metrics.jsonl`, by step. Rows without it do not count."""
    segments: list[list[Point]] = [[]]
    broken: list[int] = []
    for row in sorted((row for row in rows if metric in row), key=lambda row: row["step"]):
        value = row[metric]
        if value is None or not math.isfinite(value):
            broken.append(row["step"])
            segments.append([])
        else:
            segments[-1].append((row["step"], value))
    kept = tuple(tuple(segment) for segment in segments if segment)
    return Series(kept, len(broken), broken[0] if broken else None)


def smoothed(points: Sequence[Point], half_width: int) -> list[Point]:
    """The interquartile mean over `2 * half_width + 1` points, which single wild values do not move.

    At the start, where losses fall steeply, the window shrinks evenly, so that the curve begins where the
    points do; at the end it is cut, so that the curve does not end in the noise of the last point.
    """
    result: list[Point] = []
    window: list[float] = []
    low = high = 0
    for index, (step, _) in enumerate(points):
        reach = min(half_width, index)
        while high < min(index + reach + 1, len(points)):
            bisect.insort(window, points[high][1])
            high += 1
        while low < index - reach:
            del window[bisect.bisect_left(window, points[low][1])]
            low += 1
        quarter = len(window) // 4
        result.append((step, sum(window[quarter : len(window) - quarter]) / (len(window) - 2 * quarter)))
    return result


def thinned(points: Sequence[Point], max_points: int) -> list[Point]:
    """At most `max_points` points (an even number above 3) with the same envelope, first and last.

    The points between are cut into equal parts, and each part leaves its lowest and its highest, in order.
    """
    if len(points) <= max_points:
        return list(points)
    inner = points[1:-1]
    num_parts = max_points // 2 - 1
    kept = [points[0]]
    for part in range(num_parts):
        bucket = inner[part * len(inner) // num_parts : (part + 1) * len(inner) // num_parts]
        lowest, highest = (pick(bucket, key=lambda point: point[1]) for pick in (min, max))
        kept += sorted({lowest, highest})
    kept.append(points[-1])
    return kept
