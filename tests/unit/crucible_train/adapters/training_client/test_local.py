"""The local training client: what it accepts, what it refuses, and what it does not import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.adapters.training_client.local import LocalTrainingClient, LocalTrainingConfig
from crucible_train.ports import Ports
from crucible_train.result import Err
from crucible_train.session import SessionErrorCode

if TYPE_CHECKING:
    from pathlib import Path

MODEL = {"id": "byte-lm", "options": {"context_length": 2, "embedding_dim": 2, "hidden_dim": 2}}


def refused(config: dict[str, Any]) -> str:
    outcome = LocalTrainingClient().open(config)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.UNSUPPORTED_CONFIG
    return outcome.error.message


def run_python(code: str) -> str:
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return finished.stdout.strip()


def test_it_can_be_wired() -> None:
    client = LocalTrainingClient()
    assert Ports(training_client=client).require("training_client").unwrap() is client


def test_only_the_model_is_required() -> None:
    config = LocalTrainingConfig.model_validate({"model_ref": {"id": "byte-lm"}})
    assert config.model_dump(exclude={"model_ref"}) == {
        "optimizer": "adam",
        "loss_function": "cross_entropy",
        "seed": 0,
        "gradient_clipping": None,
        "weight_decay": 0.0,
        "device": "cpu",
        "mixed_precision": False,
        "metrics": (),
    }


def test_every_setting_has_its_say() -> None:
    everything = {
        "model_ref": MODEL,
        "optimizer": "adamw",
        "loss_function": "cross_entropy",
        "seed": 2**63 - 1,
        "gradient_clipping": 1,
        "weight_decay": 0.1,
        "device": "cpu",
        "mixed_precision": False,
        "metrics": ["loss", "accuracy", "perplexity"],
    }
    LocalTrainingClient().open(everything).unwrap().close()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "lion"}, "optimizer: Input should be 'adam', 'adamw' or 'sgd'"),
        ({"loss_function": "mse"}, "loss_function: Input should be 'cross_entropy'"),
        ({"seed": -1}, "seed: Input should be greater than or equal to 0"),
        ({"seed": 2**63}, "seed: Input should be less than or equal to 9223372036854775807"),
        ({"seed": 1.0}, "seed: Input should be a valid integer"),
        ({"seed": True}, "seed: Input should be a valid integer"),
        ({"gradient_clipping": 0.0}, "gradient_clipping: Input should be greater than 0"),
        ({"gradient_clipping": "1"}, "gradient_clipping: Input should be a valid number"),
        ({"weight_decay": -0.1}, "weight_decay: Input should be greater than or equal to 0"),
        ({"weight_decay": float("nan")}, "weight_decay: Input should be a finite number"),
        ({"device": "cuda"}, "device: Input should be 'cpu'"),
        (
            {"mixed_precision": True},
            ("mixed_precision: only float32 is computed in: leave mixed_precision out, or set it to false"),
        ),
        ({"mixed_precision": "bf16"}, "mixed_precision: Input should be False"),
        ({"metrics": ["bleu"]}, "metrics.0: Input should be 'loss', 'accuracy' or 'perplexity'"),
        ({"metrics": "loss"}, "metrics: Input should be a valid tuple"),
        ({"lora_rank": 8}, "lora_rank: Extra inputs are not permitted"),
        ({"model_ref": {"id": "gpt2"}}, "model_ref.id: Input should be 'byte-lm'"),
        ({"model_ref": {}}, "model_ref.id: Field required"),
        ({"model_ref": "byte-lm"}, "model_ref: Input should be a valid dictionary or instance of ByteLMRef"),
    ],
)
def test_what_it_cannot_honour_is_refused_by_name(wrong: dict[str, Any], message: str) -> None:
    assert refused({"model_ref": MODEL, **wrong}) == message


def test_all_problems_are_reported_together() -> None:
    message = refused({"model_ref": {"id": "gpt2"}, "optimizer": "lion", "rank": 8})
    assert [part.split(":")[0] for part in message.split("; ")] == ["model_ref.id", "optimizer", "rank"]


def test_it_starts_from_a_saved_state(tmp_path: Path) -> None:
    session = LocalTrainingClient().open({"model_ref": MODEL, "seed": 9}, state_dir=tmp_path).unwrap()
    path = session.save_state("a").result().unwrap()
    session.close()
    scores: list[Any] = []
    for config in (
        {"model_ref": MODEL, "seed": 9},
        {"model_ref": {"id": "byte-lm", "artifact_uri": path}},
        {"model_ref": {**MODEL, "artifact_uri": f"file://{path}"}},
        {"model_ref": MODEL, "seed": 8},
    ):
        opened = LocalTrainingClient().open(config).unwrap()
        sampler = opened.sampler().result().unwrap()
        scores.append(sampler.logprobs([1, 2, 3]).result().unwrap())
        sampler.close()
        opened.close()
    assert scores[0] == scores[1] == scores[2] != scores[3]


def test_a_saved_state_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    session = LocalTrainingClient().open({"model_ref": MODEL}, state_dir=tmp_path).unwrap()
    path = session.save_state("a").result().unwrap()
    session.close()
    ref = {"id": "byte-lm", "artifact_uri": path, "options": {"hidden_dim": 3}}
    outcome = LocalTrainingClient().open({"model_ref": ref})
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.STATE_INCOMPATIBLE
    assert outcome.error.message == f"{path} has hidden_dim 2, and model_ref.options asks for 3"

    outcome = LocalTrainingClient().open({"model_ref": {**MODEL, "artifact_uri": str(tmp_path / "none")}})
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.STATE_NOT_FOUND


@pytest.mark.parametrize("package", ["numpy", "safetensors"])
def test_a_missing_package_comes_with_the_install_line(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in list(sys.modules):
        if name.startswith(("crucible_train.bytelm.", package)) and name != "crucible_train.bytelm.model_ref":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    outcome = LocalTrainingClient().open({"model_ref": MODEL})
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.MISSING_DEPENDENCY
    assert outcome.error.message.endswith(f"needs {package}: pip install 'crucible-train[local]'")


def test_importing_and_refusing_needs_no_numpy() -> None:
    code = """
import sys
from crucible_train.adapters.training_client.local import LocalTrainingClient
print(LocalTrainingClient().open({"model_ref": {"id": "byte-lm"}, "optimizer": "lion"}).error.code)
print(sorted({"numpy", "safetensors", "crucible_train.bytelm.model"} & set(sys.modules)))
"""
    assert run_python(code).splitlines() == ["unsupported_config", "[]"]


def test_every_field_is_documented_and_in_the_schema() -> None:
    schema = LocalTrainingConfig.model_json_schema()
    assert set(schema["properties"]) == set(LocalTrainingConfig.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["mixed_precision"]["const"] is False
