"""What `SupervisedTrain().run` takes as options, and what it says about wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_ir import DatasetRef, ModelRef, TrainingConfig
from crucible_train import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.result import Err, Ok
from crucible_train.stages import SupervisedTrain
from tests.support.tiny_stage import MODEL, SPEC, STEPS, failed, ran, tiny_ports, untimed

if TYPE_CHECKING:
    from pathlib import Path

DIRECT = {
    "run_name": "tiny",
    "dataset_ref": {"name": "talk"},
    "num_epochs": 2,
    "batch_size": 4,
    "learning_rate": 0.02,
    "save_every": 2,
}


@pytest.mark.parametrize(
    "options",
    [
        {"training_config": SPEC},
        {"training_config": TrainingConfig.model_validate(SPEC)},
        {**DIRECT, "model_ref": MODEL, "seed": 1},
        {**DIRECT, "training_config": {"model_ref": MODEL, "seed": 1}},
        {"training_config": {**SPEC, "epochs": 9}, "num_epochs": 2},
    ],
    ids=["mapping", "TrainingConfig", "direct keys", "both", "direct keys win"],
)
def test_every_form_of_a_spec_gives_the_same_run(tmp_path: Path, options: dict[str, Any]) -> None:
    context = Context(ports=tiny_ports())
    match SupervisedTrain().run(context, {**options, "log_path": str(tmp_path / "run")}):
        case Ok(after):
            report = after.outputs["supervised_train"]
        case Err(error):
            pytest.fail(str(error))
    expected = ran(tmp_path / "expected").outputs["supervised_train"]
    assert report["steps"] == STEPS
    assert untimed(report) == untimed(expected)


def test_ports_may_come_with_the_options(tmp_path: Path) -> None:
    options = {"training_config": SPEC, "log_path": str(tmp_path / "run"), "ports": tiny_ports()}
    match SupervisedTrain().run(Context(), options):
        case Ok(after):
            assert after.ports is options["ports"]
        case Err(error):
            pytest.fail(str(error))


def test_ports_of_the_options_win(tmp_path: Path) -> None:
    ports = tiny_ports(datasets={"talk": [{"text": "abc"}] * 4})
    assert ran(tmp_path, ports=ports).outputs["supervised_train"]["steps"] == 2


def test_the_control_comes_with_the_options(tmp_path: Path) -> None:
    control = RunControl(should_stop=lambda: True)
    assert failed(tmp_path, control=control).code is StageErrorCode.INTERRUPTED


def test_nothing_at_all() -> None:
    for options in (None, {}, {"training_config": None}):
        match SupervisedTrain().run(Context(ports=tiny_ports()), options):
            case Err(error):
                assert error.code is StageErrorCode.MISSING_TRAINING_CONFIG
                assert error.stage == "supervised_train"
            case after:
                pytest.fail(str(after))


def test_every_mistake_at_once(tmp_path: Path) -> None:
    error = failed(
        tmp_path / "run", training_config={**SPEC, "epochs": "two", "learning_rat": 1}, optimizer="adan"
    )
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
    assert sorted((finding.code, finding.loc) for finding in error.diagnostics) == [
        ("CRU101", ("learning_rat",)),
        ("CRU201", ("epochs",)),
        ("CRU501", ("optimizer",)),
    ]
    assert "did you mean `learning_rate`?" in str(error)
    assert "did you mean `adam`?" in str(error)
    assert not (tmp_path / "run").exists()


def test_what_the_wired_backend_cannot_do_is_known_before_anything_is_loaded(tmp_path: Path) -> None:
    error = failed(tmp_path / "run", device="cuda")
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
    assert [finding.code for finding in error.diagnostics] == ["CRU501"]
    assert not (tmp_path / "run").exists()


def test_a_model_of_another_backend(tmp_path: Path) -> None:
    error = failed(tmp_path, training_config={**SPEC, "model_ref": {"id": "llama"}})
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
    assert "`model_ref.id` must be `byte-lm`, not the text 'llama'" in str(error)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"stage": "dpo_train"}, "CRU101", "unknown key `stage`"),
        ({7: "a"}, "CRU016", "the option 7 is not text"),
    ],
)
def test_options_that_cannot_be_keywords(options: dict[Any, Any], code: str, message: str) -> None:
    match SupervisedTrain().run(Context(ports=tiny_ports()), {"training_config": SPEC, **options}):
        case Err(error):
            assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
            assert [(finding.code, finding.message) for finding in error.diagnostics] == [(code, message)]
        case after:
            pytest.fail(str(after))


def test_a_spec_that_is_none(tmp_path: Path) -> None:
    error = failed(tmp_path, training_config=["a", "list"])
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG


def test_ir_defaults_do_not_leak(tmp_path: Path) -> None:
    config = TrainingConfig(
        id="defaults", model_ref=ModelRef.model_validate(MODEL), dataset_ref=DatasetRef(name="talk")
    )
    report = ran(tmp_path, training_config=config).outputs["supervised_train"]
    assert report["steps"] == 2  # 12 records in batches of 8, one epoch; the IR's own batch has 32
