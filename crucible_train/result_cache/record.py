"""A record: an outcome, and what was seen of the disk on the way to it.

What was seen is a list of questions with their answers. A record holds while every question has the same
answer. So nothing is known here of specs: `recording` hears what is asked.
"""

from __future__ import annotations

import os
import stat

try:  # hashlib takes as long as a quarter of Python's start, for OpenSSL
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - every CPython has had it so far
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DIRECTORY = ".crucible_cache"
"""Where records are. It is no part of any listing."""
TAG = "CACHEDIR.TAG"
MAX_BYTES = 1024 * 1024
"""Of a record, and of a file that one depends on."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FORM = "crucible result 1"
# `recording` puts others in their place.
_stat, _lstat, _readlink = os.stat, os.lstat, os.readlink


class Unknown(Exception):  # noqa: N818 - no error: an answer
    """A question to which there is no answer that could be relied upon."""


class Outcome:
    """What a command came to, and what it depends on. A plain class: others take longer to make."""

    __slots__ = ("printed", "seen", "status")

    def __init__(self, status: int, printed: list[tuple[str, str]], seen: list[tuple[str, str, str]]) -> None:
        self.status = status
        self.printed = printed
        """Texts in their order, each with its stream: `out` or `err`."""
        self.seen = seen
        """Questions, each with its path and its answer."""


def digest(data: bytes, key: bytes = b"") -> str:
    """BLAKE2b (RFC 7693) of `data` in 64 hexadecimal digits."""
    return blake2b(data, digest_size=32, key=key).hexdigest()


def answer(question: str, path: str) -> str:
    """What the disk says now. Errors are answers, too. Raises `Unknown`."""
    try:
        return QUESTIONS[question](path)
    except OSError as error:
        return f"error {error.errno}"
    except (KeyError, ValueError) as error:
        raise Unknown from error


def holds(seen: Iterable[tuple[str, str, str]]) -> bool:
    """Whether every question has the answer that it had."""
    try:
        return all(answer(question, path) == before for question, path, before in seen)
    except Unknown:
        return False


def content(path: str) -> bytes:
    """The bytes of a regular file, if they are not many. Raises `OSError` and `Unknown`."""
    handle = os.open(path, _FLAGS)  # a pipe in the file's place must not block
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            raise Unknown
        data = os.read(handle, status.st_size + 1)
        if len(data) != status.st_size:
            raise Unknown  # it is being written
        return data
    finally:
        os.close(handle)


def stamp_of(status: os.stat_result) -> str:
    """What changes with a file of the program, or with the names in a directory."""
    return f"{status.st_size} {status.st_mtime_ns}"


def _listing(path: str) -> str:
    with os.scandir(path) as entries:
        names = sorted(f"{entry.name}/{_kind(entry)}" for entry in entries if entry.name != DIRECTORY)
    return digest("/".join(names).encode("utf-8", "surrogatepass"))


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        return f"{entry.is_symlink():d}{entry.is_dir():d}{entry.is_file():d}"
    except OSError:  # a link in a circle
        return "-"


QUESTIONS: dict[str, Callable[[str], str]] = {
    "content": lambda path: digest(content(path)),
    "listing": _listing,
    "stamp": lambda path: stamp_of(_stat(path)),
    "stat": lambda path: str(stat.S_IFMT(_stat(path).st_mode)),
    "lstat": lambda path: str(stat.S_IFMT(_lstat(path).st_mode)),
    "readlink": _readlink,
}


def seal(directory: str, body: bytes) -> bytes:
    """What stands above `body` in a record of this directory. Raises `OSError`.

    It depends on when the directory's tag got its place on this disk, which nobody can choose: so records
    that came with a checkout, or were copied, count for nothing.
    """
    status = _lstat(os.path.join(directory, TAG))
    return digest(body, f"{status.st_ino} {status.st_ctime_ns}".encode()).encode()


def read(directory: str, key: str) -> Outcome | None:
    """The record of that name; None where there is none, or a damaged or foreign one."""
    try:
        above, _, body = content(os.path.join(directory, key)).partition(b"\n")
        if above != seal(directory, body):
            return None
        form, status, printed, *fields = body.decode("utf-8", "surrogatepass").split("\0")
        texts, seen = fields[: int(printed)], fields[int(printed) :]
        return (
            Outcome(
                int(status),
                list(zip(texts[::2], texts[1::2], strict=True)),
                list(zip(seen[::3], seen[1::3], seen[2::3], strict=True)),
            )
            if form == _FORM
            else None
        )
    except (OSError, ValueError, Unknown):
        return None


def written(outcome: Outcome) -> bytes | None:
    """The body of a record; None where a text does not fit into one."""
    fields = [_FORM, str(outcome.status), str(2 * len(outcome.printed))]
    rows = [*outcome.printed, *outcome.seen]
    fields += (field for row in rows for field in row)
    if any("\0" in field for field in fields):
        return None
    body = "\0".join(fields).encode("utf-8", "surrogatepass")
    return body if len(body) < MAX_BYTES - 100 else None
