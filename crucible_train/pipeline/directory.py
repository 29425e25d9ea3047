"""The directory of an experiment's run.

experiment.json         the record: what was run, and what became of every stage
01-supervised_train/    a directory for each stage, made by the stage
run.lock                who is running it
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError

from crucible_train.pipeline.record import ExperimentRecord
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.directory import holds_a_run
from crucible_train.run_dir.durable import write_atomically
from crucible_train.run_dir.errors import RunDirectoryError, RunDirectoryErrorCode, unusable
from crucible_train.run_dir.lock import hold

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.run_dir.lock import DirectoryLock

RECORD_NAME = "experiment.json"
STAGES = "[0-9][0-9]*-*"
"""What the directories of stages are called."""


class ExperimentDirectory:
    """An experiment's directory, held by this process until `close`. Made by `open`; a context manager."""

    def __init__(self, path: Path, lock: DirectoryLock, earlier: ExperimentRecord | None) -> None:
        self.path = path
        self.earlier = earlier
        """The record that was found in it."""
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, resume: bool) -> Result[Self, RunDirectoryError]:
        """Make the directory, or, with `resume`, take up the run in it (one that is not there yet starts).

        Errors: `exists`, `locked`, `not_a_directory`, `unwritable`, `damaged`.
        """
        match hold(path):
            case Ok((absolute, lock)):
                pass
            case Err() as failed:
                return failed
        try:
            found = _read(absolute, resume=resume)
        except OSError as error:
            found = Err(unusable(absolute, error))
        match found:
            case Ok(earlier):
                return Ok(cls(absolute, lock, earlier))
            case Err() as failed:
                lock.release()
                return failed

    def write(self, record: ExperimentRecord) -> RunDirectoryError | None:
        """Replace the record in one move: a crash leaves the old one or the new one. Errors: `unwritable`."""
        text = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False)
        path = self.path / RECORD_NAME
        try:
            write_atomically(path, text.encode() + b"\n")
        except OSError as error:
            return unusable(path, error)
        return None

    def set_aside(self, name: str) -> Result[Path | None, RunDirectoryError]:
        """Rename a stage's directory that holds a run, to make room for another: its new path, if it had to.

        Errors: `unwritable`.
        """
        path = self.path / name
        try:
            if not holds_a_run(path):
                return Ok(None)
            taken = {entry.name for entry in self.path.iterdir()}
            number = next(n for n in range(1, len(taken) + 2) if f"{name}.before-{n}" not in taken)
            return Ok(path.rename(self.path / f"{name}.before-{number}"))
        except OSError as error:
            return Err(unusable(path, error))

    def close(self) -> None:
        """Let other processes in. Twice is harmless."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _read(path: Path, *, resume: bool) -> Result[ExperimentRecord | None, RunDirectoryError]:
    """The record in the directory, if there is one and it may be used."""
    record: ExperimentRecord | None = None
    try:
        record = ExperimentRecord.model_validate_json((path / RECORD_NAME).read_bytes())
    except FileNotFoundError:
        if holds_a_run(path):
            return _exists(f"`{path}` holds a training run, and not an experiment; choose another --out")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = f"{where}: {first['msg']}" if where else first["msg"]
        message = f"`{path / RECORD_NAME}` is not the record of an experiment's run"
        message += f" ({wrong}); choose another --out"
        return Err(RunDirectoryError(RunDirectoryErrorCode.DAMAGED, message))
    if not resume:
        completed = [f"`{one.label}` has completed" for one in record.completed] if record else []
        begun = [f"a run in `{entry.name}`" for entry in sorted(path.glob(STAGES)) if holds_a_run(entry)]
        if completed or begun:
            found = ", ".join(completed or begun)
            return _exists(
                f"`{path}` holds an experiment ({found}); continue it with --resume, or choose another --out"
            )
    return Ok(record)


def _exists(message: str) -> Err[RunDirectoryError]:
    return Err(RunDirectoryError(RunDirectoryErrorCode.EXISTS, message))
