"""What a recording hears, and what makes it give up."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.result_cache import record
from crucible_train.result_cache import recording as recording_module
from crucible_train.result_cache.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = {
    "open to write": ("open", ("new", None, os.O_WRONLY | os.O_CREAT)),
    "open to read and write": ("open", ("new", "r+", os.O_RDWR)),
    "a rename": ("os.rename", ("a", "b", -1, -1)),
    "a process": ("subprocess.Popen", ("ls", ["ls"], None, None)),
    "a connection": ("socket.connect", (None, ("", 1))),
    "plug-ins": ("open", ("entry_points.txt", "r", os.O_RDONLY)),
    "a path that is none": ("open", ("a\0b", "r", os.O_RDONLY)),
}


@pytest.mark.parametrize(("event", "arguments"), EVENTS.values(), ids=EVENTS.keys())
def test_what_is_given_up(event: str, arguments: tuple[Any, ...], here: Path) -> None:
    recording = Recording()
    recording.hear(event, arguments)
    assert not recording.is_usable
    recording.ask("stat", "spec.yaml")
    assert recording.seen == []


def test_what_is_heard(here: Path) -> None:
    recording = Recording()
    recording.hear("open", ("spec.yaml", "r", os.O_RDONLY))
    recording.hear("open", (b"nowhere.yaml", None, os.O_RDONLY | os.O_CLOEXEC))
    recording.hear("open", (3, "r", os.O_RDONLY))
    recording.hear("open", (Path("module.pyc"), "rb", os.O_RDONLY))
    recording.hear("os.scandir", (None,))
    recording.hear("os.listdir", ("..",))
    recording.hear("os.listdir", (next(iter(sys.path_importer_cache)),))
    assert recording.is_usable
    assert [(question, path) for question, path, _ in recording.seen] == [
        ("content", "spec.yaml"),
        ("content", "nowhere.yaml"),
        ("listing", "."),
        ("listing", ".."),
    ]
    assert recording.seen[1][2] == "error 2"
    assert record.holds(recording.seen)


LOOKS: dict[str, tuple[Callable[[], object], str]] = {
    "stat": (lambda: Path("spec.yaml").stat(), "stat"),
    "exists": (lambda: Path("nowhere").exists(), "stat"),
    "lstat": (lambda: Path("link").lstat(), "lstat"),
    "is_symlink": (lambda: Path("link").is_symlink(), "lstat"),
    "readlink": (lambda: Path("link").readlink(), "readlink"),
    "realpath": (lambda: os.path.realpath("link"), "readlink"),
}


@pytest.mark.parametrize(("look", "question"), LOOKS.values(), ids=LOOKS.keys())
def test_every_look_is_heard(look: Callable[[], object], question: str, here: Path) -> None:
    Path("link").symlink_to("spec.yaml")
    with Recording() as recording:
        look()
    assert question in {asked for asked, _, _ in recording.seen}
    assert recording.is_usable


def test_a_look_from_a_directory_that_is_open_gives_up(here: Path) -> None:
    handle = os.open(here, os.O_RDONLY)
    try:
        with Recording() as recording:
            os.stat("spec.yaml", dir_fd=handle)
    finally:
        os.close(handle)
    assert not recording.is_usable


def test_reading_and_listing_are_heard(here: Path) -> None:
    with Recording() as recording:
        Path("spec.yaml").read_bytes()
        with os.scandir() as entries:
            list(entries)
    asked = [(question, path) for question, path, _ in recording.seen if question != "stamp"]
    assert asked == [("content", "spec.yaml"), ("listing", ".")]


def test_what_is_printed_is_heard_in_its_order(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Recording() as recording:
        print("a")
        print("b", file=sys.stderr)
        sys.stdout.flush()
    assert recording.printed == [("out", "a"), ("out", "\n"), ("err", "b"), ("err", "\n")]
    assert capsys.readouterr() == ("a\n", "b\n")


def test_a_stream_that_is_written_to_in_another_way_gives_up(
    here: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with Recording() as recording:
        sys.stdout.buffer.write(b"a")
    assert not recording.is_usable
    assert recording.printed == []


ANSWERS = {
    "a directory gains a file": ("listing", ".", lambda: Path("new").touch()),
    "a file becomes a directory": (
        "listing",
        ".",
        lambda: (Path("spec.yaml").unlink(), Path("spec.yaml").mkdir()),
    ),
    "a link leads in a circle": (
        "listing",
        ".",
        lambda: (Path("spec.yaml").unlink(), Path("spec.yaml").symlink_to("spec.yaml")),
    ),
    "a file is a directory": (
        "content",
        "spec.yaml",
        lambda: (Path("spec.yaml").unlink(), Path("spec.yaml").mkdir()),
    ),
    "a question that nobody knows": ("taste", "spec.yaml", lambda: None),
}


@pytest.mark.parametrize(("question", "path", "change"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_is_another(
    question: str, path: str, change: Callable[[], object], here: Path
) -> None:
    try:
        before = record.answer(question, path)
    except record.Unknown:
        before = "sweet"
    change()
    assert not record.holds([(question, path, before)])


def test_a_link_in_a_circle_hides_nothing(here: Path) -> None:
    Path("circle").symlink_to("circle")
    before = record.answer("listing", ".")
    Path("new").touch()
    assert not record.holds([("listing", ".", before)])


def test_a_file_that_is_being_written_has_no_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "read", lambda handle, size: b"half")
    assert not record.holds([("content", "spec.yaml", record.digest(b"half"))])


def test_python_is_heard_while_something_listens(here: Path) -> None:
    with Recording() as recording:
        recording_module._hear("os.scandir", (None,))
        recording_module._hear("import", ("os",))
    recording_module._hear("os.scandir", ("..",))
    assert [path for question, path, _ in recording.seen if question == "listing"] == ["."]


def test_the_cache_itself_is_in_no_listing(here: Path) -> None:
    before = record.answer("listing", ".")
    Path(".crucible_cache").mkdir()
    assert record.answer("listing", ".") == before
