"""Settings of the machine and the project: `CRUCIBLE_*` variables and `[tool.crucible]` in pyproject.toml.

They name adapters and places; what a run *does* is the spec's business. pydantic-settings is imported only
when there is something to load.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

PREFIX = "CRUCIBLE_"


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
    if table is None and not any(name.upper().startswith(PREFIX) for name in os.environ):
        return Ok(Settings())
    from crucible_train.settings_sources import read_settings  # brings pydantic-settings with it

    match read_settings(table):
        case Ok(settings):
            return Ok(settings)
        case Err(problems):
            return Err(SettingsError(problems))


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
