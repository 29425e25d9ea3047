"""`metrics.jsonl`."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from crucible_train.result import Err
from crucible_train.run_dir import DamagedRunError, JsonlMetricsLogger, RunDirectoryErrorCode, read_metrics
from crucible_train.run_dir import metrics as metrics_module

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.session import MetricsLogger

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def write(path: Path, *steps: int) -> None:
    logger = JsonlMetricsLogger(path, clock=lambda: NOON)
    for step in steps:
        logger.log(step, {"loss": step / 2})
    logger.close()


def steps(path: Path) -> list[int]:
    return [row["step"] for row in read_metrics(path).unwrap()]


def test_a_row_has_its_step_its_time_and_its_metrics(path: Path) -> None:
    logger: MetricsLogger = JsonlMetricsLogger(path, clock=lambda: NOON)
    logger.log(3, {"train_mean_nll": 2.5, "tokens": 7})
    logger.close()
    assert path.read_text() == (
        '{"step": 3, "time": "2026-01-02T12:00:00.000+00:00", "train_mean_nll": 2.5, "tokens": 7}\n'
    )


def test_the_time_is_now_in_utc(path: Path) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    logger = JsonlMetricsLogger(path)
    logger.log(0, {})
    logger.close()
    (row,) = read_metrics(path).unwrap()
    logged = datetime.fromisoformat(row["time"])
    assert logged.utcoffset() == timedelta(0)
    assert before <= logged <= datetime.now(UTC)


def test_a_row_can_be_read_before_the_logger_is_closed(path: Path) -> None:
    logger = JsonlMetricsLogger(path)
    logger.log(0, {"loss": 1.0})
    assert steps(path) == [0]
    logger.close()


def test_what_is_not_finite_is_null_and_named(path: Path) -> None:
    logger = JsonlMetricsLogger(path, clock=lambda: NOON)
    logger.log(0, {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.0})
    logger.close()
    (row,) = read_metrics(path).unwrap()
    assert (row["a"], row["b"], row["c"], row["d"]) == (None, None, None, 1.0)
    assert row["non_finite"] == {"a": "nan", "b": "inf", "c": "-inf"}


def test_numbers_of_numpy_are_numbers(path: Path) -> None:
    logger = JsonlMetricsLogger(path)
    logger.log(0, {"a": float(np.float32(0.5)), "b": np.float32(0.25), "c": np.int64(3), "d": np.float64(2)})
    logger.close()
    (row,) = read_metrics(path).unwrap()
    assert (row["a"], row["b"], row["c"], row["d"]) == (0.5, 0.25, 3.0, 2.0)


@pytest.mark.parametrize("name", ["step", "time", "non_finite"])
def test_a_metric_cannot_take_a_name_of_the_row(path: Path, name: str) -> None:
    logger = JsonlMetricsLogger(path)
    with pytest.raises(ValueError, match=name):
        logger.log(0, {name: 1.0})
    logger.close()
    assert steps(path) == []


def test_a_closed_logger_stays_closed(path: Path) -> None:
    logger = JsonlMetricsLogger(path)
    logger.close()
    logger.close()
    with pytest.raises(ValueError, match="closed file"):
        logger.log(0, {})


class TestTruncateFrom:
    """A resumed run logs no step twice."""

    def test_drops_that_step_and_later_ones(self, path: Path) -> None:
        write(path, 0, 1, 1, 2, 3)
        before = path.read_bytes().splitlines(keepends=True)
        logger = JsonlMetricsLogger(path)
        assert logger.truncate_from(2) == 2
        assert path.read_bytes() == b"".join(before[:3])
        logger.log(2, {})
        logger.close()
        assert steps(path) == [0, 1, 1, 2]

    def test_nothing_to_drop(self, path: Path) -> None:
        write(path, 0, 1)
        logger = JsonlMetricsLogger(path)
        assert logger.truncate_from(2) == 0
        logger.close()
        assert steps(path) == [0, 1]

    def test_everything(self, path: Path) -> None:
        write(path, 0, 1)
        logger = JsonlMetricsLogger(path)
        assert logger.truncate_from(0) == 2
        logger.close()
        assert steps(path) == []

    def test_a_failure_keeps_the_rows_and_the_logger(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        write(path, 0, 1)
        logger = JsonlMetricsLogger(path)
        monkeypatch.setattr(metrics_module, "write_atomically", full)
        with pytest.raises(OSError, match="No space left"):
            logger.truncate_from(1)
        logger.log(2, {})
        logger.close()
        assert steps(path) == [0, 1, 2]

    def test_damage_is_not_rewritten(self, path: Path) -> None:
        path.write_text('{"step": 0}\nx\n{"step": 1}\n')
        logger = JsonlMetricsLogger(path)
        with pytest.raises(DamagedRunError, match="jsonl:2"):
            logger.truncate_from(1)
        logger.close()
        assert path.read_text() == '{"step": 0}\nx\n{"step": 1}\n'


class TestReadMetrics:
    """Reading changes nothing."""

    def test_no_file_is_no_rows(self, path: Path) -> None:
        assert read_metrics(path).unwrap() == []

    def test_a_torn_last_line_is_passed_over(self, path: Path) -> None:
        write(path, 0, 1)
        torn = path.read_bytes() + b'{"step": 2, "ti'
        path.write_bytes(torn)
        assert steps(path) == [0, 1]
        assert path.read_bytes() == torn

    def test_it_is_cut_off_when_logging_goes_on(self, path: Path) -> None:
        path.write_text('{"step": 0}\n{"st')
        write(path, 1)
        assert steps(path) == [0, 1]

    @pytest.mark.parametrize("line", ["{}", '{"step": "1"}', '{"step": true}', '{"step": null}'])
    def test_a_row_without_a_step_is_damage(self, path: Path, line: str) -> None:
        path.write_text(f'{{"step": 0}}\n{line}\n')
        result = read_metrics(path)
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.DAMAGED
        assert "jsonl:2: not a row of metrics" in str(result.error)

    def test_rows_are_those_of_the_file(self, path: Path) -> None:
        write(path, 0, 1)
        assert read_metrics(path).unwrap() == [json.loads(line) for line in path.read_text().splitlines()]
