"""The local sampling client: it opens saved states, and says why it cannot open others."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.adapters.sampling_client.local import LocalSamplingClient
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.result import Err
from crucible_train.session import SamplingParams, SessionErrorCode

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"context_length": 2, "embedding_dim": 2, "hidden_dim": 2}


@pytest.fixture
def saved(tmp_path: Path) -> str:
    session = LocalTrainingClient().open(
        {"model_ref": {"id": "byte-lm", "options": SIZES}}, state_dir=tmp_path
    )
    path = session.unwrap().save_state("a").result().unwrap()
    session.unwrap().close()
    return path


def refused(model_ref: dict[str, Any]) -> tuple[SessionErrorCode, str]:
    outcome = LocalSamplingClient().open(model_ref)
    assert isinstance(outcome, Err)
    return outcome.error.code, outcome.error.message


def test_it_samples_as_the_trainer_of_the_state_does(saved: str, tmp_path: Path) -> None:
    trainer = LocalTrainingClient().open({"model_ref": {"id": "byte-lm", "options": SIZES}}).unwrap()
    sessions = [
        trainer.sampler().result().unwrap(),
        LocalSamplingClient().open({"id": "byte-lm", "artifact_uri": saved}).unwrap(),
    ]
    samples = [session.sample([1, 2], SamplingParams(9, seed=4), 2).result().unwrap() for session in sessions]
    assert samples[0] == samples[1]
    for session in (*sessions, trainer):
        session.close()


def test_a_model_without_weights_is_refused() -> None:
    code, message = refused({"id": "byte-lm"})
    assert code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert message.startswith("artifact_uri: ")


def test_all_problems_are_reported_together() -> None:
    code, message = refused({"id": "llama", "revision": "main"})
    assert code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert message == "id: Input should be 'byte-lm'; revision: Extra inputs are not permitted"


def test_sizes_given_have_to_be_those_of_the_state(saved: str) -> None:
    ref = {"id": "byte-lm", "artifact_uri": saved, "options": {"context_length": 3}}
    code, message = refused(ref)
    assert code is SessionErrorCode.STATE_INCOMPATIBLE
    assert message == f"{saved} has context_length 2, and model_ref.options asks for 3"


@pytest.mark.parametrize("tokens", [[], [262], [[1, 2]], [1.5], ["a"]])
def test_what_is_no_list_of_tokens_is_refused(saved: str, tokens: list[Any]) -> None:
    session = LocalSamplingClient().open({"id": "byte-lm", "artifact_uri": saved}).unwrap()
    for future in (session.sample(tokens, SamplingParams(1)), session.logprobs(tokens)):
        outcome = future.result()
        assert isinstance(outcome, Err)
        assert outcome.error.code is SessionErrorCode.INVALID_DATUM
    session.close()


def test_a_missing_package_comes_with_the_install_line(monkeypatch: pytest.MonkeyPatch, saved: str) -> None:
    for name in list(sys.modules):
        if name.startswith("crucible_train.bytelm.") and name != "crucible_train.bytelm.model_ref":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)
    code, message = refused({"id": "byte-lm", "artifact_uri": saved})
    assert code is SessionErrorCode.MISSING_DEPENDENCY
    assert message.endswith("pip install 'crucible-train[local]'")


def test_importing_and_refusing_needs_no_numpy() -> None:
    code = """
import sys
from crucible_train.adapters.sampling_client.local import LocalSamplingClient
print(LocalSamplingClient().open({"id": "byte-lm"}).error.code, "numpy" in sys.modules)
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["unsupported_config", "False"]
