"""Which outcomes are kept, where, how many, and that a record is believed only where it was written."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.result_cache import record, recording
from crucible_train.result_cache.invocation import key_of
from crucible_train.result_cache.record import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Run

CACHE = Path(".crucible_cache")
SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\nepochs: 3\n"


def records(directory: Path = CACHE) -> list[Path]:
    return [path for path in directory.iterdir() if len(path.name) == 64]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("spec.yaml", "--no-cache"), 0),
        (("spec.yaml", "--output", "report.txt"), 0),
        (("nowhere.yaml",), 2),
        (("spec.yaml", "nowhere.yaml"), 2),
        (("spec.yaml", "--strickt"), 2),
        (("spec.yaml", "--stage", "of_another_package"), 1),
    ],
)
def test_what_is_not_kept(arguments: tuple[str, ...], status: int, validate: Callable[..., Run]) -> None:
    assert [validate(*arguments).status for _ in range(2)] == [status, status]
    assert not validate(*arguments).is_hit
    assert not CACHE.exists() or records() == []


def test_standard_input_is_not_kept(
    here: Path, validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, status in ((SPEC, 0), (SPEC + "epoch: 1\n", 1)):
        (here / "input").write_text(text, encoding="utf-8")
        with (here / "input").open(encoding="utf-8") as stream, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stream)
            assert validate("-").status == status
    assert not CACHE.exists()


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD", "JENKINS_URL"])
def test_nothing_is_kept_or_believed_in_ci(
    variable: str, validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "true")
    validate("spec.yaml")
    assert not CACHE.exists()
    with monkeypatch.context() as patch:
        patch.delenv(variable)
        validate("spec.yaml")
        assert validate("spec.yaml").is_hit
    assert not validate("spec.yaml").is_hit


def test_an_interrupted_command_is_not_kept(
    validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crucible_train.cli import validate as command

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    before = sys.stdout, sys.stderr, os.stat, os.lstat, os.readlink
    monkeypatch.setattr(command, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        validate("spec.yaml")
    assert records() == []
    assert (sys.stdout, sys.stderr, os.stat, os.lstat, os.readlink) == before


def test_a_large_file_or_output_or_many_questions_are_not_kept(
    validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(record, "MAX_BYTES", len(SPEC) - 1)
        assert validate("spec.yaml").status == 0
    for limit in ("MAX_SEEN", "MAX_TEXT"):
        with monkeypatch.context() as patch:
            patch.setattr(recording, limit, 4)
            assert validate("spec.yaml").status == 0
    assert records() == []


def test_a_program_that_was_just_changed_is_not_believed(
    validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_SETTLED_NS", 10**20)
    validate("spec.yaml")
    assert records() == []


def test_a_program_that_changes_is_not_believed(here: Path) -> None:
    module = here / "module.py"
    module.write_text("a = 1")
    seen = [("stamp", str(module), record.answer("stamp", str(module)))]
    assert record.holds(seen)
    os.utime(module, (1, 1))
    assert not record.holds(seen)


def test_records_are_beside_the_nearest_project(here: Path, validate: Callable[..., Run]) -> None:
    validate("spec.yaml")
    assert records(here / CACHE)
    shutil.rmtree(here / CACHE)
    (here.parent / "pyproject.toml").write_text("", encoding="utf-8")
    validate("spec.yaml")
    assert records(here.parent / CACHE)
    assert not (here / CACHE).exists()


def test_the_directory_stays_out_of_version_control_and_backups(validate: Callable[..., Run]) -> None:
    validate("spec.yaml")
    assert (CACHE / ".gitignore").read_text(encoding="ascii") == "*\n"
    tag = (CACHE / "CACHEDIR.TAG").read_text(encoding="ascii")
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    shutil.rmtree(CACHE)
    assert not validate("spec.yaml").is_hit
    assert validate("spec.yaml").is_hit


def damaged(data: bytes) -> dict[str, bytes]:
    middle = len(data) // 2
    return {
        "empty": b"",
        "truncated": data[:middle],
        "longer": data + b"\0",
        "a bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "the seal": b"0" + data[1:] if data[:1] != b"0" else b"1" + data[1:],
        "noise": bytes(range(256)) * 20,
        "large": b" " * 2_000_000,
    }


def test_a_damaged_record_is_a_miss(validate: Callable[..., Run]) -> None:
    expected = validate("spec.yaml")
    [path] = records()
    for name, data in damaged(path.read_bytes()).items():
        path.write_bytes(data)
        again = validate("spec.yaml")
        assert again == expected, name
        assert validate("spec.yaml").is_hit, name


def test_a_record_in_another_form_is_a_miss(validate: Callable[..., Run]) -> None:
    validate("spec.yaml")
    [path] = records()
    body = path.read_bytes().partition(b"\n")[2]
    for other in (body.replace(b"crucible result 1", b"crucible result 0", 1), b"crucible result 1", b"\xff"):
        path.write_bytes(record.seal(str(CACHE), other) + b"\n" + other)
        assert not validate("spec.yaml").is_hit


def test_a_record_that_came_from_elsewhere_is_a_miss(validate: Callable[..., Run]) -> None:
    """As one that somebody has put into a repository."""
    validate("spec.yaml")
    CACHE.rename("theirs")
    shutil.copytree("theirs", CACHE)
    assert records()
    assert not validate("spec.yaml").is_hit
    assert validate("spec.yaml").is_hit


@pytest.mark.parametrize("kind", ["a file", "a link", "a dead link"])
def test_a_directory_that_is_none_is_left_alone(
    kind: str, here: Path, validate: Callable[..., Run], uncached: Callable[..., Run]
) -> None:
    elsewhere = here / "elsewhere"
    if kind == "a file":
        CACHE.write_text("mine", encoding="utf-8")
    else:
        CACHE.symlink_to(elsewhere)
    if kind == "a link":
        elsewhere.mkdir()
    for _ in range(2):
        assert validate("spec.yaml") == uncached("spec.yaml")
    assert not elsewhere.exists() or [*elsewhere.iterdir()] == []


def test_a_directory_that_cannot_be_written_is_no_problem(
    validate: Callable[..., Run], uncached: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert validate("spec.yaml") == uncached("spec.yaml")
    assert sorted(path.name for path in CACHE.iterdir()) == [".gitignore", "CACHEDIR.TAG"]


def test_the_oldest_records_go(validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> set[str]:
        return {path.name for path in records()}

    validate("spec.yaml")
    (CACHE / "mine.txt").write_text("mine", encoding="utf-8")
    [first] = names()
    os.utime(CACHE / first, (1, 1))
    monkeypatch.setattr(recording, "MAX_RECORDS", 2)
    for epochs in ("1", "2"):
        validate("spec.yaml", "--set", f"epochs={epochs}")
    assert len(names()) == 2
    assert first not in names()
    monkeypatch.setattr(recording, "MAX_TOTAL", 1)
    validate("spec.yaml", "--set", "epochs=4")
    assert names() == set()
    assert (CACHE / "mine.txt").exists()


def test_a_text_that_a_record_cannot_hold() -> None:
    assert record.written(Outcome(0, [("out", "a\0b")], [])) is None
    assert record.written(Outcome(0, [("out", "a" * record.MAX_BYTES)], [])) is None


def test_a_directory_that_is_no_more(
    here: Path, validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert key_of(["validate", "spec.yaml"], "1", {}) is None


class Terminal(io.StringIO):
    encoding = "utf-8"

    def __init__(self, fileno: int) -> None:
        super().__init__()
        self._fileno = fileno

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fileno


def test_a_terminal_is_not_a_pipe_and_has_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [key_of(["validate", "spec.yaml"], "1", {})]
    for columns in (80, 100):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Terminal(1))
            patch.setattr(os, "get_terminal_size", lambda handle, n=columns: os.terminal_size((n, 24)))
            keys.append(key_of(["validate", "spec.yaml"], "1", {}))
    monkeypatch.setattr(sys, "stdout", Terminal(-1))  # says it is one, and is none
    keys.append(key_of(["validate", "spec.yaml"], "1", {}))
    assert len(set(keys)) == 4
    assert None not in keys


def test_streams_of_another_kind_are_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert key_of(["validate", "spec.yaml"], "1", {}) is None


def test_of_a_secret_only_the_name_matters() -> None:
    def key(**variables: str) -> str | None:
        return key_of(["validate", "spec.yaml"], "1", variables)

    assert key(CRUCIBLE_SECRETS__KEY="a") == key(CRUCIBLE_SECRETS__KEY="b") != key()
    assert key(CRUCIBLE_SECRETS__KEY="a") != key(CRUCIBLE_SECRETS__OTHER="a")
    assert key(CRUCIBLE_SECRETS="{}") is None
    assert key(EDITOR="a") == key(EDITOR="b") == key()
