"""Paths into a run's directory, written so that the directory can be moved."""

from __future__ import annotations

from pathlib import Path

INSIDE = "./"
"""How a stored path begins that is relative to the directory. Every other path is stored as it is."""


def stored_path(path: str, directory: Path) -> str:
    """How `path` is written into a record in `directory`, which is absolute."""
    if "://" in path:
        return path
    absolute = Path(path).absolute()
    for candidate, root in ((absolute, directory), (absolute.resolve(), directory.resolve())):
        if candidate.is_relative_to(root):
            return INSIDE + candidate.relative_to(root).as_posix()
    # A path that only looks as if it were inside has to lose that look.
    return str(absolute) if path.startswith(INSIDE) else path


def restored_path(stored: str, directory: Path) -> str:
    """The path that was stored, now that the directory is `directory`."""
    return str(directory / stored[len(INSIDE) :]) if stored.startswith(INSIDE) else stored
