"""Writing that a crash cannot tear: whole files by replacement, lines by appending, torn tails mended.

A process can die at any byte of a write. A replaced file is then the old one or the new one; a file of lines
may end in part of a line, which reading passes over and `mend_tail` cuts off before anything is appended.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.errors import RunDirectoryError, RunDirectoryErrorCode

if TYPE_CHECKING:
    from pathlib import Path


IS_POSIX = os.name == "posix"


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable: a new or replaced file's name is data of its directory."""
    if not IS_POSIX:
        return  # no other system lets a directory be opened and synced
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file by `data`, or leave it as it was."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def append_durably(path: Path, line: bytes) -> None:
    """Append one line (which ends in LF) that is on disk when the call returns."""
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_directory(path.parent)


def mend_tail(path: Path) -> None:
    """Cut off a last line that was torn; end one that lacks only its line end. A missing file is fine."""
    data = path.read_bytes() if path.exists() else b""
    tail_start = data.rfind(b"\n") + 1
    if tail_start == len(data):
        return
    with path.open("r+b") as file:
        if _parse(data[tail_start:]) is None:
            file.truncate(tail_start)
        else:
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number from 1, its bytes without the line end, and the object it holds."""

    number: int
    line: bytes
    values: dict[str, Any]


def read_rows(path: Path) -> Result[list[Row], RunDirectoryError]:
    """The lines of a file of JSON objects, without a torn last one; none when there is no file.

    Errors: `damaged` (any other line that is no JSON object), `unwritable` (the file cannot be read).
    """
    try:
        data = path.read_bytes() if path.exists() else b""
    except OSError as error:
        message = f"`{path}` cannot be read: {error.strerror or error}"
        return Err(RunDirectoryError(RunDirectoryErrorCode.UNWRITABLE, message))
    *lines, tail = data.split(b"\n")
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        values = _parse(line)
        if values is None:
            message = f"{path}:{number}: not a JSON object; the file is damaged"
            return Err(RunDirectoryError(RunDirectoryErrorCode.DAMAGED, message))
        rows.append(Row(number, line, values))
    last = _parse(tail)
    return Ok(rows if last is None else [*rows, Row(len(lines) + 1, tail, last)])


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
