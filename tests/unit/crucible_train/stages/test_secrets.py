"""A secret reaches the adapter that needs it, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.cli.main import run_command
from crucible_train.result import Err
from crucible_train.session import SessionError, SessionErrorCode
from tests.support.faulty_client import FaultyClient
from tests.support.plug_in import install
from tests.support.tiny_stage import MODEL, RECORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crucible_train.result import Result
    from crucible_train.settings import Settings

SECRET = "sesame-open-4711"


class GuardedClient(FaultyClient):
    """A backend that opens with the right key only."""

    def __init__(self, key: str) -> None:
        super().__init__({})
        self._key = key

    @classmethod
    def from_settings(cls, settings: Settings) -> GuardedClient:
        return cls(settings.secrets["GUARD_KEY"].get_secret_value())

    def open(
        self, training_config: Mapping[str, Any], *, state_dir: Path | None = None
    ) -> Result[Any, SessionError]:
        if self._key != SECRET:
            return Err(SessionError(SessionErrorCode.BACKEND_FAILED, "the key does not fit"))
        return super().open(training_config, state_dir=state_dir)


@pytest.fixture(autouse=True)
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    install(tmp_path, monkeypatch, {"training_client": {"guarded": f"{__name__}:GuardedClient"}})
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    spec = {"id": "guarded", "model_ref": MODEL, "dataset_ref": {"name": "train.jsonl"}, "batch_size": 4}
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("CRUCIBLE_BACKEND", "guarded")


def test_an_adapter_gets_its_secret_and_the_run_directory_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRUCIBLE_SECRETS__GUARD_KEY", SECRET)
    assert run_command(["run", "spec.json"]) == 0
    assert run_command(["explain", "spec.json"]) == 0
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    files = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []


def test_a_wrong_secret_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRUCIBLE_SECRETS__GUARD_KEY", "wrong-but-still-secret")
    assert run_command(["run", "spec.json"]) == 1
    said = capsys.readouterr()
    assert "no session: backend_failed: the key does not fit" in said.err
    assert "wrong-but-still-secret" not in said.out + said.err
    texts = [path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert [text for text in texts if b"wrong-but-still-secret" in text] == []


def test_a_missing_secret_is_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", "spec.json"]) == 2
    assert "plug-in 'guarded' cannot be used: KeyError: 'GUARD_KEY'" in capsys.readouterr().err
