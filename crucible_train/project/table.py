"""What `[tool.crucible]` says about files: which are specs, which are none, and what holds for some."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, cast

from crucible_train.diagnostics.suggest import did_you_mean, one_of
from crucible_train.project.globs import matches

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Override:
    """One of `[[tool.crucible.overrides]]`. The last one that matches a file wins, key by key."""

    files: tuple[str, ...]
    """Patterns of the files that it is for."""

    stage: str | None = None
    """The stage of a spec, where `--stage` names none. Experiments name theirs."""

    backend: str | None = None
    """The training backend for specs that name none, as the setting `backend` is."""


@dataclass(frozen=True)
class Project:
    """What the table says about files. Patterns start from the directory of pyproject.toml."""

    directory: str
    """Of pyproject.toml; a real path."""

    include: tuple[str, ...] = ()
    """Patterns of files that are specs; what `crucible validate` checks where it is given no path."""

    exclude: tuple[str, ...] = ()
    """Patterns of files and directories that are not looked for specs."""

    overrides: tuple[Override, ...] = ()
    """What holds for some files."""

    def relative(self, real: str) -> str | None:
        """The path that patterns see of the file at the real path `real`; None outside the project."""
        above = self.directory.rstrip(os.sep) + os.sep
        return real[len(above) :].replace(os.sep, "/") if real.startswith(above) else None

    def includes(self, real: str) -> bool:
        """Whether the file is a spec, whatever is in it."""
        path = self.relative(real) if self.include else None
        return path is not None and matches(self.include, path)

    def excludes(self, real: str) -> bool:
        """Whether the file or directory itself is excluded."""
        path = self.relative(real) if self.exclude else None
        return path is not None and matches(self.exclude, path)

    def excludes_any_of(self, real: str) -> bool:
        """Whether the file, or a directory of the project that it is in, is excluded."""
        path = self.relative(real) if self.exclude else None
        if path is None:
            return False
        parts = path.split("/")
        return any(matches(self.exclude, "/".join(parts[: end + 1])) for end in range(len(parts)))

    def without_backends(self) -> Project:
        """The same, with no override naming a backend."""
        return replace(self, overrides=tuple(replace(one, backend=None) for one in self.overrides))

    def of(self, real: str) -> tuple[str | None, str | None]:
        """The stage and the backend that overrides have for the file."""
        stage = backend = None
        path = self.relative(real) if self.overrides else None
        for override in self.overrides if path is not None else ():
            if matches(override.files, path or ""):
                stage, backend = override.stage or stage, override.backend or backend
        return stage, backend


KEYS = ("include", "exclude", "overrides")
"""The keys of `[tool.crucible]` that are read here. No variable sets them."""

_OVERRIDE_KEYS = tuple(field.name for field in fields(Override))


def read_project(directory: str, table: Mapping[str, object]) -> tuple[Project, list[str]]:
    """The table's part that is about files, and every problem with it, in words."""
    problems: list[str] = []
    include, exclude = (_patterns(table, name, "", problems) for name in KEYS[:2])
    overrides: list[Override] = []
    listed = table.get("overrides", [])
    if not isinstance(listed, list):
        problems.append("`overrides`: must be tables: write [[tool.crucible.overrides]]")
    else:
        for index, one in enumerate(cast("list[object]", listed)):
            overrides += _override(one, f"overrides[{index}]", problems)
    return Project(directory, include, exclude, tuple(overrides)), problems


def _override(one: object, where: str, problems: list[str]) -> list[Override]:
    """The override at `where`, or nothing where it is none."""
    if not isinstance(one, dict):
        problems.append(f"`{where}`: must be a table: write [[tool.crucible.overrides]]")
        return []
    keys = cast("dict[str, object]", one)
    for key in keys:
        if key not in _OVERRIDE_KEYS:
            hint = did_you_mean(key, _OVERRIDE_KEYS) or f"its keys: {one_of(_OVERRIDE_KEYS)}"
            problems.append(f"`{where}.{key}`: no such key; {hint}")
    files = _patterns(keys, "files", f"{where}.", problems)
    if "files" not in keys:
        problems.append(f"`{where}`: needs `files`, the patterns of the files that it is for")
    stage, backend = (_name(keys, name, where, problems) for name in ("stage", "backend"))
    if "stage" not in keys and "backend" not in keys:
        problems.append(f"`{where}`: says nothing about its files; give it a `stage` or a `backend`")
    return [Override(files, stage, backend)]


def _name(keys: Mapping[str, object], name: str, where: str, problems: list[str]) -> str | None:
    value = keys.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    problems.append(f"`{where}.{name}`: must {'not be empty' if value == '' else 'be text'}")
    return None


def _patterns(keys: Mapping[str, object], name: str, where: str, problems: list[str]) -> tuple[str, ...]:
    """A list of patterns. One that could never match is a problem, because it was meant to."""
    value = keys.get(name, [])
    patterns: list[str] = []
    if not isinstance(value, list):
        problems.append(f'`{where}{name}`: must be a list of patterns, such as ["specs/**/*.yaml"]')
        return ()
    for index, pattern in enumerate(cast("list[object]", value)):
        at = f"`{where}{name}[{index}]`"
        if not isinstance(pattern, str) or not pattern.strip("/."):
            problems.append(f"{at}: must be a pattern, as text")
        elif pattern.startswith("/") or ".." in pattern.split("/"):
            problems.append(f"{at}: starts from the directory of pyproject.toml and stays in it")
        elif "\\" in pattern:
            problems.append(f"{at}: paths have forward slashes here")
        else:
            patterns.append(pattern)
    return tuple(patterns)
