"""Reports of `crucible validate` in every format, for the examples that write them down."""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING
from unittest.mock import patch

from crucible_train import __version__
from crucible_train.cli.main import run_command

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES: dict[str, tuple[str, ...]] = {
    ".txt": ("--format", "text"),
    ".terminal.txt": ("--format", "text", "--color", "always"),
    ".json": ("--format", "json"),
    ".github.txt": ("--format", "github"),
    ".gitlab.json": ("--format", "gitlab"),
    ".sarif": ("--format", "sarif"),
    ".junit.xml": ("--format", "junit"),
}
"""The formats, by the ends of the files' names. The terminal is 80 columns wide."""


def report(directory: Path, arguments: Iterable[str], suffix: str) -> str:
    """The report of one command line run in `directory`, in one format, without our version in it."""
    printed = io.StringIO()
    with (
        contextlib.chdir(directory),
        contextlib.redirect_stdout(printed),
        patch.dict(os.environ, {"COLUMNS": "80"}),
    ):
        run_command(["validate", *arguments, *SUFFIXES[suffix]])
    return printed.getvalue().replace(f'"version": "{__version__}"', '"version": "VERSION"')


def write(expected: Path, texts: dict[str, str]) -> None:
    """Write down every text by its file's name in `expected`, and remove the files of others."""
    expected.mkdir(exist_ok=True)
    for stale in sorted({path.name for path in expected.iterdir()} - set(texts)):
        (expected / stale).unlink()
        print(f"removed {stale}")
    for name, text in texts.items():
        path = expected / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
