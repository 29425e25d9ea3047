"""What the files of a report are called."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.run_dir.names import file_name
from crucible_train.stages.report.config import DEFAULT_NAME, ENDINGS

if TYPE_CHECKING:
    from crucible_train.stages.report.config import Format

MAX_BYTES = 120
"""Longest stem of a file's name: with an ending and a temporary file's affixes, all file systems take it."""


def safe_stem(name: str) -> str:
    """The name as that of a file, without an ending; `report` where nothing of it can be in a file's name."""
    stem = file_name(unicodedata.normalize("NFC", name)).encode()[:MAX_BYTES].decode(errors="ignore")
    return stem.rstrip("-.") or DEFAULT_NAME


def report_file(name: str, format_: Format) -> str:
    """The name of a report's file."""
    return safe_stem(name) + ENDINGS[format_]


def file_key(name: str, directory: str | None, format_: Format) -> tuple[str, str]:
    """Directory and file of a report; equal keys are one file, also where case does not tell files apart."""
    where = "" if directory is None else str(Path(directory).absolute())
    return where, report_file(name, format_).casefold()
