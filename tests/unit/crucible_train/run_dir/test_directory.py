"""The directory of one run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_train.result import Err
from crucible_train.run_dir import RunDirectory, RunDirectoryError, RunDirectoryErrorCode
from crucible_train.session import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path


def created(path: Path | str, *, resume: bool = False) -> RunDirectory:
    return RunDirectory.create(path, resume=resume).unwrap()


def refused(path: Path, *, resume: bool = False) -> RunDirectoryError:
    result = RunDirectory.create(path, resume=resume)
    assert isinstance(result, Err), "created"
    return result.error


class TestCreate:
    """New, resumed, or refused."""

    def test_a_new_one_is_made_with_its_parents(self, tmp_path: Path) -> None:
        with created(tmp_path / "runs" / "a") as run:
            assert run.path == tmp_path / "runs" / "a"
            assert run.states_dir.is_dir()

    def test_a_relative_path_is_made_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with created("a") as run:
            assert run.path == tmp_path / "a"

    def test_a_directory_with_other_files_is_fine(self, tmp_path: Path) -> None:
        (tmp_path / "log.txt").write_text("started")
        created(tmp_path).close()

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("config.json", ""),
            ("config.json", '{"model_type": "llama"}'),
            ("metrics.jsonl", '{"step": 0}\n'),
            ("checkpoints.jsonl", "{}\n"),
        ],
    )
    def test_a_run_is_not_overwritten(self, tmp_path: Path, name: str, text: str) -> None:
        (tmp_path / name).write_text(text)
        error = refused(tmp_path)
        assert error.code == RunDirectoryErrorCode.EXISTS
        assert name in str(error)
        assert "--resume" in str(error)
        assert "--out" in str(error)

    def test_a_run_that_ended_before_its_first_step_is_in_nobodys_way(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            run.write_json("config.json", {"fingerprint": "a"}).unwrap()
            run.metrics_logger().close()
        created(tmp_path).close()

    def test_a_run_is_resumed(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            run.write_json("config.json", {"a": 1}).unwrap()
            run.checkpoints().append(Checkpoint("one", 1, 0, 1, False, str(run.states_dir / "one")))
        with created(tmp_path, resume=True) as run:
            last = run.checkpoints().last()
            assert last is not None
            assert last.state_path == str(run.states_dir / "one")

    def test_resuming_what_is_not_there_starts(self, tmp_path: Path) -> None:
        with created(tmp_path / "new", resume=True) as run:
            assert run.checkpoints().last() is None

    def test_a_file_is_no_directory(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert refused(tmp_path / "file").code == RunDirectoryErrorCode.NOT_A_DIRECTORY

    def test_a_file_among_the_parents_is_unwritable(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert refused(tmp_path / "file" / "a").code == RunDirectoryErrorCode.UNWRITABLE

    def test_a_file_where_the_states_go_is_unwritable(self, tmp_path: Path) -> None:
        (tmp_path / "states").write_text("")
        assert refused(tmp_path).code == RunDirectoryErrorCode.UNWRITABLE

    @pytest.mark.parametrize("name", ["metrics.jsonl", "checkpoints.jsonl"])
    def test_a_damaged_run_is_not_resumed(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("{}\nx\n{}\n")
        error = refused(tmp_path, resume=True)
        assert error.code == RunDirectoryErrorCode.DAMAGED
        assert f"{name}:" in str(error)

    def test_a_refusal_leaves_no_lock_behind(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text("{}")
        refused(tmp_path)
        created(tmp_path, resume=True).close()


class TestLock:
    """One process per directory."""

    def test_a_second_one_is_kept_out_and_told_by_whom(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            assert run.locked
            error = refused(tmp_path, resume=True)
            assert error.code == RunDirectoryErrorCode.LOCKED
            assert f"process {os.getpid()}" in str(error)

    def test_closing_lets_others_in(self, tmp_path: Path) -> None:
        run = created(tmp_path)
        run.close()
        run.close()
        assert not run.locked
        created(tmp_path).close()

    def test_a_killed_process_holds_nothing(self, tmp_path: Path) -> None:
        code = (
            "import sys, time\n"
            "from crucible_train.run_dir import RunDirectory\n"
            "run = RunDirectory.create(sys.argv[1], resume=False).unwrap()\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            assert refused(tmp_path).code == RunDirectoryErrorCode.LOCKED
            process.send_signal(signal.SIGKILL)
            process.wait()
        created(tmp_path).close()

    def test_a_longer_process_number_does_not_linger(self, tmp_path: Path) -> None:
        (tmp_path / "run.lock").write_text("9" * 30)
        with created(tmp_path):
            assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"

    def test_without_flock_it_says_that_nothing_is_held(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "fcntl", None)
        with created(tmp_path) as run:
            assert not run.locked
            run.write_json("config.json", {}).unwrap()

    def test_where_the_file_system_cannot_lock_nothing_is_held(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        def unsupported(*_: object) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(fcntl, "flock", unsupported)
        with created(tmp_path) as run:
            assert not run.locked


class TestWriting:
    """Files are replaced in one move."""

    def test_json(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            path = run.write_json("report.json", {"b": [1, "ä"], "a": None}).unwrap()
            assert path == tmp_path / "report.json"
            assert json.loads(path.read_bytes()) == {"b": [1, "ä"], "a": None}
            assert path.read_text(encoding="utf-8").endswith("}\n")

    def test_text(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            run.write_text("loss.svg", "<svg/>").unwrap()
        assert (tmp_path / "loss.svg").read_text() == "<svg/>"

    def test_a_failure_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        with created(tmp_path) as run:
            run.write_json("config.json", {"a": 1}).unwrap()
            monkeypatch.setattr(os, "fsync", full)
            result = run.write_json("config.json", {"a": 2})
            assert isinstance(result, Err)
            assert result.error.code == RunDirectoryErrorCode.UNWRITABLE
            assert "No space left" in str(result.error)
            assert run.read_config().unwrap() == {"a": 1}

    def test_no_temporary_file_stays(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            run.write_json("config.json", {}).unwrap()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "run.lock", "states"]

    @pytest.mark.parametrize("name", ["", "a/b.json", "..", "metrics.jsonl", "checkpoints.jsonl", "states"])
    def test_other_names_are_a_mistake(self, tmp_path: Path, name: str) -> None:
        with created(tmp_path) as run, pytest.raises(ValueError, match="is not the name of a file"):
            run.write_text(name, "x")

    @pytest.mark.parametrize("data", [float("nan"), {"a": float("inf")}])
    def test_data_json_does_not_have_is_a_mistake(self, tmp_path: Path, data: object) -> None:
        with created(tmp_path) as run, pytest.raises(ValueError, match="JSON compliant"):
            run.write_json("config.json", data)

    def test_where_directories_cannot_be_synced(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from crucible_train.run_dir import durable

        with created(tmp_path) as run:
            monkeypatch.setattr(durable, "IS_POSIX", False)
            run.write_text("a.txt", "x").unwrap()
        assert (tmp_path / "a.txt").read_text() == "x"


class TestReadConfig:
    """What was run."""

    def test_it_reads_what_was_written(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            run.write_json("config.json", {"a": [1]}).unwrap()
            assert run.read_config().unwrap() == {"a": [1]}

    @pytest.mark.parametrize("text", ["", "{", "[]", "\xff", "[" * 100_000])
    def test_anything_but_an_object_is_damaged(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "config.json").write_text(text, encoding="latin-1")
        with created(tmp_path, resume=True) as run:
            result = run.read_config()
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.DAMAGED

    def test_none(self, tmp_path: Path) -> None:
        with created(tmp_path) as run:
            result = run.read_config()
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.NOT_FOUND

    def test_a_directory_in_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").mkdir()
        with created(tmp_path, resume=True) as run:
            result = run.read_config()
        assert isinstance(result, Err)
        assert result.error.code == RunDirectoryErrorCode.UNWRITABLE


def test_the_metrics_logger_appends_to_the_runs_metrics(tmp_path: Path) -> None:
    with created(tmp_path) as run:
        logger = run.metrics_logger()
        logger.log(0, {"loss": 1.0})
        logger.close()
    assert json.loads((tmp_path / "metrics.jsonl").read_bytes())["loss"] == 1.0
