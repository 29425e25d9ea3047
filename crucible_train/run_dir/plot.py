"""A run's losses as a picture: one self-contained SVG, in light or dark as its viewer prefers."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train.run_dir.axis import Axis, make_axis
from crucible_train.run_dir.series import Point, Series, read_series, smoothed, thinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH, HEIGHT = 880, 500
LEFT, RIGHT, TOP, BOTTOM = 78, 836, 112, 424
"""The edges of the plotted area, in pixels."""

TRAIN_METRIC = "train_mean_nll"
HELD_OUT_METRIC = "eval_mean_nll"

MAX_UNSMOOTHED = 150
"""A train curve of more points is drawn as their middle mean, with the points behind it."""
SMOOTHING_PARTS = 40
MAX_MARKED = 40
"""Held-out curves of up to so many points have a mark on each."""
MAX_SEGMENTS = 100
"""Gaps are drawn as gaps up to so many pieces."""
MAX_TITLE = 80
"""Characters of the title that fit above the plot."""
MAX_DRAWN = 1200
"""Points drawn per curve: more than the plot has pixels across."""

_STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;fill:#1f2933}
.card{fill:#ffffff;stroke:#dfe3e8}.title{font-size:20px;font-weight:600}.sub{font-size:13px}
.small{font-size:12px}.quiet{fill:#66717f}.grid{stroke:#e9edf1}.axis{stroke:#aeb7c2}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}.raw{stroke-width:1;opacity:.32}
.train{stroke:#2f6fdf}.held{stroke:#d9622b}.dot-train{fill:#2f6fdf}.dot-held{fill:#d9622b}
.ring{fill:#ffffff;stroke:#d9622b;stroke-width:2}.held-text{fill:#b04a18;font-weight:600;
paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}
@media (prefers-color-scheme:dark){
text{fill:#e6e9ee}.card{fill:#14181f;stroke:#2b323d}.quiet{fill:#98a3b3}.grid{stroke:#252c37}
.axis{stroke:#4a5462}.train{stroke:#6ea8ff}.held{stroke:#ff9d66}.dot-train{fill:#6ea8ff}
.dot-held{fill:#ff9d66}.ring{fill:#14181f;stroke:#ff9d66}.held-text{fill:#ff9d66;stroke:#14181f}}
"""


@dataclass(frozen=True, slots=True)
class _Curve:
    """What is drawn of one series: `raw` segments behind, `line` segments in front."""

    series: Series
    name: str
    css: str
    line: tuple[tuple[Point, ...], ...]
    raw: tuple[tuple[Point, ...], ...] = ()
    note: str = ""


def loss_svg(rows: Sequence[Mapping[str, Any]], *, title: str = "Loss") -> str:
    """The train and held-out loss of a run, from the rows of its `metrics.jsonl`.

    Losses are mean negative log-likelihoods in nats per token (`train_mean_nll`, `eval_mean_nll`), over
    optimizer steps. A long train curve is drawn as a running interquartile mean ("middle
    mean") with the values behind it. Values that were not finite, or that lie far above the rest, are not
    drawn; a note counts them. Rows without a loss give a picture that says so. The same rows give the same
    picture; 100,000 rows make about 35 kB.
    """
    train, held_out = read_series(rows, TRAIN_METRIC), read_series(rows, HELD_OUT_METRIC)
    curves = [curve for curve in (_train_curve(train), _held_out_curve(held_out)) if curve.series.points]
    if not curves:
        broken = train.num_non_finite + held_out.num_non_finite
        return _document(title, f"no {'finite ' if broken else ''}loss has been logged yet", _empty())
    x, y = _axes(curves)
    body = [*_grid(x, y), '<g clip-path="url(#area)">']
    for curve in curves:
        body += _lines(curve, x, y)
    body += ["</g>", *_ends(curves, x, y), *_marks(held_out, x, y), *_legend(curves)]
    body += _notes((train, held_out), curves, y)
    return _document(title, _summary(curves), body)


def _train_curve(series: Series) -> _Curve:
    num_points = len(series.points)
    if num_points <= MAX_UNSMOOTHED:
        return _Curve(series, "train", "train", series.segments)
    half_width = num_points // SMOOTHING_PARTS // 2
    line = tuple(tuple(smoothed(segment, half_width)) for segment in series.segments)
    return _Curve(
        series, "train", "train", line, series.segments, f"middle mean of {2 * half_width + 1:,} steps"
    )


def _held_out_curve(series: Series) -> _Curve:
    return _Curve(series, "held out", "held", series.segments)


def _axes(curves: Iterable[_Curve]) -> tuple[Axis, Axis]:
    lines = [point for curve in curves for segment in curve.line for point in segment]
    raw = [point for curve in curves for segment in curve.raw for point in segment]
    steps = [step for step, _ in lines]
    values = [value for _, value in lines]
    low = min(values + [value for _, value in raw])
    high = max(values)
    if raw:
        # Single wild values must not press the curve flat: room for half its height, not for any height.
        high = min(max(high, *(value for _, value in raw)), high + (high - low) / 2)
    pad = (high - low) * 0.06
    x = make_axis(min(steps), max(steps), LEFT, RIGHT, whole=True, num_ticks=8)
    return x, make_axis(low - pad, high + pad, BOTTOM, TOP)


