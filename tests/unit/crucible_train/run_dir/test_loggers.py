"""Metrics for people."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_train.result import Err
from crucible_train.run_dir import (
    ConsoleMetricsLogger,
    ProgressMetricsLogger,
    RunDirectoryErrorCode,
    TeeMetricsLogger,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.session import MetricsLogger


class Recorder:
    """Remembers what it was told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.calls: list[object] = []
        self.failure = failure

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self.calls.append((step, dict(metrics)))

    def close(self) -> None:
        self.calls.append("closed")
        if self.failure is not None:
            raise self.failure


class TestConsole:
    def test_one_line_per_call(self) -> None:
        stream = io.StringIO()
        logger: MetricsLogger = ConsoleMetricsLogger(stream)
        logger.log(12, {"train_mean_nll": 2.34567, "tokens": 12345, "learning_rate": 1e-4})
        logger.log(13, {"loss": float("nan")})
        logger.close()
        assert stream.getvalue() == (
            "step 12  train_mean_nll 2.346  tokens 12345  learning_rate 0.0001\nstep 13  loss nan\n"
        )

    def test_the_stream_stays_open(self) -> None:
        stream = io.StringIO()
        ConsoleMetricsLogger(stream).close()
        assert not stream.closed


class TestProgress:
    def test_it_counts_steps_and_shows_the_losses(self) -> None:
        stream = io.StringIO()
        logger = ProgressMetricsLogger.open(4, stream=stream).unwrap()
        for step in range(4):
            logger.log(step, {"train_mean_nll": 2.0 - step / 4, "other": 1.0})
            logger.log(step, {"eval_mean_nll": 3.0})
        logger.close()
        logger.close()
        last = stream.getvalue().split("\r")[-1]
        assert "4/4" in last
        assert "train_mean_nll=1.25" in last
        assert "eval_mean_nll=3" in last
        assert "other" not in last

    def test_a_resumed_run_begins_where_it_stopped(self) -> None:
        stream = io.StringIO()
        logger = ProgressMetricsLogger.open(10, first_step=6, stream=stream).unwrap()
        logger.log(6, {})
        logger.close()
        assert "6/10" in stream.getvalue()
        assert "7/10" in stream.getvalue().split("\r")[-1]

    def test_it_goes_to_stderr(self, capsys: pytest.CaptureFixture[str]) -> None:
        logger = ProgressMetricsLogger.open(2).unwrap()
        logger.close()
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "0/2" in captured.err

    def test_without_tqdm_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "tqdm", None)
        result = ProgressMetricsLogger.open(2)
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.MISSING_DEPENDENCY
        assert "pip install 'crucible-train[local]'" in str(result.error)


class TestTee:
    def test_every_logger_gets_everything(self) -> None:
        first, second = Recorder(), Recorder()
        logger: MetricsLogger = TeeMetricsLogger(first, second)
        logger.log(1, {"a": 2.0})
        logger.close()
        assert first.calls == second.calls == [(1, {"a": 2.0}), "closed"]

    def test_every_logger_is_closed_even_when_one_fails(self) -> None:
        first, second = Recorder(OSError("disk")), Recorder()
        with pytest.raises(ExceptionGroup) as raised:
            TeeMetricsLogger(first, second).close()
        assert raised.value.exceptions == (first.failure,)
        assert second.calls == ["closed"]
