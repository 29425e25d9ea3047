"""`checkpoints.jsonl`: the points a run can resume from, one JSON object a line, newest last."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.durable import Row, append_durably, mend_tail, read_rows
from crucible_train.run_dir.errors import DamagedRunError, RunDirectoryError, RunDirectoryErrorCode
from crucible_train.run_dir.inside import restored_path, stored_path
from crucible_train.session import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINTS_NAME = "checkpoints.jsonl"

_TYPES: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "step": (int,),
    "epoch": (int,),
    "batch": (int,),
    "final": (bool,),
    "state_path": (str,),
    "sampler_path": (str, type(None)),
    "loop_state": (dict,),
}


class FileCheckpointLog:
    """The checkpoints of the run in `directory`. Implements `crucible_train.session.CheckpointLog`.

    Paths inside the run directory are stored relative to it, so that it can be moved, and returned absolute.
    Anything else (`tinker://...`, a path elsewhere) is stored and returned unchanged.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._path = self._directory / CHECKPOINTS_NAME

    def append(self, checkpoint: Checkpoint) -> None:
        """Record a checkpoint. It is on disk when the call returns.

        Raises `OSError` when it cannot be written, `ValueError` or `TypeError` when `loop_state` is not JSON.
        """
        sampler = checkpoint.sampler_path
        record: dict[str, Any] = {key: getattr(checkpoint, key) for key in _TYPES}
        record["state_path"] = stored_path(checkpoint.state_path, self._directory)
        record["sampler_path"] = None if sampler is None else stored_path(sampler, self._directory)
        record["loop_state"] = dict(checkpoint.loop_state)
        line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        mend_tail(self._path)
        append_durably(self._path, line)

    def last(self) -> Checkpoint | None:
        """The newest checkpoint. A last line that was cut short by a crash is cut off.

        Raises `DamagedRunError` when any other line is not a checkpoint.
        """
        match self.read():
            case Ok(checkpoints):
                mend_tail(self._path)
                return checkpoints[-1] if checkpoints else None
            case Err(error):
                raise DamagedRunError(error)

    def read(self) -> Result[tuple[Checkpoint, ...], RunDirectoryError]:
        """All checkpoints, oldest first; changes nothing. Errors: `damaged`, `unwritable`."""
        match read_rows(self._path):
            case Err() as failed:
                return failed
            case Ok(rows):
                pass
        checkpoints: list[Checkpoint] = []
        for row in rows:
            problem = _problem(row.values)
            if problem is not None:
                message = f"{self._path}:{row.number}: not a checkpoint: {problem}"
                return Err(RunDirectoryError(RunDirectoryErrorCode.DAMAGED, message))
            checkpoints.append(self._checkpoint(row))
        return Ok(tuple(checkpoints))

    def _checkpoint(self, row: Row) -> Checkpoint:
        checkpoint = Checkpoint(**row.values)
        sampler = checkpoint.sampler_path
        return dataclasses.replace(
            checkpoint,
            state_path=restored_path(checkpoint.state_path, self._directory),
            sampler_path=None if sampler is None else restored_path(sampler, self._directory),
        )


def _problem(values: dict[str, Any]) -> str | None:
    for key, types in _TYPES.items():
        if key not in values:
            return f"`{key}` is missing"
        value = values[key]
        # JSON has both, and Python's bool passes for an int.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            return f"`{key}` is a {type(value).__name__}"
        if isinstance(value, int) and value < 0:
            return f"`{key}` is below 0"
    unknown = [key for key in values if key not in _TYPES]
    return f"`{unknown[0]}` is not a key of checkpoints" if unknown else None
