"""`validate --fix` and `--diff`."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.cli import fix as fixing

if TYPE_CHECKING:
    from collections.abc import Callable

REST = "model_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\n"
BAD = f'id: a  # mine\n{REST}learning_rat: "2e-5"   # slow\nnum_train_epochs: 3\n'
GOOD = f"id: a  # mine\n{REST}learning_rate: 2e-5   # slow\nepochs: 3\n"


@pytest.fixture
def bad(here: Path) -> Path:
    path = here / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_what_is_certain_is_written_and_counted(crucible: Callable[..., Any], bad: Path) -> None:
    status, out, _ = crucible("validate", "--fix", "bad.yaml")
    assert (status, bad.read_text(encoding="utf-8")) == (0, GOOD)
    assert out.splitlines()[-1] == "1 file, 0 errors, 0 warnings, 3 fixed"


def test_a_second_time_nothing_is_left_to_do(crucible: Callable[..., Any], bad: Path) -> None:
    crucible("validate", "--fix", "bad.yaml")
    stamp = bad.stat().st_mtime_ns
    assert crucible("validate", "--fix", "bad.yaml").status == 0
    assert bad.stat().st_mtime_ns == stamp


def test_marks_and_line_ends_stay(crucible: Callable[..., Any], bad: Path) -> None:
    bad.write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())
    crucible("validate", "--fix", "bad.yaml")
    assert bad.read_bytes() == b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()


def test_a_link_and_the_mode_stay(crucible: Callable[..., Any], bad: Path, here: Path) -> None:
    bad.chmod(0o640)
    (here / "link.yaml").symlink_to("bad.yaml")
    crucible("validate", "--fix", "link.yaml")
    assert (here / "link.yaml").is_symlink()
    assert (bad.read_text(encoding="utf-8"), bad.stat().st_mode & 0o777) == (GOOD, 0o640)


def test_json_says_what_was_fixed_and_what_was_left(crucible: Callable[..., Any], bad: Path) -> None:
    bad.write_text(f"{BAD}seed: -1\n", encoding="utf-8")
    status, out, _ = crucible("validate", "--fix", "--format", "json", "bad.yaml")
    report = json.loads(out)
    assert status == 1
    assert [one["code"] for one in report["fixed"]] == ["CRU101", "CRU104", "CRU205"]
    assert [one["code"] for one in report["findings"]] == ["CRU202"]


def test_two_names_of_one_setting_are_for_a_person(crucible: Callable[..., Any], bad: Path) -> None:
    text = f"id: a\n{REST}num_train_epochs: 3\nnum_epochs: 4\nlearning_rat: 1.0\n"
    bad.write_text(text, encoding="utf-8")
    status, out, _ = crucible("validate", "--fix", "bad.yaml")
    assert status == 1
    assert bad.read_text(encoding="utf-8") == text.replace("rat:", "rate:")
    assert "fixable" not in out


def test_only_files_that_are_named_are_written(crucible: Callable[..., Any], here: Path) -> None:
    base, child = here / "base.yaml", here / "child.yaml"
    base.write_text("epoch: 3\n", encoding="utf-8")
    child.write_text(f"extends: base.yaml\nid: a\nsed: 1\n{REST}", encoding="utf-8")
    assert crucible("validate", "--fix", "child.yaml").status == 1
    assert base.read_text(encoding="utf-8") == "epoch: 3\n"
    assert "\nseed: 1\n" in child.read_text(encoding="utf-8")
    assert "1 fixed" in crucible("validate", "--fix", "child.yaml", "base.yaml").out
    assert base.read_text(encoding="utf-8") == "epochs: 3\n"


def test_every_file_of_a_directory(crucible: Callable[..., Any], here: Path) -> None:
    (here / "specs").mkdir()
    for name in ("a", "b"):
        (here / "specs" / f"{name}.yaml").write_text(BAD, encoding="utf-8")
    status, out, _ = crucible("validate", "--fix", "specs")
    assert (status, out.splitlines()[-1]) == (0, "2 files, 0 errors, 0 warnings, 6 fixed")


def test_diff_shows_and_writes_nothing(crucible: Callable[..., Any], bad: Path) -> None:
    status, out, err = crucible("validate", "--diff", "bad.yaml")
    assert (status, bad.read_text(encoding="utf-8")) == (1, BAD)
    assert out.startswith("--- bad.yaml\n+++ bad.yaml\n@@ ")
    assert '\n-learning_rat: "2e-5"   # slow\n' in out
    assert "\n+learning_rate: 2e-5   # slow\n" in out
    assert err == "--fix would fix 3 findings in 1 file\n"
    crucible("validate", "--fix", "bad.yaml")
    assert crucible("validate", "--diff", "bad.yaml") == (0, "", "--fix would fix nothing\n")


def test_a_diff_of_a_last_line_without_an_end(crucible: Callable[..., Any], bad: Path) -> None:
    bad.write_text(BAD.rstrip(), encoding="utf-8")
    out = crucible("validate", "--diff", "bad.yaml").out
    assert out.endswith("+epochs: 3\n\\ No newline at end of file\n")


def test_a_diff_says_what_could_not_be_read(crucible: Callable[..., Any], bad: Path) -> None:
    status, out, err = crucible("validate", "--diff", "none.yaml", "bad.yaml")
    assert (status, bool(out)) == (2, True)
    assert "none.yaml:1:1: CRU001 no such file" in err


def test_standard_input_is_a_filter(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(text: bytes, *arguments: str) -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        return crucible("validate", "-", *arguments)

    status, out, err = run(BAD.encode(), "--fix")
    assert (status, out) == (0, GOOD)
    assert "3 fixed" in err
    assert run(GOOD.encode(), "--fix").out == GOOD
    assert run(b"\xff", "--fix")[:2] == (2, "")
    json_bad = b'{"id": "a", "epoch": 3}'
    assert run(json_bad, "--fix", "--stdin-filename", "a.json").out == '{"id": "a", "epochs": 3}'
    assert run(BAD.encode(), "--diff").status == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix", "--diff", "bad.yaml"], "leave out --fix"),
        (["--diff", "--format", "json", "bad.yaml"], "leave out --fix"),
        (["--diff", "--output", "o", "bad.yaml"], "leave out --fix"),
        (["--fix", "-", "bad.yaml"], "name it alone"),
    ],
)
def test_what_does_not_go_together(
    crucible: Callable[..., Any], bad: Path, arguments: list[str], said: str
) -> None:
    status, out, err = crucible("validate", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert bad.read_text(encoding="utf-8") == BAD


def test_a_file_that_has_changed_meanwhile_is_left_alone(
    crucible: Callable[..., Any], bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fixing.fix_text

    def slow(*arguments: Any) -> Any:
        bad.write_text("id: somebody else's\n", encoding="utf-8")
        return real(*arguments)

    monkeypatch.setattr(fixing, "fix_text", slow)
    status, _, err = crucible("validate", "--fix", "bad.yaml")
    assert (status, bad.read_text(encoding="utf-8")) == (2, "id: somebody else's\n")
    assert "bad.yaml has changed since it was read" in err


def test_a_file_that_cannot_be_written(
    crucible: Callable[..., Any], bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    status, _, err = crucible("validate", "--fix", "bad.yaml")
    assert (status, bad.read_text(encoding="utf-8")) == (2, BAD)
    assert err == "crucible: --fix: cannot write bad.yaml: No space left on device\n"
    assert [path.name for path in bad.parent.iterdir() if path.suffix == ".tmp"] == []


def test_a_wrong_command_line_is_still_one(crucible: Callable[..., Any], bad: Path) -> None:
    assert crucible("validate", "--fix", "--set", "nonsense", "bad.yaml").status == 2
    assert crucible("validate", "--fix", "--set", "epochs='", "bad.yaml").status == 2
