"""Settings of the machine and the project: `CRUCIBLE_*` variables and `[tool.crucible]` in pyproject.toml.

They name adapters and places; what a run *does* is the spec's business. pydantic-settings is imported only
when there is something to load.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from crucible_train.result import Err, Ok, Result

PREFIX = "CRUCIBLE_"
TABLE = "[tool.crucible"


class Settings(BaseModel):
    """What `CRUCIBLE_*` and `[tool.crucible]` may set. A variable wins over the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Annotated[str, Field(min_length=1)] | None = None
    """The training backend for specs that name none (`CRUCIBLE_BACKEND`)."""

    dataset_store: Annotated[str, Field(min_length=1)] | None = None
    """The data-set store for specs whose `dataset_ref` names no provider (`CRUCIBLE_DATASET_STORE`)."""

    tokenizer: Annotated[str, Field(min_length=1)] | None = None
    """The tokenizer adapter, where the backend's own is not wanted (`CRUCIBLE_TOKENIZER`)."""

    data_root: Path | None = None
    """The directory that relative data-set names start from; the current one when not set."""

    runs_dir: Path = Path("runs")
    """The directory in which runs get their directories."""

    secrets: dict[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Keys for adapters (`CRUCIBLE_SECRETS__TINKER_API_KEY`). Never printed, never written to a run."""


@dataclass(frozen=True, slots=True)
class SettingsError:
    """Settings that cannot be used, one line per problem."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


def load_settings(directory: Path | None = None) -> Result[Settings, SettingsError]:
    """The settings in force in `directory` (the current one when left out).

    The nearest pyproject.toml at or above it counts, if it has a `[tool.crucible]` table. An unknown
    variable or key is an error: it was meant to do something.
    """
    table = _pyproject_with_table(directory or Path.cwd())
    if table is None and not any(name.upper().startswith(PREFIX) for name in os.environ):
        return Ok(Settings())
    from crucible_train.settings_sources import read_settings  # brings pydantic-settings with it

    match read_settings(table):
        case Ok(settings):
            return Ok(settings)
        case Err(problems):
            return Err(SettingsError(problems))


def _pyproject_with_table(directory: Path) -> Path | None:
    for folder in (directory, *directory.parents):
        path = folder / "pyproject.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError):
            return path  # the reader says what is wrong with it
        return path if TABLE in text else None
    return None