def _grid(x: Axis, y: Axis) -> Iterable[str]:
    for tick in y.ticks:
        at = _px(y.at(tick))
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{at}" y2="{at}"/>'
        yield _text(LEFT - 10, y.at(tick) + 4, y.label(tick), "small quiet", "end")
    yield f'<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>'
    for tick in x.ticks:
        at = _px(x.at(tick))
        yield f'<line class="axis" x1="{at}" x2="{at}" y1="{BOTTOM}" y2="{BOTTOM + 5}"/>'
        yield _text(x.at(tick), BOTTOM + 20, x.label(tick), "small quiet", "middle")
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 42, "optimizer step", "small quiet", "middle")
    middle = (TOP + BOTTOM) / 2
    yield (
        f'<text class="small quiet" text-anchor="middle" transform="translate(24 {middle}) rotate(-90)">'
        "mean loss (nats per token)</text>"
    )


def _lines(curve: _Curve, x: Axis, y: Axis) -> Iterable[str]:
    for css, every in (("line raw", curve.raw), ("line", curve.line)):
        # Past some number of gaps a line of dots would say less, and take more, than a line across them.
        segments = (
            every if len(every) <= MAX_SEGMENTS else (tuple(point for each in every for point in each),)
        )
        total = sum(len(segment) for segment in segments)
        for segment in segments:
            share = max(MAX_DRAWN * len(segment) // total // 2 * 2, 4)
            points = [(x.at(step), y.at(value)) for step, value in thinned(segment, share)]
            if len(points) == 1:
                yield _dot(points[0], f"dot-{curve.css}", 3.5)
            else:
                path = " ".join(f"{_px(px)},{_px(py)}" for px, py in points)
                yield f'<polyline class="{css} {curve.css}" points="{path}"/>'


def _marks(held_out: Series, x: Axis, y: Axis) -> Iterable[str]:
    points = held_out.points
    if len(points) <= MAX_MARKED:
        for step, value in points:
            yield _dot((x.at(step), y.at(value)), "dot-held", 3.5)
    if len(points) > 1:
        step, value = _best(points)
        center = (x.at(step), y.at(value))
        yield _dot(center, "ring", 5)
        beside = min(max(center[0], LEFT + 36), RIGHT - 36)
        # Above, because the train curve tends to be just below.
        yield _text(beside, center[1] - 12, f"best {value:.4g}", "small held-text", "middle")


def _ends(curves: Iterable[_Curve], x: Axis, y: Axis) -> Iterable[str]:
    for curve in curves:
        step, value = curve.line[-1][-1]
        yield _dot((x.at(step), y.at(value)), f"dot-{curve.css}", 3.5)


def _legend(curves: Sequence[_Curve]) -> Iterable[str]:
    left = float(LEFT)
    for curve in curves:
        words = f"{curve.name} ({curve.note})" if curve.note else curve.name
        yield f'<line class="line {curve.css}" x1="{_px(left)}" x2="{_px(left + 22)}" y1="88" y2="88"/>'
        yield _text(left + 30, 92, words, "small", "start")
        left += 30 + 6.6 * len(words) + 26


def _notes(series: Iterable[Series], curves: Iterable[_Curve], y: Axis) -> Iterable[str]:
    notes = [
        f"{_values(each.num_non_finite)} not finite, the first at step {each.first_non_finite:,}"
        for each in series
        if each.num_non_finite
    ]
    above = sum(value > y.high for curve in curves for segment in curve.raw for _, value in segment)
    if above:
        notes.append(f"{_values(above)} above the top edge")
    if notes:
        yield _text(LEFT, HEIGHT - 14, "Not drawn: " + "; ".join(notes), "small quiet", "start")


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _summary(curves: Sequence[_Curve]) -> str:
    last = max(curve.line[-1][-1][0] for curve in curves)
    parts = [f"after step {int(last):,}"]
    for curve in curves:
        parts.append(f"{curve.name} {curve.line[-1][-1][1]:.4g}")
        if curve.css == "held":
            step, value = _best(curve.series.points)
            parts[-1] += f" (best {value:.4g} at step {int(step):,})"
    return " · ".join(parts)


def _best(points: Sequence[Point]) -> Point:
    return min(points, key=lambda point: point[1])


def _empty() -> list[str]:
    x, y = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2
    return [_text(x, y, "The curve begins with the first finite loss.", "sub quiet", "middle")]


def _document(title: str, subtitle: str, body: Iterable[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    area = f'x="{LEFT}" y="{TOP - 6}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP + 6}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{_escape(title)}</title><desc>{_escape(subtitle)}</desc>",
        f"<style>{_STYLE}</style>",
        f'<defs><clipPath id="area"><rect {area}/></clipPath></defs>',
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
        _text(LEFT, 42, _cut(title), "title", "start"),
        _text(LEFT, 64, subtitle, "sub quiet", "start"),
    ]
    return "\n".join([*head, *body, "</svg>\n"])


def _cut(title: str) -> str:
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"


def _text(x: float, y: float, words: str, css: str, anchor: str) -> str:
    return f'<text class="{css}" x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}">{_escape(words)}</text>'


def _dot(center: Point, css: str, radius: float) -> str:
    return f'<circle class="{css}" cx="{_px(center[0])}" cy="{_px(center[1])}" r="{radius}"/>'


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _escape(words: str) -> str:
    """Text for XML; characters that XML cannot hold at all become U+FFFD."""
    return html.escape(_NOT_XML.sub("\ufffd", words))
