"""The run directory: everything one run leaves on disk.

config.json         what was run
metrics.jsonl       its numbers, step by step
checkpoints.jsonl   the points it can resume from
states/             weights and optimizer states
run.lock            who is training into it
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.checkpoints import CHECKPOINTS_NAME, FileCheckpointLog
from crucible_train.run_dir.durable import write_atomically
from crucible_train.run_dir.errors import RunDirectoryError, RunDirectoryErrorCode, unusable
from crucible_train.run_dir.lock import LOCK_NAME, DirectoryLock, hold
from crucible_train.run_dir.metrics import METRICS_NAME, JsonlMetricsLogger, read_metrics

if TYPE_CHECKING:
    from types import TracebackType

CONFIG_NAME = "config.json"
STATES_NAME = "states"
RUN_FILES = (CONFIG_NAME, CHECKPOINTS_NAME, METRICS_NAME)
"""What a run's directory holds. One whose run ended before its first step may be used again."""
NOT_TO_WRITE = frozenset({CHECKPOINTS_NAME, METRICS_NAME, STATES_NAME, LOCK_NAME, "", ".."})


class RunDirectory:
    """A run's directory, held by this process until `close`. Made by `create`; a context manager."""

    def __init__(self, path: Path, lock: DirectoryLock) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, path: str | Path, *, resume: bool) -> Result[RunDirectory, RunDirectoryError]:
        """Make the directory, or, with `resume`, take up the run in it (one that is not there yet starts).

        Errors: `exists`, `locked`, `not_a_directory`, `unwritable`, `damaged` (only with `resume`).
        """
        match hold(path):
            case Ok((absolute, lock)):
                directory = cls(absolute, lock)
            case Err() as failed:
                return failed
        problem = directory._problem(resume=resume)
        if problem is not None:
            lock.release()
            return Err(problem)
        return Ok(directory)

    def _problem(self, *, resume: bool) -> RunDirectoryError | None:
        found = ", ".join(name for name in RUN_FILES if (self.path / name).exists())
        if not resume and holds_a_run(self.path):
            message = (
                f"`{self.path}` holds a run ({found}); continue it with --resume, or choose another --out"
            )
            return RunDirectoryError(RunDirectoryErrorCode.EXISTS, message)
        for read in (self.checkpoints().read(), read_metrics(self.path / METRICS_NAME)):
            if isinstance(read, Err):
                return read.error
        try:
            self.states_dir.mkdir(exist_ok=True)
        except OSError as error:
            return unusable(self.states_dir, error)
        return None

    @property
    def locked(self) -> bool:
        """Whether other processes are kept out. False where the system has no `flock`, and after `close`."""
        return self._lock.held

    @property
    def states_dir(self) -> Path:
        """Where a backend that keeps its states on this machine puts them. Exists."""
        return self.path / STATES_NAME

    def checkpoints(self) -> FileCheckpointLog:
        """The run's checkpoints."""
        return FileCheckpointLog(self.path)

    def metrics_logger(self) -> JsonlMetricsLogger:
        """A logger that appends to the run's metrics; close it. A resumed run first calls `truncate_from`."""
        return JsonlMetricsLogger(self.path / METRICS_NAME)

    def write_json(self, name: str, data: object) -> Result[Path, RunDirectoryError]:
        """Write JSON data to the file `name`, in one move: a crash leaves the old file or the new one.

        Errors: `unwritable`. Data that JSON does not have (NaN included) raises `ValueError` or `TypeError`.
        """
        return self.write_text(name, json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def write_text(self, name: str, text: str) -> Result[Path, RunDirectoryError]:
        """Write text (a plot, a report) in the same way. Errors: `unwritable`."""
        if name != Path(name).name or name in NOT_TO_WRITE:
            raise ValueError(f"{name!r} is not the name of a file that can be written into a run directory")
        path = self.path / name
        try:
            write_atomically(path, text.encode())
        except OSError as error:
            return Err(unusable(path, error))
        return Ok(path)

    def read_config(self) -> Result[dict[str, Any], RunDirectoryError]:
        """What `config.json` holds. Errors: `not_found`, `damaged`, `unwritable`."""
        return _read_config(self.path)

    def close(self) -> None:
        """Let other processes in. Twice is harmless."""
        self._lock.release()

    def __enter__(self) -> RunDirectory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def holds_a_run(directory: Path) -> bool:
    """Whether there is anything in `directory` that another training run must not write over.

    A run that ended before its first step left its configuration and nothing else. A `config.json` that
    no run wrote (a model's, say) is somebody's.
    """
    logs = (directory / METRICS_NAME, directory / CHECKPOINTS_NAME)
    if any(log.exists() and log.stat().st_size > 0 for log in logs):
        return True
    match _read_config(directory):
        case Ok(config):
            return "fingerprint" not in config
        case Err(error):
            return error.code is not RunDirectoryErrorCode.NOT_FOUND


def _read_config(directory: Path) -> Result[dict[str, Any], RunDirectoryError]:
    path = directory / CONFIG_NAME
    try:
        value: object = json.loads(path.read_bytes())
    except FileNotFoundError:
        return _err(RunDirectoryErrorCode.NOT_FOUND, f"there is no `{path}`")
    except OSError as error:
        return Err(unusable(path, error))
    except (ValueError, RecursionError) as error:
        return _err(RunDirectoryErrorCode.DAMAGED, f"`{path}` is not JSON: {error}")
    if not isinstance(value, dict):
        return _err(RunDirectoryErrorCode.DAMAGED, f"`{path}` does not hold an object")
    return Ok(cast("dict[str, Any]", value))


def _err(code: RunDirectoryErrorCode, message: str) -> Err[RunDirectoryError]:
    return Err(RunDirectoryError(code, message))
