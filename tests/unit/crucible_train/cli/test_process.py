"""What only a process of its own shows: exit statuses, broken pipes, standard streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "crucible_train"]


def crucible(here: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=here, input=stdin, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("validate spec.yaml", 0),
        ("validate spec.yaml --set epochs=0", 1),
        ("validate nowhere.yaml", 2),
        ("validate", 2),
        ("run spec.yaml", 1),
        ("--help", 0),
    ],
)
def test_exit_statuses(here: Path, command: str, status: int) -> None:
    done = crucible(here, *command.split())
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "command", ["validate spec.yaml", "normalize spec.yaml", "schema experiment", "rule"]
)
def test_an_output_that_is_full(here: Path, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *command.split()], cwd=here, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"crucible: the output cannot be written: No space left on device\n"


def test_the_installed_command_is_the_same(here: Path) -> None:
    installed = Path(sys.executable).with_name("crucible")
    done = subprocess.run([installed, "validate", "spec.yaml"], cwd=here, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout == crucible(here, "validate", "spec.yaml").stdout.encode()


def test_a_spec_on_standard_input(here: Path) -> None:
    done = crucible(here, "validate", "-", stdin="id: a\nepochs: 0\n")
    assert done.returncode == 1
    assert "<stdin>:2:9: CRU202" in done.stdout


def test_a_binary_standard_input(here: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "validate", "-"], cwd=here, input=b"\x89PNG\r\n", capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"<stdin>:1:1: CRU002 not UTF-8" in done.stdout
    assert done.stderr == b""


def test_a_reader_that_goes_away_ends_it_without_a_traceback(here: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as stdout:
        done = subprocess.run(
            [*COMMAND, "rule"], cwd=here, stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 128 + signal.SIGPIPE
    assert done.stderr == b""


@pytest.mark.skipif(os.name != "posix", reason="file names are text elsewhere")
def test_a_file_name_that_is_not_utf8(here: Path) -> None:
    name = b"sp\xffec.yaml"
    (here / "spec.yaml").rename(os.fsdecode(os.fsencode(here) + b"/" + name))
    for arguments in ([name], [name, b"--format", b"json"]):
        done = subprocess.run([*COMMAND, "validate", *arguments], cwd=here, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert b"sp\\udcffec.yaml" in done.stdout


def test_a_terminal_that_is_not_utf8(here: Path) -> None:
    (here / "spec.yaml").write_text("id: a\nä€: 1\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*COMMAND, "validate", "spec.yaml"], cwd=here, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"unknown key `\\xe4\\u20ac`" in done.stdout


def test_a_terminal_gets_source_lines_and_colour(here: Path) -> None:
    pty = pytest.importorskip("pty", reason="only POSIX has terminals of this kind")
    import termios

    (here / "wrong.yaml").write_text("id: a\nepochs: 0  # " + "x" * 100, encoding="utf-8")
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 50))
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    with os.fdopen(leader, "rb") as screen, os.fdopen(follower, "wb") as terminal:
        done = subprocess.run(
            [*COMMAND, "validate", "wrong.yaml"], cwd=here, env=environment, stdout=terminal, check=False
        )
        shown = os.read(screen.fileno(), 65536).decode().splitlines()
    assert done.returncode == 1
    number = next(number for number, line in enumerate(shown) if "CRU202" in line)
    assert shown[number + 1] == "\x1b[36m    2 |\x1b[0m epochs: 0  # " + "x" * 27 + "…"
    assert shown[number + 2] == "\x1b[36m      |\x1b[0m         \x1b[1;31m^\x1b[0m"
