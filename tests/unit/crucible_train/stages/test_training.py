"""What surrounds every training loop: errors by their codes, the session's end, the context after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crucible_train import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.loops.errors import LoopErrorCode
from crucible_train.result import Err, Ok
from crucible_train.run_dir import ConsoleMetricsLogger, ProgressMetricsLogger, RunDirectory
from crucible_train.session import SessionErrorCode
from crucible_train.stages import SupervisedTrain
from crucible_train.stages.training import open_display
from tests.support.faulty_client import FaultyClient
from tests.support.tiny_stage import SPEC, STEPS, failed, ran, run, tiny_ports, untimed


def record(directory: Path) -> dict[str, Any]:
    return json.loads((directory / "training_run.json").read_text(encoding="utf-8"))


class Notes(list[str]):
    """Collects what a run says."""

    def control(self, **settings: Any) -> RunControl:
        return RunControl(notify=self.append, **settings)


def test_the_context_after_a_run(tmp_path: Path) -> None:
    before = Context(ports=tiny_ports(), metrics={"kept": 1.0}, completed_stages=("earlier",))
    match SupervisedTrain().run(before, {"training_config": SPEC, "log_path": str(tmp_path / "run")}):
        case Ok(after):
            pass
        case Err(error):
            pytest.fail(str(error))
    report = after.outputs["supervised_train"]
    assert after.completed_stages == ("earlier", "supervised_train")
    assert after.artifacts == {"supervised_train.run_dir": str(tmp_path / "run")}
    assert after.metrics["kept"] == 1.0
    assert after.metrics["supervised_train.steps"] == report["steps"] == STEPS
    assert after.metrics["supervised_train.last_train_mean_nll"] == report["last_train_mean_nll"]
    assert before == Context(ports=before.ports, metrics={"kept": 1.0}, completed_stages=("earlier",))


def test_a_session_that_does_not_open(tmp_path: Path) -> None:
    client = FaultyClient({"open#0": SessionErrorCode.BACKEND_FAILED})
    error = failed(tmp_path, client)
    assert error.code is StageErrorCode.SESSION_FAILED
    assert error.message == "no session: backend_failed: open was told to fail"
    assert error.cause.code is SessionErrorCode.BACKEND_FAILED
    assert record(tmp_path)["status"] == "failed"


@pytest.mark.parametrize("call", ["forward_backward#3", "optim_step#3", "save_state#1"])
def test_a_session_that_fails_in_the_middle(tmp_path: Path, call: str) -> None:
    client = FaultyClient({call: SessionErrorCode.BACKEND_FAILED})
    error = failed(tmp_path, client)
    assert error.code is StageErrorCode.SESSION_FAILED
    assert f"{call.partition('#')[0]} was told to fail" in error.message
    assert error.message.endswith(f"(run directory: {tmp_path})")
    assert client.sessions[0].closed
    run = record(tmp_path)
    assert (run["status"], run["error_message"]) == ("failed", error.message)
    assert [Path(uri).name for uri in run["checkpoint_uris"]] == ["step-000002.safetensors"]


def test_a_failed_run_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    failed(tmp_path / "run", FaultyClient({"optim_step#4": SessionErrorCode.BACKEND_FAILED}))
    resumed = ran(tmp_path / "run", control=RunControl(resume=True)).outputs["supervised_train"]
    whole = ran(tmp_path / "whole").outputs["supervised_train"]
    assert resumed["resumed_from"] == "step-000004"
    assert untimed(resumed) == untimed(whole)
    states = [Path(report["final_state_path"]).read_bytes() for report in (resumed, whole)]
    assert states[0] == states[1]


def test_an_interrupted_run(tmp_path: Path) -> None:
    asked = iter([False, False, False, True])
    error = failed(tmp_path, control=RunControl(should_stop=lambda: next(asked)))
    assert error.code is StageErrorCode.INTERRUPTED
    assert error.message.startswith(f"stopped before step 3 of {STEPS}; resume to go on (run directory: ")
    run = record(tmp_path)
    assert run["status"] == "cancelled"
    assert Path(run["checkpoint_uris"][-1]).name == "step-000003.safetensors"


def test_nothing_to_train_on(tmp_path: Path) -> None:
    error = failed(tmp_path, max_length=2)
    assert error.code is StageErrorCode.TRAINING_FAILED
    assert error.cause.code is LoopErrorCode.NOTHING_TO_TRAIN_ON


def test_a_plan_of_no_steps_gives_one_error_and_no_warnings(tmp_path: Path) -> None:
    notes = Notes()
    error = failed(tmp_path, batch_size=100, drop_last_batch=True, control=notes.control())
    assert error.code is StageErrorCode.TRAINING_FAILED
    assert notes == []


def test_a_checkpoint_that_cannot_be_used(tmp_path: Path) -> None:
    failed(tmp_path, FaultyClient({"optim_step#4": SessionErrorCode.BACKEND_FAILED}))
    (tmp_path / "states" / "step-000004.safetensors").write_bytes(b"damaged")
    error = failed(tmp_path, control=RunControl(resume=True))
    assert error.code is StageErrorCode.TRAINING_FAILED
    assert error.cause.code is LoopErrorCode.CHECKPOINT_UNUSABLE


def test_a_complete_run_whose_weights_are_gone(tmp_path: Path) -> None:
    ran(tmp_path)
    (tmp_path / "states" / "final.safetensors").unlink()
    error = failed(tmp_path, control=RunControl(resume=True))
    assert error.code is StageErrorCode.TRAINING_FAILED
    assert error.cause.code is LoopErrorCode.CHECKPOINT_UNUSABLE
    assert "there is no saved state at" in error.message


def test_a_directory_that_holds_a_run(tmp_path: Path) -> None:
    ran(tmp_path)
    error = failed(tmp_path)
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert "continue it with --resume, or choose another --out" in error.message
    assert record(tmp_path)["status"] == "completed"


def test_a_directory_in_use(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, resume=False).unwrap() as held:
        assert held.locked
        error = failed(tmp_path)
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert "is in use by process" in error.message


def test_a_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    error = failed(tmp_path / "file")
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert error.message.endswith("is not a directory")


def test_a_directory_with_a_run_of_another_spec(tmp_path: Path) -> None:
    ran(tmp_path)
    error = failed(
        tmp_path,
        training_config={**SPEC, "seed": 2, "epochs": 3},
        logger="none",
        control=RunControl(resume=True),
    )
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert "(changed: num_epochs, training_config.seed)" in error.message


def test_where_it_writes_and_what_it_shows_may_change(tmp_path: Path) -> None:
    failed(tmp_path / "run", FaultyClient({"optim_step#4": SessionErrorCode.BACKEND_FAILED}))
    (tmp_path / "run").rename(tmp_path / "moved")
    context = ran(tmp_path / "moved", logger="none", control=RunControl(resume=True))
    assert context.outputs["supervised_train"]["resumed_from"] == "step-000004"


def test_a_damaged_config(tmp_path: Path) -> None:
    ran(tmp_path)
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    error = failed(tmp_path, control=RunControl(resume=True))
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert "config.json" in error.message
    assert RunDirectory.create(tmp_path, resume=True).unwrap().locked


def test_an_exception_is_recorded_and_raised(tmp_path: Path) -> None:
    client = FaultyClient({"optim_step#3": ZeroDivisionError("a bug of the backend")})
    with pytest.raises(ZeroDivisionError):
        run(tmp_path, client)
    assert client.sessions[0].closed
    assert record(tmp_path)["status"] == "failed"
    assert record(tmp_path)["error_message"] == "ZeroDivisionError: a bug of the backend"
    assert RunDirectory.create(tmp_path, resume=True).unwrap().locked


def test_a_warning_that_normalisation_has_given_is_not_given_again(tmp_path: Path) -> None:
    notes = Notes()
    ran(tmp_path, training_config={**SPEC, "options": {"eval_every": 2}}, control=notes.control())
    assert notes == []


def test_what_only_the_number_of_steps_shows(tmp_path: Path) -> None:
    notes = Notes()
    ran(tmp_path, training_config={**SPEC, "checkpoint_every": 50}, control=notes.control())
    (note,) = notes
    assert note.startswith("CRU403 warning: `checkpoint_every` spans 50 steps, and training ends after 6: ")


def test_data_that_are_not_read_are_noted(tmp_path: Path) -> None:
    notes = Notes()
    ports = tiny_ports(datasets={"talk": [{"text": "a", "source": "b"}] * 4})
    ran(tmp_path, ports=ports, control=notes.control())
    assert notes == ["talk: columns not read: source"]


class TestDisplay:
    def test_a_progress_bar(self, capsys: pytest.CaptureFixture[str]) -> None:
        (bar,) = open_display("progress", 3, first_step=1, notify=pytest.fail)
        assert isinstance(bar, ProgressMetricsLogger)
        bar.log(2, {"train_mean_nll": 1.0})
        bar.close()
        assert "3/3" in capsys.readouterr().err

    def test_without_tqdm_it_is_lines(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
        notes = Notes()
        (lines,) = open_display("progress", 3, first_step=0, notify=notes.append)
        assert isinstance(lines, ConsoleMetricsLogger)
        assert notes == ["the progress bar needs tqdm: pip install 'crucible-train[local]'"]
        lines.log(0, {"train_mean_nll": 1.0})
        assert capsys.readouterr().err == "step 0  train_mean_nll 1\n"

    def test_nothing(self) -> None:
        assert open_display("none", 3, first_step=0, notify=pytest.fail) == []

    def test_the_spec_wins_over_the_control(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        ran(tmp_path / "a", logger="none", control=RunControl(default_logger="console"))
        assert capsys.readouterr().err == ""
        ran(tmp_path / "b", control=RunControl(default_logger="console"))
        assert capsys.readouterr().err.count("step ") == STEPS


def test_a_library_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(tmp_path)
    assert capsys.readouterr() == ("", "")
