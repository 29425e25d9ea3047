"""The picture of a run's losses."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest

from crucible_train.run_dir import loss_svg
from crucible_train.run_dir.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH

SVG = "{http://www.w3.org/2000/svg}"


def run(num_steps: int, *, eval_every: int = 0, **changed: dict[int, float | None]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for step in range(num_steps):
        loss = 2 + 3 * math.exp(-10 * step / num_steps) + math.sin(step * 12.9898) / 20
        rows.append({"step": step, "time": "t", "train_mean_nll": changed.get("train", {}).get(step, loss)})
        if eval_every and step % eval_every == 0:
            rows.append({"step": step, "eval_mean_nll": 2.1 + 3 * math.exp(-10 * step / num_steps)})
    return rows


def picture(rows: list[dict[str, Any]], **options: Any) -> ET.Element:
    return ET.fromstring(loss_svg(rows, **options))


def words(svg: ET.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def lines(svg: ET.Element, css: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.attrib["points"].split())]
        for line in svg.iter(f"{SVG}polyline")
        if line.attrib["class"] == css
    ]


def circles(svg: ET.Element, css: str) -> list[ET.Element]:
    return [circle for circle in svg.iter(f"{SVG}circle") if circle.attrib["class"] == css]


class TestWhatItSays:
    def test_title_axes_legend_and_values(self) -> None:
        said = words(picture(run(60, eval_every=10), title="Loss of a run"))
        assert "Loss of a run" in said
        assert "optimizer step" in said
        assert "mean loss (nats per token)" in said
        assert {"train", "held out"} <= set(said)
        assert any(text.startswith("after step 59 · train 1.9") and "held out 2.1" in text for text in said)
        assert any(text.startswith("best 2.1") for text in said)

    def test_text_is_escaped(self) -> None:
        title = '<b> & "quotes" \x00 \ud800 ä€😀'
        svg = picture(run(3), title=title)
        assert words(svg)[0] == '<b> & "quotes" \ufffd \ufffd ä€😀'
        assert svg.find(f"{SVG}title") is not None

    def test_a_long_title_is_cut(self) -> None:
        (shown, *_) = words(picture(run(3), title="x" * 200))
        assert len(shown) == 80
        assert shown.endswith("…")

    def test_no_losses(self) -> None:
        assert "no loss has been logged yet" in words(picture([]))
        assert "no loss has been logged yet" in words(picture([{"step": 0, "reward": 1.0}]))

    def test_only_losses_that_are_not_finite(self) -> None:
        assert "no finite loss has been logged yet" in words(picture([{"step": 0, "train_mean_nll": None}]))

    def test_it_is_the_same_every_time(self) -> None:
        assert loss_svg(run(500, eval_every=20)) == loss_svg(run(500, eval_every=20))


class TestCurves:
    def test_few_points_are_drawn_as_they_are(self) -> None:
        svg = picture(run(60))
        (train,) = lines(svg, "line train")
        assert len(train) == 60
        assert lines(svg, "line raw train") == []
        assert (train[0][0], train[-1][0]) == (LEFT, RIGHT)

    def test_many_points_are_smoothed_with_the_points_behind(self) -> None:
        svg = picture(run(400))
        (smooth,), (raw,) = lines(svg, "line train"), lines(svg, "line raw train")
        assert len(smooth) == len(raw) == 400
        assert "train (middle mean of 11 steps)" in words(svg)

        def roughness(line: list[tuple[float, float]]) -> float:
            return sum(abs(b[1] - a[1]) for a, b in pairwise(line[200:]))

        assert roughness(smooth) < roughness(raw) / 2

    def test_the_best_held_out_value_is_marked(self) -> None:
        rows = [{"step": step, "eval_mean_nll": value} for step, value in enumerate([3.0, 2.0, 1.5, 2.5])]
        svg = picture(rows)
        (ring,) = circles(svg, "ring")
        lowest = max(lines(svg, "line held")[0], key=lambda point: point[1])
        assert (float(ring.attrib["cx"]), float(ring.attrib["cy"])) == lowest
        assert "best 1.5" in words(svg)
        assert "after step 3 · held out 2.5 (best 1.5 at step 2)" in words(svg)

    def test_many_held_out_points_have_no_marks(self) -> None:
        assert len(circles(picture(run(40, eval_every=1)), "dot-held")) > 40
        assert len(circles(picture(run(41, eval_every=1)), "dot-held")) == 1

    def test_one_point_is_a_dot(self) -> None:
        svg = picture([{"step": 7, "train_mean_nll": 2.0}])
        assert lines(svg, "line train") == []
        dot = circles(svg, "dot-train")[0]
        assert float(dot.attrib["cx"]) == (LEFT + RIGHT) / 2
        assert float(dot.attrib["cy"]) == (TOP + BOTTOM) / 2
        assert "7" in words(svg)

    def test_a_gap_is_not_bridged(self) -> None:
        svg = picture(run(60, train={20: None, 21: math.nan}))
        assert [len(line) for line in lines(svg, "line train")] == [20, 38]
        assert "Not drawn: 2 values not finite, the first at step 20" in words(svg)

    def test_countless_gaps_are(self) -> None:
        svg = picture(run(1000, train=dict.fromkeys(range(0, 1000, 2))))
        assert len(lines(svg, "line train")) == 1
        assert "Not drawn: 500 values not finite, the first at step 0" in words(svg)

    def test_one_wild_value_does_not_press_the_curve_flat(self) -> None:
        svg = picture(run(400, train={200: 1e6}))
        (smooth,) = lines(svg, "line train")
        heights = [y for _, y in smooth]
        assert max(heights) - min(heights) > (BOTTOM - TOP) / 2
        assert "Not drawn: 1 value above the top edge" in words(svg)

    def test_a_run_that_diverges_is_shown_to_diverge(self) -> None:
        svg = picture(run(400, train=dict.fromkeys(range(200, 400), 50.0)))
        assert lines(svg, "line train")[0][-1][1] < (TOP + BOTTOM) / 2


class TestSize:
    def test_a_hundred_thousand_rows_make_a_small_picture(self) -> None:
        text = loss_svg(run(100_000, eval_every=100))
        assert len(text) < 120_000

    @pytest.mark.parametrize("num_steps", [1, 2, 3, 150, 151, 5000])
    def test_every_curve_stays_inside(self, num_steps: int) -> None:
        svg = picture(run(num_steps, eval_every=7))
        for line in svg.iter(f"{SVG}polyline"):
            for x, y in (pair.split(",") for pair in line.attrib["points"].split()):
                assert LEFT <= float(x) <= RIGHT
                assert TOP <= float(y) <= BOTTOM
        assert svg.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"

    def test_it_refers_to_nothing_outside(self) -> None:
        text = loss_svg(run(10)).replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text
        assert "<image" not in text
