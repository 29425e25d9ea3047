from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.ports import DatasetRequest, Ports
from crucible_train.result import Err, Ok
from crucible_train.settings import Settings
from crucible_train.wiring import Wiring, choose, wire
from tests.support.plug_in import install

if TYPE_CHECKING:
    from pathlib import Path

ADAPTERS = """\
from pydantic import BaseModel

class Config(BaseModel):
    seed: int = 0

class Client:
    training_config_model = Config
    default_tokenizer = "words"

    def __init__(self, key):
        self.key = key

    @classmethod
    def from_settings(cls, settings):
        return cls(settings.secrets["MY_KEY"].get_secret_value())

    def open(self, training_config, *, state_dir=None):
        raise NotImplementedError

class Words:
    def for_model(self, model_ref):
        raise NotImplementedError

class NoStore:
    pass

class Explodes:
    def __init__(self):
        raise OSError("no such service")

    def load(self, request):
        raise NotImplementedError
"""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        monkeypatch,
        {
            "training_client": {"mine": "plug_in_adapters:Client"},
            "tokenizer": {"words": "plug_in_adapters:Words"},
            "dataset_store": {"none": "plug_in_adapters:NoStore", "explodes": "plug_in_adapters:Explodes"},
        },
        modules={"plug_in_adapters": ADAPTERS},
    )


@pytest.mark.parametrize(
    ("settings", "chosen", "expected"),
    [
        ({}, {}, Wiring("local", "files", None)),
        ({"backend": "b"}, {}, Wiring("b", "files", None)),
        ({"backend": "b"}, {"backend": "spec"}, Wiring("spec", "files", None)),
        ({"dataset_store": "s", "tokenizer": "t"}, {}, Wiring("local", "s", "t")),
        ({"dataset_store": "s"}, {"dataset_refs": [{"name": "a"}, None]}, Wiring("local", "s", None)),
        (
            {"dataset_store": "s"},
            {"dataset_refs": [{"name": "a", "provider": "spec"}]},
            Wiring("local", "spec", None),
        ),
        (
            {},
            {"dataset_refs": [{"name": "a"}, {"name": "b", "provider": "held-out"}]},
            Wiring("local", "held-out", None),
        ),
    ],
)
def test_the_spec_chooses_then_the_settings_then_the_defaults(
    settings: dict[str, Any], chosen: dict[str, Any], expected: Wiring
) -> None:
    assert choose(Settings(**settings), **chosen) == expected


def ports(wiring: Wiring, settings: Settings | None = None) -> Ports:
    match wire(wiring, settings or Settings()):
        case Ok(found):
            return found
        case Err(error):
            pytest.fail(str(error))


def problem(wiring: Wiring) -> str:
    match wire(wiring, Settings()):
        case Ok(found):
            pytest.fail(str(found))
        case Err(error):
            return str(error)


def test_the_defaults_are_the_embedded_adapters() -> None:
    found = ports(choose(Settings()))
    assert isinstance(found.training_client, LocalTrainingClient)
    assert isinstance(found.dataset_store, FilesDatasetStore)
    assert isinstance(found.tokenizer, BytesTokenizerProvider)


def test_relative_data_start_from_the_configured_directory(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a"}\n', encoding="utf-8")
    store = ports(choose(Settings()), Settings(data_root=tmp_path)).dataset_store
    assert store is not None
    assert len(store.load(DatasetRequest("train.jsonl")).unwrap()) == 1
    assert isinstance(FilesDatasetStore().load(DatasetRequest("train.jsonl")), Err)


@pytest.mark.usefixtures("plug_in")
def test_an_adapter_gets_its_secret_from_the_settings() -> None:
    found = ports(Wiring("mine", "files"), Settings(secrets={"MY_KEY": SecretStr("sesame")}))
    assert found.training_client.key == "sesame"


@pytest.mark.usefixtures("plug_in")
def test_a_backend_brings_its_tokenizer_unless_another_is_configured() -> None:
    settings = Settings(secrets={"MY_KEY": SecretStr("sesame")})
    assert type(ports(Wiring("mine", "files"), settings).tokenizer).__name__ == "Words"
    assert isinstance(ports(Wiring("mine", "files", "bytes"), settings).tokenizer, BytesTokenizerProvider)


@pytest.mark.usefixtures("plug_in")
def test_a_missing_secret_is_told_by_name() -> None:
    assert problem(Wiring("mine", "files")) == (
        "the training_client plug-in 'mine' cannot be used: KeyError: 'MY_KEY'"
    )


@pytest.mark.usefixtures("plug_in")
@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        (Wiring("locl", "files"), "no training_client adapter is named 'locl'; known: local, mine"),
        (
            Wiring("local", "file"),
            "no dataset_store adapter is named 'file'; known: files, none, explodes",
        ),
        (Wiring("local", "files", "byte"), "no tokenizer adapter is named 'byte'; known: bytes, words"),
        (
            Wiring("local", "none"),
            (
                "the dataset_store plug-in 'none' cannot be used: "
                "TypeError: NoStore is not a dataset_store: it has no load"
            ),
        ),
        (
            Wiring("local", "explodes"),
            "the dataset_store plug-in 'explodes' cannot be used: OSError: no such service",
        ),
    ],
)
def test_what_cannot_be_wired_is_an_error(wiring: Wiring, message: str) -> None:
    assert problem(wiring) == message
