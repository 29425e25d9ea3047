"""Reads `Settings` through pydantic-settings. Apart from `settings`, because importing it takes time."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from crucible_train.diagnostics.suggest import did_you_mean, nearest
from crucible_train.project.table import KEYS
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import PREFIX, SET_PREFIX, Settings

if TYPE_CHECKING:
    from crucible_train.settings import ProjectTable

_NAMES = tuple(field.name for field in fields(Settings) if field.name != "project")
_NESTED = "__"
_WORDS = {
    "extra_forbidden": "no such setting",
    "string_type": "must be text",
    "path_type": "must be a path, as text",
    "dict_type": "must be a table of names and keys",
    "string_too_short": "must not be empty",
}


def _not_empty(path: object) -> object:
    if path == "":  # `Path` would take it for the current directory
        raise PydanticCustomError("string_too_short", "must not be empty")
    return path


_Name = Annotated[str, Field(min_length=1)]
_Directory = Annotated[Path, BeforeValidator(_not_empty)]


def read_settings(table: ProjectTable | None) -> Result[Settings, tuple[str, ...]]:
    """Settings from `CRUCIBLE_*` variables and, below them, the table; or every problem in words.

    No message holds a value, because it may be a secret.
    """
    problems = _unknown_variables()
    found: object = table.values if table else {}
    below = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    if table is not None and not isinstance(found, dict):
        problems.append(f"{table.path}: `tool.crucible` must be a table")

    class Loader(BaseSettings):
        model_config = SettingsConfigDict(
            frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=_NESTED
        )

        backend: _Name | None = None
        dataset_store: _Name | None = None
        tokenizer: _Name | None = None
        data_root: _Directory | None = None
        runs_dir: _Directory = Path("runs")
        secrets: dict[str, SecretStr] = Field(default_factory=dict[str, SecretStr])

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return EnvSettingsSource(settings_cls), InitSettingsSource(settings_cls, below)

    try:
        loaded = Loader()
    except ValidationError as error:
        problems += [
            _in_words(details["loc"], details["type"], details["msg"], table) for details in error.errors()
        ]
    except SettingsError:  # the one setting that a variable can hold as JSON
        problems.append(f"{PREFIX}SECRETS: must be a JSON object; or set {PREFIX}SECRETS{_NESTED}NAME")
    else:
        if not problems:
            values = dict(loaded)
            # Variables reach us in small letters, whatever they were written in.
            values["secrets"] = {name.upper(): secret for name, secret in loaded.secrets.items()}
            return Ok(Settings(**values))
    return Err(tuple(problems))


def _unknown_variables() -> list[str]:
    known = [*(PREFIX + name.upper() for name in _NAMES), f"{SET_PREFIX}KEY"]
    problems: list[str] = []
    for name in os.environ:
        upper = name.upper()
        is_known = upper in known or upper.startswith((f"{PREFIX}SECRETS{_NESTED}", SET_PREFIX))
        if upper.startswith(PREFIX) and not is_known:
            hint = _meant(upper, known) or f"known: {', '.join(known)}"
            problems.append(f"{name}: no such setting; {hint}")
    return problems


def _meant(name: str, known: list[str]) -> str | None:
    """What a variable that nobody knows was meant to be. Some names have a part that is theirs alone."""
    begins = {SET_PREFIX.removesuffix(_NESTED), f"{PREFIX}SECRETS"}
    first, nested, own = name.partition(_NESTED)
    match = nearest(first, [*known, *begins])
    if nested and match in begins:
        return f"did you mean `{match}{_NESTED}{own}`?"
    if name.startswith(SET_PREFIX.removesuffix("_")):
        return f"did you mean `{SET_PREFIX}{name[len(SET_PREFIX) - 1 :]}`?"
    return did_you_mean(name, known)


def _in_words(loc: tuple[int | str, ...], kind: str, message: str, table: ProjectTable | None) -> str:
    parts = [str(part) for part in loc]
    variable = PREFIX + _NESTED.join(parts).upper()
    where = f"{table.path} [tool.crucible] `{'.'.join(parts)}` or {variable}" if table else variable
    hint = did_you_mean(parts[0], [*_NAMES, *KEYS]) if kind == "extra_forbidden" else None
    return f"{where}: {_WORDS.get(kind, message)}" + (f"; {hint}" if hint else "")
