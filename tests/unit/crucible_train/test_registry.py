"""Stages and adapters by name: built-in ones, and those of installed packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crucible_train import registry
from crucible_train.ir.normalize import normalize
from crucible_train.ports.bundle import PORT_METHODS
from crucible_train.registry import BUILT_IN, Broken, NotRegistered
from crucible_train.result import Err, Ok
from crucible_train.stages import SupervisedTrain
from tests.support.plug_in import install

if TYPE_CHECKING:
    from pathlib import Path

CLIENT = """\
from pydantic import BaseModel

class Config(BaseModel):
    seed: int = 0

class Client:
    training_config_model = Config

    def open(self, training_config, *, state_dir=None):
        raise NotImplementedError

class Bare:
    pass
"""


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in BUILT_IN for name in BUILT_IN[kind]])
def test_everything_built_in_loads(kind: registry.Kind, name: str) -> None:
    match registry.load(kind, name):
        case Ok(found):
            methods = ("run", "describe") if kind == "stages" else PORT_METHODS[kind]
            assert [method for method in methods if not hasattr(found, method)] == []
        case failed:
            pytest.fail(str(failed))


def test_every_built_in_adapter_can_be_built_by_name() -> None:
    for kind in BUILT_IN:
        for name in BUILT_IN[kind]:
            assert registry.load(kind, name).unwrap()() is not None


def test_a_stage_by_name() -> None:
    assert registry.stage("supervised_train") == Ok(SupervisedTrain)


def test_an_unknown_name_tells_the_known_ones() -> None:
    unknown = NotRegistered("stages", "dpo", ("supervised_train", "validate_data", "report"))
    assert registry.stage("dpo") == Err(unknown)
    assert str(unknown) == "no stage is named 'dpo'; known: supervised_train, validate_data, report"
    match registry.load("tokenizer", "words"):
        case Err(problem):
            assert str(problem) == "no tokenizer adapter is named 'words'; known: bytes"
        case found:
            pytest.fail(str(found))


def test_a_plug_in_is_known_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        monkeypatch,
        {"training_client": {"mine": "plug_in_client:Client"}},
        modules={"plug_in_client": CLIENT},
    )
    assert registry.names("training_client") == ("local", "mine")
    assert registry.load("training_client", "mine").unwrap().__name__ == "Client"
    assert registry.training_config_model("mine").unwrap().model_fields.keys() == {"seed"}


def test_a_plug_in_is_not_imported_before_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        tmp_path,
        monkeypatch,
        {"training_client": {"mine": "plug_in_bomb:Client"}},
        modules={"plug_in_bomb": "raise RuntimeError('imported')"},
    )
    assert "mine" in registry.names("training_client")
    assert registry.load("training_client", "local") is not None
    assert registry.load("training_client", "mine") == Err(
        Broken("training_client", "mine", "RuntimeError: imported")
    )


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("plug_in_absent:Client", "ModuleNotFoundError: No module named 'plug_in_absent'"),
        ("plug_in_wrong:Nothing", "AttributeError: module 'plug_in_wrong' has no attribute 'Nothing'"),
        ("plug_in_wrong:Bare", "it has no training_config_model"),
    ],
)
def test_a_broken_backend_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, reason: str
) -> None:
    install(tmp_path, monkeypatch, {"training_client": {"mine": target}}, modules={"plug_in_wrong": CLIENT})
    match normalize(model_ref={"id": "x"}, backend="mine"):
        case Err(error):
            (finding,) = error.diagnostics
            assert finding.code == "CRU505"
            assert finding.message.startswith(f"the training_client plug-in 'mine' cannot be used: {reason}")
        case found:
            pytest.fail(str(found))


def test_a_broken_stage_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path, monkeypatch, {"stages": {"bare": "plug_in_stage:Bare"}}, modules={"plug_in_stage": CLIENT}
    )
    match normalize(model_ref={"id": "x"}, stage="bare"):
        case Err(error):
            (finding,) = error.diagnostics
            assert finding.code == "CRU505"
            assert "it has no config_model, run, run_normalized, describe" in finding.message
        case found:
            pytest.fail(str(found))


def test_two_packages_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, {"tokenizer": {"mine": "one:Tokenizer"}}, package="one")
    install(tmp_path, monkeypatch, {"tokenizer": {"mine": "two:Tokenizer"}}, package="two")
    assert registry.load("tokenizer", "mine") == Err(
        Broken("tokenizer", "mine", "several packages register it: one:Tokenizer, two:Tokenizer")
    )


def test_what_is_built_in_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, {"training_client": {"local": "plug_in_absent:Client"}})
    assert registry.names("training_client") == ("local",)
    assert registry.load("training_client", "local").unwrap().__name__ == "LocalTrainingClient"
