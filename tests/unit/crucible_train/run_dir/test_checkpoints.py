"""`checkpoints.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from crucible_train.result import Err
from crucible_train.run_dir import DamagedRunError, FileCheckpointLog, RunDirectoryErrorCode
from crucible_train.session import Checkpoint, CheckpointLog

FIRST = Checkpoint("one", 10, 0, 10, False, "tinker://a/one", "tinker://a/one-sampler", {"best": 1.5})
SECOND = Checkpoint("two", 20, 1, 5, True, "tinker://a/two")


def test_it_is_a_checkpoint_log(tmp_path: Path) -> None:
    log: CheckpointLog = FileCheckpointLog(tmp_path)
    assert log.last() is None


def test_the_last_one_is_what_was_appended_last(tmp_path: Path) -> None:
    log = FileCheckpointLog(tmp_path)
    for checkpoint in (FIRST, SECOND):
        log.append(checkpoint)
        assert log.last() == checkpoint
        assert FileCheckpointLog(tmp_path).last() == checkpoint
    assert log.read().unwrap() == (FIRST, SECOND)


def test_a_line_has_the_documented_keys(tmp_path: Path) -> None:
    FileCheckpointLog(tmp_path).append(FIRST)
    (line,) = (tmp_path / "checkpoints.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "name": "one",
        "step": 10,
        "epoch": 0,
        "batch": 10,
        "final": False,
        "state_path": "tinker://a/one",
        "sampler_path": "tinker://a/one-sampler",
        "loop_state": {"best": 1.5},
    }


def test_any_mapping_will_do_as_loop_state(tmp_path: Path) -> None:
    log = FileCheckpointLog(tmp_path)
    log.append(Checkpoint("a", 1, 0, 1, False, "x", loop_state=MappingProxyType({"best": [1]})))
    last = log.last()
    assert last is not None
    assert last.loop_state == {"best": [1]}


class TestPaths:
    """A run directory can be moved."""

    def test_paths_inside_move_with_it(self, tmp_path: Path) -> None:
        before, after = tmp_path / "before", tmp_path / "after"
        (before / "states").mkdir(parents=True)
        state, sampler = str(before / "states" / "one"), str(before / "states" / "one.sampler")
        FileCheckpointLog(before).append(Checkpoint("one", 1, 0, 1, False, state, sampler))
        before.rename(after)
        last = FileCheckpointLog(after).last()
        assert last is not None
        assert (last.state_path, last.sampler_path) == (
            str(after / "states" / "one"),
            str(after / "states" / "one.sampler"),
        )

    def test_a_relative_path_inside_is_recognised(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "run").mkdir()
        log = FileCheckpointLog(Path("run"))
        log.append(Checkpoint("one", 1, 0, 1, False, "run/states/one"))
        monkeypatch.chdir("/")
        last = log.last()
        assert last is not None
        assert last.state_path == str(tmp_path / "run" / "states" / "one")

    def test_a_path_through_a_link_is_recognised(self, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "run")
        log = FileCheckpointLog(tmp_path / "link")
        log.append(Checkpoint("one", 1, 0, 1, False, str(tmp_path / "run" / "states" / "one")))
        last = log.last()
        assert last is not None
        assert last.state_path == str(tmp_path / "link" / "states" / "one")

    @pytest.mark.parametrize("path", ["tinker://run/weights/1", "/elsewhere/state", "opaque-name"])
    def test_anything_else_is_returned_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "cwd").mkdir()
        monkeypatch.chdir(tmp_path / "cwd")
        log = FileCheckpointLog(tmp_path / "run")
        log.append(Checkpoint("one", 1, 0, 1, False, path))
        last = log.last()
        assert last is not None
        assert last.state_path == path

    def test_a_path_elsewhere_that_looks_stored_is_not_taken_for_one_inside(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "cwd").mkdir()
        monkeypatch.chdir(tmp_path / "cwd")
        log = FileCheckpointLog(tmp_path / "run")
        log.append(Checkpoint("one", 1, 0, 1, False, "./state"))
        last = log.last()
        assert last is not None
        assert last.state_path == str(tmp_path / "cwd" / "state")


class TestDamage:
    """One torn last line is a crash; anything else is damage."""

    def test_a_torn_last_line_is_cut_off(self, tmp_path: Path) -> None:
        log = FileCheckpointLog(tmp_path)
        log.append(FIRST)
        path = tmp_path / "checkpoints.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole + b'{"name": "tw')
        assert log.last() == FIRST
        assert path.read_bytes() == whole

    def test_appending_after_a_crash_needs_no_reading_first(self, tmp_path: Path) -> None:
        (tmp_path / "checkpoints.jsonl").write_bytes(b'{"name": "on')
        log = FileCheckpointLog(tmp_path)
        log.append(SECOND)
        assert log.read().unwrap() == (SECOND,)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (b"x", "not a JSON object"),
            (b"[]", "not a JSON object"),
            (b"", "not a JSON object"),
            (b"\xff", "not a JSON object"),
            (b"{}", "`name` is missing"),
        ],
    )
    def test_a_bad_line_in_the_middle_is_an_error(self, tmp_path: Path, line: bytes, message: str) -> None:
        log = FileCheckpointLog(tmp_path)
        log.append(FIRST)
        path = tmp_path / "checkpoints.jsonl"
        path.write_bytes(path.read_bytes() * 2)
        first, second = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(first + line + b"\n" + second)
        result = log.read()
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.DAMAGED
        assert f"checkpoints.jsonl:2: {message}" in result.error.message.replace("not a checkpoint: ", "")
        with pytest.raises(DamagedRunError, match="jsonl:2") as raised:
            log.last()
        assert raised.value.error == result.error

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"step": "10"}, "`step` is a str"),
            ({"step": True}, "`step` is a bool"),
            ({"step": -1}, "`step` is below 0"),
            ({"final": 1}, "`final` is a int"),
            ({"state_path": None}, "`state_path` is a NoneType"),
            ({"loop_state": []}, "`loop_state` is a list"),
            ({"colour": "red"}, "`colour` is not a key of checkpoints"),
        ],
    )
    def test_a_line_that_is_no_checkpoint_is_an_error(
        self, tmp_path: Path, change: dict[str, Any], message: str
    ) -> None:
        log = FileCheckpointLog(tmp_path)
        log.append(FIRST)
        path = tmp_path / "checkpoints.jsonl"
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}) + "\n")
        result = log.read()
        assert isinstance(result, Err)
        assert message in result.error.message

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "checkpoints.jsonl").mkdir()
        result = FileCheckpointLog(tmp_path).read()
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.UNWRITABLE

    def test_loop_state_that_is_not_json_is_a_mistake_and_writes_nothing(self, tmp_path: Path) -> None:
        log = FileCheckpointLog(tmp_path)
        log.append(FIRST)
        with pytest.raises(ValueError, match="JSON compliant"):
            log.append(Checkpoint("two", 2, 0, 2, False, "x", loop_state={"best": float("inf")}))
        assert log.last() == FIRST
