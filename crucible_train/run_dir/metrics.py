"""`metrics.jsonl`: a run's numbers, one JSON object a line: {"step", "time", ...metrics}.

JSON has no NaN and no infinity. Such a metric is written as null, and `non_finite` says which it was:
{"step": 3, "time": ..., "train_mean_nll": null, "non_finite": {"train_mean_nll": "nan"}}.
"""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.durable import mend_tail, read_rows, write_atomically
from crucible_train.run_dir.errors import DamagedRunError, RunDirectoryError, RunDirectoryErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

METRICS_NAME = "metrics.jsonl"
RESERVED = frozenset({"step", "time", "non_finite"})


def _now() -> datetime:
    return datetime.now(UTC)


class JsonlMetricsLogger:
    """Appends metrics to a file. Implements `crucible_train.session.MetricsLogger`.

    Each row reaches the operating system as it is logged, so that a killed process loses none; it is on disk
    after `close`. A last line that a crash cut short is cut off when the file is opened.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._path = path
        self._clock = clock
        mend_tail(path)
        self._file = path.open("ab")

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Append one row. A metric named as one of the row's own keys raises `ValueError`."""
        taken = RESERVED.intersection(metrics)
        if taken:
            raise ValueError(f"a metric cannot be called {', '.join(sorted(taken))}")
        row: dict[str, Any] = {"step": step, "time": self._clock().isoformat(timespec="milliseconds")}
        non_finite: dict[str, str] = {}
        for name, value in metrics.items():
            number = value if type(value) is int else float(value)
            if math.isfinite(number):
                row[name] = number
            else:
                row[name] = None
                non_finite[name] = str(number)
        if non_finite:
            row["non_finite"] = non_finite
        self._file.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        self._file.flush()

    def truncate_from(self, step: int) -> int:
        """Drop the rows of `step` and later, so that a resumed run logs no step twice; how many there were.

        The file is replaced in one move. Raises `DamagedRunError` when a line is not a row of metrics.
        """
        self._file.flush()
        match _read(self._path):
            case Err(error):
                raise DamagedRunError(error)
            case Ok(rows):
                kept = [line for line, values in rows if values["step"] < step]
        if len(kept) < len(rows):
            self._file.close()
            try:
                write_atomically(self._path, b"".join(line + b"\n" for line in kept))
            finally:
                self._file = self._path.open("ab")
        return len(rows) - len(kept)

    def close(self) -> None:
        """Make all rows durable and release the file. Twice is harmless."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


def read_metrics(path: Path) -> Result[list[dict[str, Any]], RunDirectoryError]:
    """The rows of a metrics file, in order, without a torn last one; none when there is no file.

    Changes nothing, so it can read along with a run. Errors: `damaged`, `unwritable`.
    """
    match _read(path):
        case Ok(rows):
            return Ok([values for _, values in rows])
        case Err() as failed:
            return failed


def _read(path: Path) -> Result[list[tuple[bytes, dict[str, Any]]], RunDirectoryError]:
    match read_rows(path):
        case Err() as failed:
            return failed
        case Ok(rows):
            for row in rows:
                if type(row.values.get("step")) is not int:
                    message = f"{path}:{row.number}: not a row of metrics: it has no integer `step`"
                    return Err(RunDirectoryError(RunDirectoryErrorCode.DAMAGED, message))
            return Ok([(row.line, row.values) for row in rows])
