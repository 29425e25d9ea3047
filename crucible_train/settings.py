"""Settings of the machine and the project: `CRUCIBLE_*` variables and `[tool.crucible]` in pyproject.toml.

They name adapters and places; what a run *does* is the spec's business. pydantic-settings is imported only
when there is something to load.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from crucible_train.project.table import Project

PREFIX = "CRUCIBLE_"

SET_PREFIX = "CRUCIBLE_SET__"
"""Variables that begin so are no settings: they override a key of every spec."""


@dataclass(frozen=True)
class Settings:
    """What `CRUCIBLE_*` and `[tool.crucible]` may set. A variable wins over the table."""

    backend: str | None = None
    """The training backend for specs that name none (`CRUCIBLE_BACKEND`)."""

    dataset_store: str | None = None
    """The data-set store for specs whose `dataset_ref` names no provider (`CRUCIBLE_DATASET_STORE`)."""

    tokenizer: str | None = None
    """The tokenizer adapter, where the backend's own is not wanted (`CRUCIBLE_TOKENIZER`)."""

    data_root: Path | None = None
    """The directory that relative data-set names start from; the current one when not set. Read by adapters
    that keep data in files. A relative one starts from the current directory, as `runs_dir` does."""

    runs_dir: Path = Path("runs")
    """The directory in which runs get their directories."""

    secrets: Mapping[str, SecretStr] = field(default_factory=dict[str, "SecretStr"])
    """Keys for adapters, by their names in capitals (`CRUCIBLE_SECRETS__TINKER_API_KEY` is `TINKER_API_KEY`).
    Never printed, never written to a run."""

    project: Project | None = None
    """What the table says about files; None where there is no table."""


@dataclass(frozen=True, slots=True)
class SettingsError:
    """Settings that cannot be used, one line per problem."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


class ProjectTable(NamedTuple):
    """The `[tool.crucible]` table in force."""

    path: Path
    """The pyproject.toml it is in."""
    values: object
    """What it holds; a mapping, if it is right."""


def load_settings(directory: Path | None = None) -> Result[Settings, SettingsError]:
    """The settings in force in `directory` (the current one when left out).

    The nearest pyproject.toml at or above it counts, if it has a `[tool.crucible]` table. An unknown
    variable or key is an error: it was meant to do something.
    """
    match _project_table(directory or Path.cwd()):
        case Ok(table):
            pass
        case Err(problem):
            return Err(SettingsError((problem,)))
    if table is None and not _has_variables():
        return Ok(Settings())
    project, table, problems = _of_files(table)
    if problems or _has_variables() or (table is not None and table.values != {}):
        from crucible_train.settings_sources import read_settings  # brings pydantic-settings with it

        match read_settings(table):
            case Ok(settings) if not problems:
                return Ok(replace(settings, project=project))
            case Ok():
                return Err(SettingsError(problems))
            case Err(more):
                return Err(SettingsError((*problems, *more)))
    return Ok(Settings(project=project))


def _has_variables(name: str = "") -> bool:
    upper = (one.upper() for one in os.environ)
    return any(one.startswith(PREFIX + name) and not one.startswith(SET_PREFIX) for one in upper)


def _of_files(
    table: ProjectTable | None,
) -> tuple[Project | None, ProjectTable | None, tuple[str, ...]]:
    """What the table says about files, what else it holds, and what is wrong with the first."""
    values: Any = table.values if table is not None else None
    if table is None or not isinstance(values, dict):
        return None, table, ()
    from crucible_train.project.table import KEYS, read_project

    keys = cast("dict[str, object]", values)
    project, problems = read_project(os.path.realpath(table.path.parent), keys)
    if _has_variables("BACKEND"):  # a variable wins over the whole table
        project = project.without_backends()
    rest = {key: value for key, value in keys.items() if key not in KEYS}
    said = tuple(f"{table.path} [tool.crucible] {problem}" for problem in problems)
    return project, ProjectTable(table.path, rest), said


def _project_table(directory: Path) -> Result[ProjectTable | None, str]:
    for folder in (directory, *directory.parents):
        path = folder / "pyproject.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            return Err(f"{path}: {error}")
        return _table_in(path, text)
    return Ok(None)


def _table_in(path: Path, text: str) -> Result[ProjectTable | None, str]:
    if "crucible" not in text:
        return Ok(None)
    import tomllib  # most projects' files do not get here

    try:
        tool: Any = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        return Err(f"{path}: not well-formed TOML: {error}")
    if not isinstance(tool, dict) or "crucible" not in tool:
        return Ok(None)
    return Ok(ProjectTable(path, tool["crucible"]))
