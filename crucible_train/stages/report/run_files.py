"""What a training stage left in its run directory that a report shows: the loss curve, samples, warnings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

PLOT_FILE = "loss.svg"
SAMPLES_FILE = "samples.json"
CONFIG_FILE = "config.json"

MAX_PLOT_BYTES = 1_000_000
"""Largest plot that is taken into a page: far above what `run_dir.plot` draws."""

MAX_JSON_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What was found. A file that is not there is no mistake: not every run makes every file."""

    plot: bytes | None
    samples: tuple[dict[str, Any], ...]
    """Each has a `prompt`, and a `text` or an `error`."""
    warnings: tuple[str, ...]
    """What was said about the run's settings, and which of its files could not be used."""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The config it ran with, by the names of the settings."""


def read_run_files(directory: str) -> RunFiles:
    """Read what is there."""
    problems: list[str] = []
    plot = _read(Path(directory, PLOT_FILE), MAX_PLOT_BYTES, problems)
    samples = _json(Path(directory, SAMPLES_FILE), problems)
    config = _json(Path(directory, CONFIG_FILE), problems)
    found = cast("list[Any]", samples) if isinstance(samples, list) else []
    if samples is not None and not (isinstance(samples, list) and all(map(_is_sample, found))):
        problems.append(f"`{SAMPLES_FILE}` holds no samples")
        found = []
    said: object = cast("dict[str, Any]", config).get("warnings") if isinstance(config, dict) else None
    warnings = [str(item) for item in cast("list[object]", said)] if isinstance(said, list) else []
    ran_with: object = cast("dict[str, Any]", config).get("config") if isinstance(config, dict) else None
    settings = cast("dict[str, Any]", ran_with) if isinstance(ran_with, dict) else {}
    return RunFiles(plot, tuple(found), (*warnings, *problems), settings)


def _is_sample(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    sample = cast("dict[str, object]", item)
    said = sample.get("text", sample.get("error"))
    return isinstance(sample.get("prompt"), str) and isinstance(said, str)


def _read(path: Path, max_bytes: int, problems: list[str]) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        problems.append(f"`{path.name}` cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    if len(data) > max_bytes:
        problems.append(f"`{path.name}` is left out: it has more than {max_bytes:,} bytes")
        return None
    return data


def _json(path: Path, problems: list[str]) -> object:
    data = _read(path, MAX_JSON_BYTES, problems)
    if data is None:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        problems.append(f"`{path.name}` is not JSON: {error}")
        return None
