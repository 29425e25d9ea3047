"""Files: only regular ones, only of a known format, never blocking, never more than the budget."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from crucible_train.result import Err, Ok
from crucible_train.source import SourceError, files, load_path
from crucible_train.source.budget import MAX_BYTES
from tests.support.source_texts import place


def refuse_path(path: Path | str) -> SourceError:
    match load_path(path):
        case Ok(document):
            raise AssertionError(f"accepted: {document}")
        case Err(error):
            assert not error.readable
            assert error.document is None
            assert [(code, 1, 1) for code, _, _ in map(place, error.diagnostics)] == [
                place(finding) for finding in error.diagnostics
            ]
            return error


@pytest.mark.parametrize(
    ("name", "file_format", "text"),
    [
        ("a.yaml", "yaml", "a: 1"),
        ("a.yml", "yaml", "a: 1"),
        ("a.json", "json", '{"a": 1}'),
        ("a.toml", "toml", "a = 1"),
        ("a.YAML", "yaml", "a: 1"),
        ("a.b.Json", "json", '{"a": 1}'),
    ],
)
def test_the_suffix_says_the_format(tmp_path: Path, name: str, file_format: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    document = load_path(path).unwrap()

    assert document.data == {"a": 1}
    assert document.format == file_format
    assert document.name == str(path)
    assert load_path(str(path)) == Ok(document)


def test_a_content_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\na: 2\n")

    match load_path(path):
        case Err(error):
            assert error.readable
            assert str(error).startswith(f"{path}:2:1: CRU012 ")
        case Ok(document):
            raise AssertionError(document)


def test_another_suffix_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "spec.txt"
    path.write_text("a: 1")

    assert str(refuse_path(path)) == (
        f"{path}:1:1: CRU007 the file name does not say which format it is"
        " (rename the file to end in one of .yaml, .yml, .json, .toml)"
    )


def test_a_missing_file_gets_the_nearest_names_of_its_directory(tmp_path: Path) -> None:
    for name in ("spec.yaml", "other.json", "spec.txt", "deep"):
        (tmp_path / name).write_text("")
    (tmp_path / "spec2.yaml").mkdir()

    (finding,) = refuse_path(tmp_path / "spec.yml").diagnostics

    assert finding.code == "CRU001"
    assert finding.message == "no such file"
    assert finding.hint == "did you mean `spec.yaml`?"


def test_a_missing_file_without_a_near_name_gets_what_there_is(tmp_path: Path) -> None:
    assert refuse_path(tmp_path / "x.yaml").diagnostics[0].hint == "the directory has no specs"

    for name in ("run-one.yaml", "run-two.json"):
        (tmp_path / name).write_text("")

    (finding,) = refuse_path(tmp_path / "zzz.toml").diagnostics
    assert finding.hint == "the directory has `run-one.yaml`, `run-two.json`"


def test_a_missing_directory_is_said_to_be_missing(tmp_path: Path) -> None:
    (finding,) = refuse_path(tmp_path / "no" / "spec.yaml").diagnostics

    assert finding.code == "CRU001"
    assert finding.hint is not None
    assert finding.hint.startswith("there is no directory `")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (finding,) = refuse_path(tmp_path).diagnostics

    assert (finding.code, finding.message) == ("CRU001", "this is a directory")


def test_a_named_pipe_is_refused_without_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)

    (finding,) = refuse_path(path).diagnostics

    assert (finding.code, finding.message) == ("CRU001", "this is a named pipe, not a regular file")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.yaml")

        assert refuse_path("s.yaml").diagnostics[0].message == "this is a socket, not a regular file"


def test_a_device_is_refused() -> None:
    assert refuse_path(os.devnull).diagnostics[0].message == "this is a device, not a regular file"


def test_a_pipe_that_takes_the_place_of_the_file_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    regular = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda path: regular)  # as it was before the pipe took its place

    (finding,) = refuse_path(path).diagnostics

    assert finding.code == "CRU001"
    assert "no regular file" in finding.message


def test_a_loop_of_links_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.symlink_to(path)

    (finding,) = refuse_path(path).diagnostics

    assert finding.code == "CRU001"
    assert finding.message.startswith("the file cannot be opened: ")


def test_a_path_with_a_nul_cannot_be_opened() -> None:
    assert refuse_path("a\0.yaml").diagnostics[0].code == "CRU001"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_without_permission_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    path.chmod(0)

    assert refuse_path(path).diagnostics[0].code == "CRU001"


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1")
    (tmp_path / "b.yaml").symlink_to("a.yaml")

    assert load_path(tmp_path / "b.yaml").unwrap().data == {"a": 1}


def test_a_file_over_the_budget_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    (finding,) = refuse_path(path).diagnostics

    assert (finding.code, finding.message) == ("CRU006", "larger than 1 MiB")


def test_a_file_that_grows_over_the_budget_is_not_read_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    small = path.stat()
    path.write_text("a: 1 " + "#" * 100)
    monkeypatch.setattr(files, "MAX_BYTES", 50)
    monkeypatch.setattr(os, "fstat", lambda descriptor: small)  # as it was before it grew

    assert stat.S_ISREG(small.st_mode)
    assert refuse_path(path).diagnostics[0].code == "CRU006"


def test_bytes_that_are_not_utf_8_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \xff")

    match load_path(path):
        case Err(error):
            assert not error.readable
            assert str(error).startswith(f"{path}:1:4: CRU002 ")
        case Ok(document):
            raise AssertionError(document)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs files whose size is not known")
def test_a_file_that_is_larger_than_it_was_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "grown.yaml"
    path.symlink_to("/proc/self/status")
    data, _ = files.read_file(path).unwrap()
    assert path.stat().st_size == 0
    assert data.startswith(b"Name:")
    assert data.endswith(b"\n")
