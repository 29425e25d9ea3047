"""The bytes of a spec file. It never blocks, never reads a device, and never reads more than the budget."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.result import Err, Ok, Result
from crucible_train.source.budget import BUDGET_HINT, MAX_BYTES, TOO_LARGE_MESSAGE
from crucible_train.source.findings import Findings, shown
from crucible_train.source.positions import Lines

if TYPE_CHECKING:
    from crucible_train.source.document import Format, SourceError

_FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
_MAX_NEIGHBOURS = 10_000
# A pipe must not block the call even if it takes the file's place after the check.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read_file(
    path: str | os.PathLike[str], *, is_regular: bool = False
) -> Result[tuple[bytes, Format], SourceError]:
    """The bytes of the regular file `path`, and its format. Err, unreadable: CRU001, CRU006 and CRU007.

    With `is_regular`, a listing of its directory has said that it is one.
    """
    name = os.fspath(path)
    try:
        if not is_regular:
            mode = os.stat(name).st_mode  # noqa: PTH116 - for each of many files, a path object takes longer
            if not stat.S_ISREG(mode):
                return _no_regular_file(name, mode)
        file_format = format_of(name)
        if file_format is None:
            return no_format(name)
        data = _read(name)
    except FileNotFoundError:
        return _unreadable(name, "CRU001", "no such file", _nearest(Path(name)))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _unreadable(name, "CRU001", f"the file cannot be opened: {reason}", None)
    if data is None:
        return _unreadable(name, "CRU006", TOO_LARGE_MESSAGE, BUDGET_HINT)
    return Ok((data, file_format))


def format_of(name: str) -> Format | None:
    """The format that a file's name says, if it does."""
    return _FORMATS.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 - a path object takes longer


def no_format(name: str) -> Err[SourceError]:
    """CRU007: the name of a file does not say its format."""
    hint = f"rename the file to end in one of {', '.join(_FORMATS)}"
    return _unreadable(name, "CRU007", "the file name does not say which format it is", hint)


def _read(name: str) -> bytes | None:
    """The content of the file, or None over the budget."""
    handle = os.open(name, _FLAGS)  # a file object takes longer than the file
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it was replaced by something that is no regular file")
        if status.st_size > MAX_BYTES:
            return None
        data = os.read(handle, status.st_size + 1)  # Python makes room for all that is asked for
        if len(data) > status.st_size:  # it has grown since
            while len(data) <= MAX_BYTES and (more := os.read(handle, MAX_BYTES + 1 - len(data))):
                data += more
    finally:
        os.close(handle)
    return data if len(data) <= MAX_BYTES else None


def _no_regular_file(name: str, mode: int) -> Err[SourceError]:
    if stat.S_ISDIR(mode):
        return _unreadable(name, "CRU001", "this is a directory", "name a file in it")
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    return _unreadable(name, "CRU001", f"this is {kind}, not a regular file", "write the spec to a file")


def _nearest(path: Path) -> str:
    """A hint that names the files of the same directory whose names come closest."""
    from difflib import get_close_matches
    from itertools import islice

    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, _MAX_NEIGHBOURS) if entry.is_file()]
    except OSError:
        return f"there is no directory {shown(str(path.parent))}"
    specs = sorted(name for name in names if Path(name).suffix.lower() in _FORMATS)
    close = get_close_matches(path.name, specs, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(shown(name) for name in close)}?"
    return f"the directory has {', '.join(map(shown, specs[:5]))}" if specs else "the directory has no specs"


def _unreadable(name: str, code: str, message: str, hint: str | None) -> Err[SourceError]:
    findings = Findings(Lines("", name))
    findings.add(code, message, (0, 0), hint=hint)
    return findings.fail(readable=False)
