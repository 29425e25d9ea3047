from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from crucible_train.cli.report_file import refused, write_report
from crucible_train.result import Err, Ok

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX has these files")


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_the_report_is_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    for text in ("long\nreport", "ä"):
        assert write_report(str(path), text) == Ok(None)
        assert path.read_bytes() == f"{text}\n".encode()
    assert names(tmp_path) == ["report.txt"]


def test_a_file_name_that_is_not_utf8_is_escaped_in_it(tmp_path: Path) -> None:
    write_report(str(tmp_path / "report.txt"), "sp\udcffec.yaml").unwrap()
    assert (tmp_path / "report.txt").read_bytes() == b"sp\\udcffec.yaml\n"


def test_a_file_is_replaced_and_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old", encoding="utf-8")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert write_report(str(path), "new") == Err(
        f"cannot write the report to {path}: No space left on device"
    )
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["report.txt"]


@posix
def test_a_file_keeps_its_permissions_and_a_new_one_has_the_usual_ones(tmp_path: Path) -> None:
    old, new, usual = tmp_path / "old", tmp_path / "new", tmp_path / "usual"
    usual.touch()
    old.touch(mode=0o600)
    for path in (old, new):
        write_report(str(path), "a").unwrap()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (old, new)]
    assert modes == [0o600, stat.S_IMODE(usual.stat().st_mode)]


@posix
def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    write_report(str(tmp_path / "link"), "a").unwrap()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "a\n"


@posix
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_report(str(pipe), "a").unwrap()
    reader.join()
    assert read == ["a\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@posix
def test_a_pipe_without_a_name_is_written_to() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb"):
        write_report(f"/dev/fd/{write}", "a").unwrap()
        assert os.read(reader.fileno(), 9) == b"a\n"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("nowhere/report.txt", "No such file or directory"),
        (".", "Is a directory"),
        ("spec.yaml/report.txt", "Not a directory"),
        ("n" * 300, "File name too long"),
    ],
)
def test_what_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").touch()
    assert write_report(output, "a") == Err(f"cannot write the report to {output}: {reason}")
    assert names(tmp_path) == ["spec.yaml"]


def test_a_file_that_is_to_be_checked_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.yaml").symlink_to("spec.yaml")
    for output in ("spec.yaml", "./spec.yaml", "link.yaml", str(tmp_path / "spec.yaml")):
        assert refused(output, ["a.yaml", "spec.yaml"]) == f"--output {output}: this file is one to check"
    assert refused("report.json", ["spec.yaml", "-"]) is None
