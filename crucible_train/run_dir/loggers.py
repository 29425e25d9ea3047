"""Metrics for people: on the console, as a progress bar, and to several places at once."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, TextIO

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.errors import RunDirectoryError, RunDirectoryErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.session import MetricsLogger

SHOWN_BESIDE_BAR = ("train_mean_nll", "eval_mean_nll")


def _in_short(value: float) -> str:
    return str(value) if type(value) is int else f"{float(value):.4g}"


class ConsoleMetricsLogger:
    """One line per call: `step 12  train_mean_nll 2.345  learning_rate 0.0001`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Print the metrics of a step."""
        parts = [f"step {step}", *(f"{name} {_in_short(value)}" for name, value in metrics.items())]
        print("  ".join(parts), file=self._stream, flush=True)

    def close(self) -> None:
        """Flush. The stream stays open: it is the caller's."""
        self._stream.flush()


class ProgressMetricsLogger:
    """A progress bar on stderr, with the newest losses beside it. Made by `open`."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._shown: dict[str, str] = {}

    @classmethod
    def open(
        cls, total_steps: int, *, first_step: int = 0, stream: TextIO | None = None
    ) -> Result[ProgressMetricsLogger, RunDirectoryError]:
        """A bar over `total_steps` optimizer steps, of which a resumed run has already done `first_step`.

        Errors: `missing_dependency` (tqdm).
        """
        try:
            tqdm = importlib.import_module("tqdm")
        except ImportError:
            message = "the progress bar needs tqdm: pip install 'crucible-train[local]'"
            return Err(RunDirectoryError(RunDirectoryErrorCode.MISSING_DEPENDENCY, message))
        return Ok(
            cls(
                tqdm.tqdm(
                    total=total_steps,
                    initial=first_step,
                    unit="step",
                    file=sys.stderr if stream is None else stream,
                    dynamic_ncols=True,
                )
            )
        )

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Move the bar to `step` (rows of the same or an earlier step do not move it back)."""
        for name in SHOWN_BESIDE_BAR:
            if name in metrics:
                self._shown[name] = _in_short(metrics[name])
        self._bar.set_postfix(self._shown, refresh=False)
        done = min(step + 1, self._bar.total)  # the last evaluation has the step after the last
        self._bar.update(max(done - self._bar.n, 0))

    def close(self) -> None:
        """Leave the bar as it stands. Twice is harmless."""
        self._bar.close()


class TeeMetricsLogger:
    """Logs to each of several loggers, in order."""

    def __init__(self, *loggers: MetricsLogger) -> None:
        self._loggers = loggers

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Hand the metrics to every logger."""
        for logger in self._loggers:
            logger.log(step, metrics)

    def close(self) -> None:
        """Close every logger, also when one fails; then raise what failed as an `ExceptionGroup`."""
        failures: list[Exception] = []
        for logger in self._loggers:
            try:
                logger.close()
            except Exception as error:  # noqa: BLE001 -- the others have to be closed; it is raised below
                failures.append(error)
        if failures:
            raise ExceptionGroup("metrics loggers could not be closed", failures)
