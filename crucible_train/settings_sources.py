"""Reads `Settings` through pydantic-settings. Apart from `settings`, because importing it takes time."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
)

from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import PREFIX, Settings

if TYPE_CHECKING:
    from pathlib import Path


def read_settings(pyproject: Path | None) -> Result[Settings, tuple[str, ...]]:
    """Settings from `CRUCIBLE_*` variables and, below them, the table; or every problem in words."""
    problems = _unknown_variables()
    config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__")
    if pyproject is not None:
        config["pyproject_toml_table_header"] = ("tool", "crucible")

    class Loader(Settings, BaseSettings):  # pyright: ignore[reportIncompatibleVariableOverride] - both bases declare model_config; this one holds
        model_config = config

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            found: list[PydanticBaseSettingsSource] = [EnvSettingsSource(settings_cls)]
            if pyproject is not None:
                found.append(PyprojectTomlConfigSettingsSource(settings_cls, toml_file=pyproject))
            return tuple(found)

    try:
        loaded = Loader()
    except ValidationError as error:
        problems += [_in_words(details["loc"], details["msg"], pyproject) for details in error.errors()]
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        problems.append(f"{pyproject}: {error}")
    else:
        if not problems:
            return Ok(Settings.model_validate(loaded.model_dump()))
    return Err(tuple(problems))


def _unknown_variables() -> list[str]:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    problems: list[str] = []
    for name in os.environ:
        upper = name.upper()
        if upper.startswith(PREFIX) and upper.split("__")[0] not in known:
            hint = did_you_mean(upper, known) or f"known: {', '.join(known)}"
            problems.append(f"{name}: no such setting; {hint}")
    return problems


def _in_words(loc: tuple[int | str, ...], message: str, pyproject: Path | None) -> str:
    name = ".".join(str(part) for part in loc)
    where = f"{pyproject} [tool.crucible] or {PREFIX}{name.upper()}" if pyproject else PREFIX + name.upper()
    hint = did_you_mean(str(loc[0]), Settings.model_fields) if "Extra inputs" in message else None
    return f"{where}: {message}" + (f"; {hint}" if hint else "")
