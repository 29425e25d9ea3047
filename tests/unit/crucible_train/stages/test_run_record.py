"""What a run leaves in its directory, whatever became of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from crucible_ir import TrainingRun, from_json
from crucible_train import RunControl
from crucible_train.ir.normalize import normalize
from crucible_train.session import SessionErrorCode
from crucible_train.stages.run_record import best_metrics, epoch_ends, run_name
from tests.support.faulty_client import FaultyClient
from tests.support.tiny_stage import MODEL, SPEC, STEPS, failed, ran, run, tiny_ports

EVALUATED = {**SPEC, "validation_split": 0.25, "options": {"eval_every": 2}}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def rows(directory: Path) -> list[dict[str, Any]]:
    lines = (directory / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_these_files_and_no_others(tmp_path: Path) -> None:
    ran(tmp_path)
    assert sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    ) == [
        "checkpoints.jsonl",
        "config.json",
        "loss.svg",
        "metrics.jsonl",
        "report.json",
        "run.lock",
        "states/final.safetensors",
        "states/step-000002.safetensors",
        "states/step-000004.safetensors",
        "training_run.json",
    ]


def test_config_json_accounts_for_every_value(tmp_path: Path) -> None:
    ran(tmp_path, submit_ahead=2)
    config = read(tmp_path / "config.json")
    normalized = normalize(SPEC, ports=tiny_ports(), log_path=str(tmp_path), submit_ahead=2).unwrap()
    assert config["stage"] == "supervised_train"
    assert config["config"] == normalized.to_json()
    assert config["fingerprint"] == normalized.fingerprint
    assert config["effective"] == normalized.effective
    assert config["provenance"].keys() >= normalized.provenance.keys()
    assert config["provenance"]["num_epochs"] == {
        "value": 2,
        "layer": "ir",
        "key": "epochs",
        "at": None,
        "rule": "epochs -> num_epochs",
    }
    assert config["provenance"]["training_config.optimizer"]["rule"] == "backend default"
    assert config["provenance"]["submit_ahead"]["layer"] == "direct"
    assert config["versions"].keys() == {"crucible_train", "python", "platform"}
    assert datetime.fromisoformat(config["started_at"]).tzinfo is not None
    assert config["warnings"] == []


def test_warnings_are_kept(tmp_path: Path) -> None:
    ran(tmp_path, training_config={**SPEC, "validation_split": 0.25})
    (warning,) = read(tmp_path / "config.json")["warnings"]
    assert warning.startswith("CRU402 warning: ")


def test_metrics_have_a_row_a_step_and_the_last_evaluation(tmp_path: Path) -> None:
    ran(tmp_path, training_config=EVALUATED)
    steps = [row["step"] for row in rows(tmp_path)]
    assert steps == list(range(len(steps)))
    assert "eval_mean_nll" in rows(tmp_path)[-1]
    assert "train_mean_nll" not in rows(tmp_path)[-1]


def test_report_json_is_the_report(tmp_path: Path) -> None:
    report = ran(tmp_path).outputs["supervised_train"]
    assert read(tmp_path / "report.json") == json.loads(json.dumps(report))


def test_loss_svg_is_well_formed(tmp_path: Path) -> None:
    ran(tmp_path, training_config=EVALUATED)
    root = ElementTree.parse(tmp_path / "loss.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def completed(directory: Path) -> None:
    ran(directory, training_config=EVALUATED)


def session_failed(directory: Path) -> None:
    failed(directory, FaultyClient({"optim_step#3": SessionErrorCode.BACKEND_FAILED}))


def not_opened(directory: Path) -> None:
    failed(directory, FaultyClient({"open#0": SessionErrorCode.BACKEND_FAILED}))


def cancelled(directory: Path) -> None:
    failed(directory, control=RunControl(should_stop=lambda: True))


def raised(directory: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run(directory, FaultyClient({"optim_step#3": ZeroDivisionError("a bug")}))


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        (completed, "completed", None),
        (session_failed, "failed", "optim_step of step 3 failed"),
        (not_opened, "failed", "no session"),
        (cancelled, "cancelled", "stopped before step 0"),
        (raised, "failed", "ZeroDivisionError: a bug"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_every_outcome_is_a_training_run_of_the_ir(
    tmp_path: Path, outcome: Any, status: str, words: str | None
) -> None:
    outcome(tmp_path)
    found = from_json((tmp_path / "training_run.json").read_bytes(), TrainingRun)
    assert (found.id, found.status) == ("tiny", status)
    assert (words or "") in (found.error_message or "")
    assert (found.error_message is None) is (words is None)
    assert found.started_at is not None
    assert found.completed_at is not None
    assert found.started_at <= found.completed_at
    assert found.options is not None
    assert found.options["fingerprint"] == read(tmp_path / "config.json")["fingerprint"]
    assert all(Path(uri).exists() for uri in found.checkpoint_uris or ())
    assert (found.final_model_version is not None) is (status == "completed")
    # What was asked for normalises to what was run.
    again = normalize(found.config, ports=tiny_ports(), log_path=str(tmp_path)).unwrap()
    assert again.fingerprint == read(tmp_path / "config.json")["fingerprint"]


def test_while_it_runs_the_record_says_so(tmp_path: Path) -> None:
    seen: list[str] = []

    def look() -> None:
        seen.append(from_json((tmp_path / "training_run.json").read_bytes(), TrainingRun).status)

    ran(tmp_path, FaultyClient({"optim_step#3": look}))
    assert seen == ["running"]


def test_a_run_has_its_history_in_few_rows(tmp_path: Path) -> None:
    completed(tmp_path)
    found = from_json((tmp_path / "training_run.json").read_bytes(), TrainingRun)
    assert found.current_epoch == 2
    assert found.metrics_history is not None
    assert [row["step"] for row in found.metrics_history if "eval_mean_nll" in row] == [0, 2, 4, 6]
    assert found.best_metrics is not None
    measured = [row["eval_mean_nll"] for row in rows(tmp_path) if "eval_mean_nll" in row]
    assert found.best_metrics["eval_mean_nll"] == min(measured)


def test_a_complete_run_that_is_resumed_keeps_what_it_measured(tmp_path: Path) -> None:
    ran(tmp_path, training_config=EVALUATED)
    names = ("metrics.jsonl", "checkpoints.jsonl", "loss.svg", "config.json")
    before = {name: (tmp_path / name).read_bytes() for name in names}
    history = read(tmp_path / "training_run.json")["metrics_history"]
    report = ran(tmp_path, training_config=EVALUATED, control=RunControl(resume=True)).outputs
    assert report["supervised_train"]["resumed_from"] == "final"
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    assert read(tmp_path / "training_run.json")["metrics_history"] == history


def test_a_resumed_run_keeps_its_beginning(tmp_path: Path) -> None:
    session_failed(tmp_path)
    started_at = read(tmp_path / "training_run.json")["started_at"]
    ran(tmp_path, control=RunControl(resume=True))
    found = from_json((tmp_path / "training_run.json").read_bytes(), TrainingRun)
    assert read(tmp_path / "training_run.json")["started_at"] == started_at
    assert (found.status, found.error_message) == ("completed", None)
    assert [row["step"] for row in rows(tmp_path)] == list(range(STEPS))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("my run", "my-run"),
        ("a/b", "a-b"),
        ("../../etc", "etc"),
        ("v1.2_x", "v1.2_x"),
        ("läuft", "läuft"),
    ],
)
def test_the_name_of_a_run_is_a_file_name(given: str, expected: str) -> None:
    assert run_name(normalize({**SPEC, "id": given}).unwrap()) == expected


@pytest.mark.parametrize("given", ["..", "/", "-"])
def test_a_name_without_letters_gives_way_to_the_fingerprint(given: str) -> None:
    normalized = normalize({**SPEC, "id": given}).unwrap()
    assert run_name(normalized) == f"supervised_train-{normalized.fingerprint[:8]}"


def test_a_run_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    direct = {"training_config": None, "dataset_ref": {"name": "talk"}, "model_ref": MODEL, "log_path": None}
    context = ran(tmp_path, control=RunControl(runs_dir="here"), **direct)
    directory = Path(context.artifacts["supervised_train.run_dir"])
    assert directory.parent == tmp_path / "here"
    assert directory.name.startswith("supervised_train-")
    assert from_json((directory / "training_run.json").read_bytes(), TrainingRun).id == directory.name


def test_epoch_ends_are_the_last_rows_of_epochs_and_all_evaluations() -> None:
    measured = [
        {"step": 0, "epoch": 0.0},
        {"step": 1, "epoch": 0.0, "eval_mean_nll": 1.0},
        {"step": 2, "epoch": 0.0},
        {"step": 3, "epoch": 1.0},
        {"step": 4, "eval_mean_nll": 0.5},
    ]
    assert [row["step"] for row in epoch_ends(measured)] == [1, 2, 3, 4]


def test_the_best_is_the_least_that_was_measured() -> None:
    measured = [{"train_mean_nll": 2.0}, {"train_mean_nll": None}, {"train_mean_nll": 1.5}, {"step": 3}]
    assert best_metrics(measured) == {"train_mean_nll": 1.5}
