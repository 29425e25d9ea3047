"""The result cache between processes: many at once, over files that change."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_train.result_cache.invocation import CI
from tests.support.command_line import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Without -P the current directory is one of those that packages are in, and any new file in it a change.
COMMAND = [sys.executable, "-P", "-m", "crucible_train", "validate"]
SPEC = "id: a\nmodel_ref: {{id: byte-lm}}\ndataset_ref: {{name: train.jsonl}}\nepochs: {}\n"

CHECKER = """\
import pathlib, subprocess, sys
own, spec, *command = sys.argv[1:]
for turn in range(4):
    pathlib.Path(own).write_text(spec.format(3 * (turn % 2)))
    for path, whose in ((own, turn % 2), ("shared.yaml", "shared")):
        done = subprocess.run([*command, path], capture_output=True, text=True)
        print(whose, done.returncode, f"{path}:4:9: CRU202" in done.stdout, repr(done.stderr))
"""
"""Checks a file that only it changes, and one that others change, in turn. Prints what matters of each."""


def variables() -> dict[str, str]:
    return {name: value for name, value in environment().items() if name not in CI}


def validate(here: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=here, env=variables(), capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr


def records(here: Path) -> dict[str, int]:
    """Each with what changes when it is written again."""
    cache = here / ".crucible_cache"
    return {path.name: path.stat().st_ino for path in cache.iterdir() if len(path.name) == 64}


@pytest.mark.parametrize("epochs", [3, 0])
def test_the_second_process_only_repeats_the_first(tmp_path: Path, epochs: int) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.format(epochs), encoding="utf-8")
    first = validate(tmp_path, "spec.yaml")
    kept = records(tmp_path)
    assert len(kept) == 1
    assert validate(tmp_path, "spec.yaml") == first == validate(tmp_path, "spec.yaml", "--no-cache")
    assert records(tmp_path) == kept


def test_a_hit_imports_next_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.format(3), encoding="utf-8")
    program = (
        "import os, sys\n"
        "def leave(status):\n"
        "    slow = {'typing', 're', 'argparse', 'pydantic', 'yaml'}\n"
        "    print(status, *sorted(slow & {*sys.modules}))\n"
        "    os._leave(status)\n"
        "os._leave, os._exit = os._exit, leave\n"
        "sys.argv = ['crucible', 'validate', 'spec.yaml']\n"
        "from crucible_train.__main__ import main\n"
        "main()\n"
    )
    command = [sys.executable, "-S", "-P", "-c", f"import sys; sys.path += {sys.path!r}\n{program}"]
    last = [
        subprocess.run(
            command, cwd=tmp_path, env=variables(), capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        for _ in range(2)
    ]
    assert last == ["0 argparse pydantic re typing yaml", "0"]


@pytest.fixture
def checkers(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Eight processes that share a cache."""
    (tmp_path / "shared.yaml").write_text(SPEC.format(3), encoding="utf-8")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CHECKER, f"{number}.yaml", SPEC, *COMMAND],
            cwd=tmp_path,
            env=variables(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_eight_processes_over_files_that_change(
    tmp_path: Path, checkers: list[subprocess.Popen[str]]
) -> None:
    turn = 0
    while any(process.poll() is None for process in checkers):
        turn += 1
        (tmp_path / "new").write_text(SPEC.format(3 * (turn % 2)), encoding="utf-8")
        (tmp_path / "new").replace(tmp_path / "shared.yaml")
    seen = [line for process in checkers for line in process.communicate()[0].splitlines()]
    assert len(seen) == 8 * 4 * 2
    right = {"0 1 True ''", "1 0 False ''"}
    assert {line for line in seen if not line.startswith("shared")} == right
    assert {line.removeprefix("shared ") for line in seen} <= {*right, "1 True ''", "0 False ''"}
    for epochs, status in ((0, 1), (3, 0)):
        (tmp_path / "shared.yaml").write_text(SPEC.format(epochs), encoding="utf-8")
        assert validate(tmp_path, "shared.yaml")[0] == status
