"""Files that commands write: the report of `--output`. Nobody ever reads half of one."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Sequence


def refused(output: str, paths: Sequence[str]) -> str | None:
    """Why `output` may not be written: it is one of the files to check; None when it may be."""
    if os.path.realpath(output) in {os.path.realpath(path) for path in paths}:
        return f"--output {output}: this file is one to check"
    return None


def write_report(output: str, text: str) -> Result[None, str]:
    """Write `text` and a line end to the file `output`, replacing it; `Err` says why that failed.

    A symbolic link stays one. A pipe or a device is written to: there is nothing to replace.
    """
    data = f"{text}\n".encode("utf-8", "backslashreplace")
    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            replace_file(Path(os.path.realpath(path)), data)
    except OSError as error:
        return Err(f"cannot write the report to {output}: {error.strerror or error}")
    return Ok(None)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of what is in the file, whole or not at all. Raises `OSError`."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
