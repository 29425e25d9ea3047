"""Series and axes: what a plot is made of."""

from __future__ import annotations

import math

import pytest

from crucible_train.run_dir.axis import make_axis
from crucible_train.run_dir.series import read_series, smoothed, thinned


class TestReadSeries:
    def test_rows_without_the_metric_do_not_count(self) -> None:
        series = read_series([{"step": 0, "a": 1.0}, {"step": 0, "b": 9.0}, {"step": 1, "a": 2.0}], "a")
        assert series.segments == (((0, 1.0), (1, 2.0)),)
        assert series.num_non_finite == 0

    def test_values_that_are_not_finite_cut_the_curve(self) -> None:
        values = [1.0, None, math.nan, 2.0, 3.0, math.inf]
        series = read_series([{"step": step, "a": value} for step, value in enumerate(values)], "a")
        assert series.segments == (((0, 1.0),), ((3, 2.0), (4, 3.0)))
        assert (series.num_non_finite, series.first_non_finite) == (3, 1)
        assert series.points == ((0, 1.0), (3, 2.0), (4, 3.0))

    def test_rows_are_put_in_order(self) -> None:
        assert read_series([{"step": 2, "a": 1.0}, {"step": 1, "a": 2.0}], "a").points == ((1, 2.0), (2, 1.0))


class TestSmoothed:
    def test_a_line_stays_a_line_up_to_the_cut_end(self) -> None:
        line = [(float(n), 3.0 * n) for n in range(50)]
        for (_, expected), (_, value) in zip(line[:45], smoothed(line, 5)[:45], strict=True):
            assert value == pytest.approx(expected)

    def test_one_wild_value_does_not_move_it(self) -> None:
        points = [(float(n), 1e9 if n == 20 else 2.0) for n in range(40)]
        assert {value for _, value in smoothed(points, 4)} == {2.0}

    def test_it_begins_at_the_first_point(self) -> None:
        assert smoothed([(0.0, 9.0), (1.0, 1.0), (2.0, 1.0)], 1)[0] == (0.0, 9.0)

    def test_the_window_is_its_width(self) -> None:
        values = [0.0, 4.0, 1.0, 3.0, 2.0, 9.0, 5.0]
        points = [(float(n), value) for n, value in enumerate(values)]
        # Of five values the middle three count: one is cut off at either end.
        assert smoothed(points, 2)[3][1] == pytest.approx((2.0 + 3.0 + 4.0) / 3)

    def test_no_width_is_no_smoothing(self) -> None:
        points = [(0.0, 1.0), (1.0, 5.0)]
        assert smoothed(points, 0) == points


class TestThinned:
    def test_few_points_stay(self) -> None:
        points = [(float(n), float(n)) for n in range(10)]
        assert thinned(points, 10) == points

    @pytest.mark.parametrize("count", [11, 100, 12_345])
    def test_many_keep_ends_order_and_extremes(self, count: int) -> None:
        points = [(float(n), math.sin(n) * n) for n in range(count)]
        kept = thinned(points, 10)
        assert len(kept) <= 10
        assert set(kept) <= set(points)
        assert kept == sorted(kept)
        assert (kept[0], kept[-1]) == (points[0], points[-1])
        for extreme in (min, max):
            assert extreme(points, key=lambda point: point[1]) in kept

    def test_a_flat_part_leaves_one_point(self) -> None:
        assert len(thinned([(float(n), 1.0) for n in range(1000)], 4)) <= 4


class TestAxis:
    @pytest.mark.parametrize(
        ("low", "high", "ticks"),
        [
            (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (1.95, 2.31, ["2.0", "2.1", "2.2", "2.3"]),
            (0.0, 12.0, ["0", "2", "4", "6", "8", "10", "12"]),
            (-1.0, 1.0, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
            (0.0, 0.00001, ["0.000000", "2e-06", "4e-06", "6e-06", "8e-06", "1e-05"]),
            (2.0, 2.5, ["2.0", "2.1", "2.2", "2.3", "2.4", "2.5"]),
            (0.0, 15.0, ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5", "15.0"]),
        ],
    )
    def test_ticks_are_round(self, low: float, high: float, ticks: list[str]) -> None:
        axis = make_axis(low, high, 0, 100)
        assert [axis.label(tick) for tick in axis.ticks] == ticks

    @pytest.mark.parametrize(
        ("high", "ticks"),
        [
            (1, ["0", "1"]),
            (9, ["0", "2", "4", "6", "8"]),
            (99_999, ["0", "20,000", "40,000", "60,000", "80,000"]),
        ],
    )
    def test_steps_are_whole(self, high: float, ticks: list[str]) -> None:
        axis = make_axis(0, high, 0, 100, whole=True)
        assert [axis.label(tick) for tick in axis.ticks] == ticks

    def test_large_values_are_short(self) -> None:
        axis = make_axis(0, 3e9, 0, 100)
        assert axis.label(axis.ticks[1]) == "5e+08"

    @pytest.mark.parametrize("value", [0.0, 5.0, -3.0, 1e6])
    def test_one_value_lies_in_the_middle(self, value: float) -> None:
        assert make_axis(value, value, 0, 100).at(value) == pytest.approx(50)

    def test_values_map_to_pixels(self) -> None:
        axis = make_axis(0, 10, 400, 100)
        assert [axis.at(value) for value in (0, 5, 10)] == [400, 250, 100]
