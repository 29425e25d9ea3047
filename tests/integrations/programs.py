"""Programs of others, run as they are run where they belong: with none of our variables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.test_pages import blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "how-to" / "integrations"
CONSTRAINTS = ROOT / "constraints.txt"

_OURS = re.compile(
    r"(CRUCIBLE_|GITHUB_|RUNNER_|CI_|GIT_|GITLAB_|COV_|PRE_COMMIT|PYTHON|MAKE|MFLAGS)|VIRTUAL_ENV$"
)
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
}


def environment(**more: str) -> dict[str, str]:
    """The machine's variables without what would reach into a test; git with a neutral identity.

    What pip installs are the versions that we pin, from wherever this machine installs.
    """
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return {**kept, **_GIT, "PIP_CONSTRAINT": str(CONSTRAINTS), "PIP_NO_COMPILE": "1", **more}


def program(name: str) -> str:
    """A program of this virtual environment."""
    path = Path(sys.executable).parent / name
    assert path.exists(), f"{path} is missing: `make test-integrations` installs it"
    return str(path)


def run(
    *command: str, cwd: Path, env: Mapping[str, str] | None = None, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; a test reads what it printed and its exit status."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )


def run_shown(command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line that a page shows, with this virtual environment's programs."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return run("bash", "-c", command, cwd=cwd, env=environment(PATH=path, **variables))


def succeed(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program that has to succeed; its standard output."""
    done = run(*command, cwd=cwd, env=env)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def copy_working_tree(directory: Path) -> None:
    """Copy the files that git knows or would take, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():  # git goes on listing what was deleted
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)


def named_blocks(page: str, first_line: str) -> list[str]:
    """The blocks of a page of docs/how-to/integrations that begin with a line."""
    return [one.text for one in blocks(PAGES / page) if one.text.startswith(f"{first_line}\n")]


def named_block(page: str, first_line: str) -> str:
    """The one that does."""
    (found,) = named_blocks(page, first_line)
    return found
