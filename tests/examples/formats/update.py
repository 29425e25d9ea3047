"""The files here, reported by `crucible validate` in every format: `python tests/examples/formats/update.py`
writes it down again, for a person to read before it is committed.

`expected/CASE.SUFFIX` is the report of one command line, run in this directory, in one format.
"""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from unittest.mock import patch

from crucible_train import __version__
from crucible_train.cli.main import run_command

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"

CASES: dict[str, list[str]] = {
    "many": ["many.yaml"],
    "experiment": ["experiment.yaml", "pipeline.yaml"],
    "several": ["warned.yaml", "syntax.json", "missing.yaml", "valid.toml"],
    "strict": ["warned.yaml", "--strict"],
    "unplaced": ["valid.toml", "--set", "epochs=0", "--set", "validation_split=0.1"],
    "valid": ["valid.toml"],
}
"""The arguments of each report: what is wrong in one, many or no files, and on the command line."""

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


def report(case: str, suffix: str) -> str:
    """One report, without our version in it."""
    printed = io.StringIO()
    with (
        contextlib.chdir(HERE),
        contextlib.redirect_stdout(printed),
        patch.dict(os.environ, {"COLUMNS": "80"}),
    ):
        run_command(["validate", *CASES[case], *SUFFIXES[suffix]])
    return printed.getvalue().replace(f'"version": "{__version__}"', '"version": "VERSION"')


def reports() -> list[tuple[str, str, Path]]:
    """Every case in every format: the case, the suffix, and where its report is written down."""
    return [(case, suffix, EXPECTED / f"{case}{suffix}") for case in CASES for suffix in SUFFIXES]


def main() -> None:
    """Write every report anew, and remove those of cases that are gone."""
    for stale in set(EXPECTED.iterdir()) - {path for *_, path in reports()}:
        stale.unlink()
        print(f"removed {stale.name}")
    for case, suffix, path in reports():
        text = report(case, suffix)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
