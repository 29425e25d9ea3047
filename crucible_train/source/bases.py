"""Which file the value of `extends` names: a path relative to the file that says it, inside the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from crucible_train.result import Err, Ok, Result
from crucible_train.source.findings import shown

_MARKS = ("pyproject.toml", ".git")
"""What the directory has that a project starts at."""


class Base(NamedTuple):
    """A file that is extended."""

    name: str
    """Its path as the user would type it."""
    real: str
    """The absolute path without symbolic links: one file has one."""


class Refused(NamedTuple):
    """Why a value names no base."""

    code: str
    message: str
    hint: str


def base_at(value: str, directory: str, root: str) -> Result[Base, Refused]:
    """The file that `value` names, said in a file in `directory`, of the project at the real path `root`.

    Err: CRU021 for what is no path, CRU023 for a path out of the project.
    """
    if "\\" in value:
        hint = f"write {shown(value.replace(chr(92), '/'))}"
        return Err(Refused("CRU021", f"{shown(value)} is no path with forward slashes", hint))
    if "://" in value or Path(value).is_absolute() or value[1:2] == ":":
        kind = "a URL" if "://" in value else "an absolute path"
        hint = "write the path of a file of this project, relative to this one"
        return Err(Refused("CRU023", f"{shown(value)} is {kind}", hint))
    name = os.path.normpath(Path(directory, value))
    try:
        real = os.path.realpath(name)
    except ValueError:  # a NUL, or half a surrogate pair
        return Err(Refused("CRU021", f"{shown(value)} cannot be a path", "write a path, such as `base.yaml`"))
    if not Path(real).is_relative_to(root):
        message = f"{shown(value)} leads out of the project"
        hint = "extend a file below the nearest directory with a pyproject.toml or .git"
        return Err(Refused("CRU023", message, hint))
    return Ok(Base(name, real))


def project_root(directory: str) -> str:
    """The real path of the project that the files in `directory` are of.

    The nearest directory at or above it with a pyproject.toml or a .git; where there is none, the current
    directory if that is above it, else `directory` itself.
    """
    start = Path(os.path.realpath(directory))
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in _MARKS):
            return str(folder)
    here = os.path.realpath(os.curdir)
    return here if start.is_relative_to(here) else str(start)
