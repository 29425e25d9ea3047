"""One process per run directory."""

from __future__ import annotations

import errno
import importlib
import os
from pathlib import Path

from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.errors import RunDirectoryError, RunDirectoryErrorCode, unusable

LOCK_NAME = "run.lock"


class DirectoryLock:
    """An exclusive `flock` on a file, which the system releases when the process ends, however it ends.

    The file names the process for messages; it stays behind and means nothing by itself. Where there is no
    `flock` (Windows, some network file systems) `held` is false: nothing then keeps a second process out.
    """

    def __init__(self, descriptor: int, *, held: bool) -> None:
        self._descriptor: int | None = descriptor
        self.held = held

    @classmethod
    def acquire(cls, path: Path) -> Result[DirectoryLock, RunDirectoryError]:
        """Take the lock at once or not at all. Errors: `locked`. May raise `OSError`."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl = importlib.import_module("fcntl")
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            return Ok(cls(descriptor, held=False))
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return Ok(cls(descriptor, held=False))
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            message = (
                f"`{path.parent}` is in use by process {holder or '(unknown)'}; wait, or choose another --out"
            )
            return Err(RunDirectoryError(RunDirectoryErrorCode.LOCKED, message))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return Ok(cls(descriptor, held=True))

    def release(self) -> None:
        """Give the lock back. Twice is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            self.held = False


def hold(path: str | Path) -> Result[tuple[Path, DirectoryLock], RunDirectoryError]:
    """Make the directory, if it is not there, and take its lock: its absolute path, and the lock.

    Errors: `not_a_directory`, `locked`, `unwritable`.
    """
    absolute = Path(path).absolute()
    try:
        if absolute.exists() and not absolute.is_dir():
            message = f"`{path}` is not a directory"
            return Err(RunDirectoryError(RunDirectoryErrorCode.NOT_A_DIRECTORY, message))
        absolute.mkdir(parents=True, exist_ok=True)
        locked = DirectoryLock.acquire(absolute / LOCK_NAME)
    except OSError as error:
        return Err(unusable(absolute, error))
    match locked:
        case Ok(lock):
            return Ok((absolute, lock))
        case Err() as failed:
            return failed
