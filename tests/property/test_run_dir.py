"""A process can die at any byte."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.result import Ok
from crucible_train.run_dir import FileCheckpointLog, JsonlMetricsLogger, loss_svg, read_metrics
from crucible_train.run_dir.series import smoothed, thinned
from crucible_train.session import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINTS = [
    Checkpoint("eins", 10, 0, 10, False, "tinker://a/ä€😀", None, {"best": 1.5, "bad": [0, {"a": None}]}),
    Checkpoint("zwei", 20, 1, 5, False, "tinker://b", "tinker://b-sampler"),
    Checkpoint("drei", 30, 2, 0, True, "tinker://c"),
]


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk changes nothing that these tests look at, and takes most of their time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def complete(data: bytes, length: int) -> int:
    """Lines of `data` that are whole after `length` bytes, be it without their line end."""
    ends = [index for index, byte in enumerate(data) if byte == ord("\n")]
    return sum(length >= end for end in ends)


@pytest.mark.usefixtures("_fast")
def test_checkpoints_survive_a_cut_at_every_byte(tmp_path: Path) -> None:
    log = FileCheckpointLog(tmp_path)
    path = tmp_path / "checkpoints.jsonl"
    for checkpoint in CHECKPOINTS:
        log.append(checkpoint)
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        kept = CHECKPOINTS[: complete(whole, length)]
        assert FileCheckpointLog(tmp_path).last() == (kept[-1] if kept else None), length
        assert FileCheckpointLog(tmp_path).read() == Ok(tuple(kept)), length
        path.write_bytes(whole[:length])
        FileCheckpointLog(tmp_path).append(CHECKPOINTS[0])
        assert FileCheckpointLog(tmp_path).read() == Ok((*kept, CHECKPOINTS[0])), length


@pytest.mark.usefixtures("_fast")
def test_metrics_survive_a_cut_at_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    logger = JsonlMetricsLogger(path)
    for step in range(4):
        logger.log(step, {"loss": step / 3, "ä": float("nan")})
    logger.close()
    whole = path.read_bytes()
    rows = [json.loads(line) for line in whole.splitlines()]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        kept = rows[: complete(whole, length)]
        assert read_metrics(path) == Ok(kept), length
        logger = JsonlMetricsLogger(path)
        logger.truncate_from(2)
        logger.close()
        assert read_metrics(path) == Ok([row for row in kept if row["step"] < 2]), length


values = st.none() | st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"step": st.integers(min_value=0, max_value=10**9)},
            optional={"train_mean_nll": values, "eval_mean_nll": values},
        ),
        max_size=30,
    ),
    st.text(max_size=20),
)
def test_any_rows_make_a_picture(rows: list[dict[str, Any]], title: str) -> None:
    text = loss_svg(rows, title=title)
    assert text.startswith("<svg")
    assert "nan" not in text.split("</desc>")[1]
    assert "inf" not in text.split("</desc>")[1].replace("infinite", "")


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=1, max_size=60), st.integers(0, 20))
def test_smoothing_stays_between_the_extremes(losses: list[float], half_width: int) -> None:
    points = [(float(step), loss) for step, loss in enumerate(losses)]
    smooth = smoothed(points, half_width)
    assert [step for step, _ in smooth] == [step for step, _ in points]
    slack = 1e-6 * max(1.0, *(abs(loss) for loss in losses))
    assert all(min(losses) - slack <= value <= max(losses) + slack for _, value in smooth)


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), max_size=200), st.sampled_from([4, 6, 20]))
def test_thinning_keeps_the_envelope(losses: list[float], max_points: int) -> None:
    points = [(float(step), loss) for step, loss in enumerate(losses)]
    kept = thinned(points, max_points)
    assert len(kept) <= max_points
    assert kept == sorted(set(kept) & set(points))
    if losses:
        assert min(loss for _, loss in kept) == pytest.approx(min(losses))
        assert max(loss for _, loss in kept) == pytest.approx(max(losses))
