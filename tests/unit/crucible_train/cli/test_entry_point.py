"""`main`: how the process ends. `os._exit` cannot be lived through, so here it raises `SystemExit`."""

from __future__ import annotations

import errno
import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import __main__ as entry_point
from crucible_train.cli import main as command_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LeftAtOnceError(Exception):
    """`os._exit` was called, with this status."""


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def leave(status: int) -> None:
        raise LeftAtOnceError(status)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "__all__")
    yield
    gc.enable()


def status_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The status a static command leaves with, without tearing the interpreter down."""
    monkeypatch.setattr(sys, "argv", ["crucible", *arguments])
    with pytest.raises(LeftAtOnceError) as left:
        entry_point.main()
    return left.value.args[0]


def test_a_static_command_leaves_at_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status_of(monkeypatch, "validate", "spec.yaml") == 0
    assert status_of(monkeypatch, "validate", "spec.yaml", "--set", "epochs=0") == 1
    assert status_of(monkeypatch, "validate", "nowhere.yaml") == 2
    assert not gc.isenabled()


def test_a_run_ends_in_the_ordinary_way(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["crucible", "run", "spec.yaml"])
    with pytest.raises(SystemExit) as ended:
        entry_point.main()
    assert ended.value.code == 1
    assert gc.isenabled()


@pytest.mark.parametrize(("error", "status"), [(BrokenPipeError(), 141), (KeyboardInterrupt(), 130)])
def test_what_ends_a_command_from_outside(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    def command(arguments: Any) -> int:
        raise error

    monkeypatch.setattr(command_line, "run_command", command)
    assert status_of(monkeypatch) == status


def test_a_standard_output_of_another_kind(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain:
        def write(self, text: str) -> int:
            return len(text)

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stdout", Plain())
    assert status_of(monkeypatch, "rule") == 0


def test_streams_that_were_closed_are_empty_or_go_nowhere(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    try:
        assert status_of(monkeypatch, "validate", "spec.yaml") == 0
        assert sys.stdin.read() == ""
    finally:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            stream.close()


def test_where_nothing_can_be_written_the_status_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self) -> None:
            pass

    def command(arguments: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command_line, "run_command", command)
    monkeypatch.setattr(sys, "stderr", Full())
    assert status_of(monkeypatch) == 2
