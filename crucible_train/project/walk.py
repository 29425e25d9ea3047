"""The files of a directory, whatever is in it: sorted, each once, and nothing of what no spec is kept in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from crucible_train.source.files import format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})
_NOT_OURS = (
    {"pyvenv.cfg"},  # a virtual environment (PEP 405)
    {"run.lock"},  # what a run has written; see crucible_train.run_dir
    {"config.json", "metrics.jsonl"},
    {"config.json", "checkpoints.jsonl"},
)
"""Names that are together in a directory which is not walked into."""
_MARKS = frozenset[str]().union(*_NOT_OURS)


class File(NamedTuple):
    """A file whose name ends as a spec's may."""

    path: str
    """As it is shown: from the current directory, if the directory was named so."""
    real: str
    """The same from the root, by the real names of directories. The file itself may be a symbolic link."""


class NoFile(NamedTuple):
    """What is named as a spec and is no file: a pipe, a device, a link to nothing."""

    path: str
    real: str


class Directory(NamedTuple):
    """A directory that was come across."""

    path: str
    real: str


class Unlisted(NamedTuple):
    """A directory that cannot be read."""

    path: str
    reason: str


Entry: TypeAlias = "File | NoFile | Unlisted"


def is_directory(path: str | Path) -> bool:
    """Whether `path` is one, or a link to one."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look


def file_at(path: str) -> File:
    """The file that somebody named."""
    directory, name = os.path.split(path)
    return File(path, str(Path(os.path.realpath(directory), name)))


def walk(root: str, enters: Callable[[Directory], bool]) -> Iterator[Entry]:
    """Everything in the directory `root` (`""`: the current one) that may be a spec, by the parts of paths.

    Symbolic links to files are followed, and those to directories are not. A directory below `root` is only
    walked into if `enters` agrees, and never if it is a virtual environment's or a run's.
    """
    # No recursion: directories may be nested deeper than Python calls.
    stack = [_listed(Directory(root, os.path.realpath(root)), is_root=True)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif not isinstance(entry, Directory):
            yield entry
        elif enters(entry):
            stack.append(_listed(entry))


def is_closed(name: str) -> bool:
    """Whether no directory of this name is walked into, unless somebody spells it out."""
    return name.startswith(".") or name in _NOT_ENTERED


def _listed(directory: Directory, *, is_root: bool = False) -> Iterator[Entry | Directory]:
    try:
        with os.scandir(directory.path or os.curdir) as entries:
            kinds = {
                entry.name: kind
                for entry in entries
                if (kind := _kind(entry)) is not None or entry.name in _MARKS
            }
    except OSError as error:
        yield Unlisted(directory.path or os.curdir, error.strerror or str(error))
        return
    if not is_root and any(marks <= kinds.keys() for marks in _NOT_OURS):
        return
    shown = str(Path(directory.path, os.pardir))[: -len(os.pardir)]
    above = directory.real.rstrip(os.sep) + os.sep
    for name in sorted(kinds):
        kind = kinds[name]
        if kind is not None:
            yield kind(shown + name, above + name)


def _kind(entry: os.DirEntry[str]) -> type[File | NoFile | Directory] | None:
    """What `entry` is, if it matters."""
    if entry.is_dir(follow_symlinks=False):
        return Directory
    if format_of(entry.name) is None:
        return None
    try:
        if entry.is_file():
            return File
        return None if entry.is_dir() else NoFile
    except OSError:  # a link in a circle
        return NoFile
