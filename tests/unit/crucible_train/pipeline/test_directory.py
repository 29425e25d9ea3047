"""The directory of an experiment: one run, one process, and nothing written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.pipeline import PipelineErrorCode
from crucible_train.pipeline.directory import ExperimentDirectory
from crucible_train.result import Err
from crucible_train.run_dir import RunDirectory, RunDirectoryErrorCode
from tests.support.pipelines import toy
from tests.support.toy_stages import add

if TYPE_CHECKING:
    from crucible_train import Context, RunControl
    from tests.support.pipelines import Pipeline


def refused(toys: Pipeline, code: RunDirectoryErrorCode, **how: Any) -> str:
    """What is said about a directory that cannot be used."""
    error = toys.failed(toy(), **how)
    assert error.code is PipelineErrorCode.RUN_DIRECTORY_FAILED
    assert (error.label, error.stage, error.error) == (None, None, None)
    cause: Any = error.cause
    assert cause.code is code
    assert str(error) == f"experiment: run_directory_failed: {cause}"
    return error.message


def failing(toys: Pipeline) -> str:
    def act(context: Context, config: Any, control: RunControl) -> Any:
        return Err(StageError("toy", StageErrorCode.DATASET_RESOLUTION_FAILED, "no such file"))

    return toys.act("fail", act)


class TestWithoutResume:
    """A directory that holds something is refused."""

    def test_a_completed_stage(self, toys: Pipeline) -> None:
        toys.failed(toy(), toy(), toy(act=failing(toys)))
        assert refused(toys, RunDirectoryErrorCode.EXISTS) == (
            f"`{toys.directory}` holds an experiment (`toy` has completed, `toy-2` has completed); "
            "continue it with --resume, or choose another --out"
        )

    def test_what_a_trainer_has_left(self, toys: Pipeline) -> None:
        def train(context: Context, config: Any, control: RunControl) -> Any:
            add(context, config, control)
            (toys.directory / "01-toy" / "metrics.jsonl").write_text("{}\n")
            return Err(StageError("toy", StageErrorCode.SESSION_FAILED, "gone"))

        toys.failed(toy(act=toys.act("train", train)))
        assert refused(toys, RunDirectoryErrorCode.EXISTS) == (
            f"`{toys.directory}` holds an experiment (a run in `01-toy`); "
            "continue it with --resume, or choose another --out"
        )

    def test_one_that_failed_before_anything_was_done_is_used_again(self, toys: Pipeline) -> None:
        toys.failed(toy(act=failing(toys)))
        before = toys.record
        toys.ran(toy())
        assert toys.record["started_at"] > before["started_at"]
        assert toys.begun("01-toy") == ["anew"]

    def test_other_files_are_fine(self, toys: Pipeline) -> None:
        toys.directory.mkdir()
        (toys.directory / "log.txt").write_text("started")
        toys.ran(toy())


class TestAlways:
    """Whether it is resumed or not."""

    @pytest.mark.parametrize("resume", [False, True])
    def test_a_training_run(self, toys: Pipeline, resume: bool) -> None:
        toys.directory.mkdir()
        (toys.directory / "metrics.jsonl").write_text("{}\n")
        message = refused(toys, RunDirectoryErrorCode.EXISTS, resume=resume)
        assert message == (
            f"`{toys.directory}` holds a training run, and not an experiment; choose another --out"
        )

    @pytest.mark.parametrize("resume", [False, True])
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "(Invalid JSON: EOF"),
            ("[]", "should be an object"),
            ("{}", "id: Field required"),
            ('{"id": 3}', "id: Input should be a valid string"),
        ],
    )
    def test_a_file_that_no_run_wrote(self, toys: Pipeline, text: str, words: str, resume: bool) -> None:
        toys.directory.mkdir()
        (toys.directory / "experiment.json").write_text(text)
        message = refused(toys, RunDirectoryErrorCode.DAMAGED, resume=resume)
        assert f"`{toys.directory / 'experiment.json'}` is not the record of an experiment's run" in message
        assert words in message
        assert message.endswith("; choose another --out")
        assert (toys.directory / "experiment.json").read_text() == text

    def test_a_record_with_something_else_in_it(self, toys: Pipeline) -> None:
        toys.ran(toy())
        record = toys.record
        record["stages"][0]["status"] = "melted"
        (toys.directory / "experiment.json").write_text(json.dumps(record))
        assert "stages.0.status: " in refused(toys, RunDirectoryErrorCode.DAMAGED, resume=True)

    def test_a_record_without_what_a_stage_added(self, toys: Pipeline) -> None:
        toys.ran(toy())
        record = toys.record
        del record["stages"][0]["added"]
        (toys.directory / "experiment.json").write_text(json.dumps(record))
        message = refused(toys, RunDirectoryErrorCode.DAMAGED, resume=True)
        assert "stages.0: Value error, it has completed, and what it added is missing" in message

    def test_a_file_in_its_place(self, toys: Pipeline) -> None:
        toys.directory.write_text("a file")
        assert refused(toys, RunDirectoryErrorCode.NOT_A_DIRECTORY).endswith("is not a directory")

    def test_a_file_among_its_parents(self, toys: Pipeline) -> None:
        toys.directory.write_text("a file")
        toys.directory = toys.directory / "below"
        refused(toys, RunDirectoryErrorCode.UNWRITABLE)

    def test_a_record_that_cannot_be_read(self, toys: Pipeline) -> None:
        (toys.directory / "experiment.json").mkdir(parents=True)
        refused(toys, RunDirectoryErrorCode.UNWRITABLE)


class TestLock:
    """One process at a time, and no training run beside it."""

    def test_while_it_runs(self, toys: Pipeline) -> None:
        seen: list[Any] = []

        def look(context: Context, config: Any, control: RunControl) -> Any:
            seen.append(ExperimentDirectory.open(toys.directory, resume=True))
            seen.append(RunDirectory.create(toys.directory, resume=False))
            return add(context, config, control)

        toys.ran(toy(act=toys.act("look", look)))
        assert [outcome.error.code for outcome in seen] == [RunDirectoryErrorCode.LOCKED] * 2

    def test_it_is_let_go_however_the_run_ends(self, toys: Pipeline) -> None:
        def bug(context: Any, config: Any, control: Any) -> Any:
            raise ZeroDivisionError

        toys.failed(toy(), toy(act=failing(toys)))
        toys.failed(toy(2), resume=True)
        with pytest.raises(ZeroDivisionError):
            toys.run(toy(), toy(act=toys.act("bug", bug)), resume=True)
        toys.ran(toy(), toy(), resume=True)
        ExperimentDirectory.open(toys.directory, resume=True).unwrap().close()


def test_an_earlier_run_that_cannot_be_set_aside(toys: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(context: Context, config: Any, control: RunControl) -> Any:
        add(context, config, control)
        (toys.directory / "01-toy" / "metrics.jsonl").write_text("{}\n")
        return Err(StageError("toy", StageErrorCode.SESSION_FAILED, "gone"))

    def denied(path: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    act = toys.act("train", train)
    toys.failed(toy(1, act=act))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", denied)
        message = refused_to_resume(toys, toy(2, act=act))
    assert message == f"`{toys.directory / '01-toy'}`: Permission denied"
    assert (toys.directory / "01-toy" / "metrics.jsonl").exists()
    toys.failed(toy(2, act=act), resume=True)
    assert (toys.directory / "01-toy.before-1" / "metrics.jsonl").exists()


def refused_to_resume(toys: Pipeline, stage: dict[str, Any]) -> str:
    error = toys.failed(stage, resume=True)
    assert error.code is PipelineErrorCode.RUN_DIRECTORY_FAILED
    return error.message
