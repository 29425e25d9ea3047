"""The example of each code: a file with the mistake, one without, and what Crucible says of both.

`tests/examples/rules/CODE` holds `bad.*` and `fixed.*`, checked with `crucible validate`; or other files,
with the two command lines in `commands.json`. Commands run in a copy of the directory.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = Path(__file__).resolve().parents[3] / "tests" / "examples" / "rules"
"""In the repository, from which alone the pages can be made."""

COMMANDS = "commands.json"

Kind: TypeAlias = Literal["bad", "fixed"]


class Ran(NamedTuple):
    """What a command did."""

    status: int
    output: str
    """Both streams, without the directory it ran in."""


class Example(NamedTuple):
    """The example of one code, and its fixed twin."""

    directory: Path

    def command(self, kind: Kind) -> str:
        """The command line that shows the mistake, or that there is none any more."""
        written = self.directory / COMMANDS
        if written.exists():
            return json.loads(written.read_text(encoding="utf-8"))[kind]
        (spec,) = (path.name for path in self.directory.iterdir() if path.stem == kind)
        return f"crucible validate {spec}"

    def files(self, kind: Kind | None = None) -> dict[str, str]:
        """Name to text: the files of the mistake or of its fix, or without a `kind` those of both."""
        return {
            path.relative_to(self.directory).as_posix(): path.read_text(encoding="utf-8", errors="replace")
            for path in sorted(self.directory.rglob("*"))
            if path.is_file() and path.name != COMMANDS and self._kind(path) == kind
        }

    def _kind(self, path: Path) -> Kind | None:
        parts = path.relative_to(self.directory).parts
        return next((kind for kind in ("bad", "fixed") if any(one.startswith(kind) for one in parts)), None)

    def run(self, kind: Kind) -> Ran:
        """Run the command line in a copy of the directory."""
        with tempfile.TemporaryDirectory() as made:
            directory = Path(made).resolve() / "example"
            shutil.copytree(self.directory, directory)
            words = shlex.split(self.command(kind))
            ran = _in_process(words[1:], directory) if words[0] == "crucible" else _apart(words, directory)
            return ran._replace(output=ran.output.replace(f"{directory}{os.sep}", ""))


def example_of(code: str) -> Example:
    """The example of a code. Raises `FileNotFoundError` where nobody has written it."""
    if not (EXAMPLES / code).is_dir():
        raise FileNotFoundError(
            f"{code} has no example: add tests/examples/rules/{code}/bad.yaml and fixed.yaml (or other "
            f"files, and their command lines in {COMMANDS})"
        )
    return Example(EXAMPLES / code)


def _environment() -> dict[str, str]:
    """The environment without what would change the output."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CRUCIBLE_") and name not in ("FORCE_COLOR", "CLICOLOR_FORCE")
    }


def _in_process(arguments: Sequence[str], directory: Path) -> Ran:
    # By its name: the command line imports this room, and not the other way round.
    main = import_module("crucible_train.cli.main")
    printed, before = io.StringIO(), dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(_environment())
        with (
            contextlib.chdir(directory),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            return Ran(main.run_command(arguments), printed.getvalue())
    finally:
        os.environ.clear()
        os.environ.update(before)


def _apart(words: Sequence[str], directory: Path) -> Ran:
    """A command line with a path of its own, or of Python, in a process of its own."""
    environment = _environment()
    while "=" in words[0]:
        name, _, value = words[0].partition("=")
        environment[name] = value
        words = words[1:]
    program = {"python": [sys.executable], "crucible": [sys.executable, "-m", "crucible_train"]}[words[0]]
    done = subprocess.run(
        [*program, *words[1:]],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout)
