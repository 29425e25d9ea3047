"""The command line in this process: `crucible("validate", "spec.yaml")`, in an empty directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crucible_train.cli.main import run_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = """\
id: spec
model_ref: {id: byte-lm, options: {context_length: 4, embedding_dim: 4, hidden_dim: 8}}
dataset_ref: {name: train.jsonl}
epochs: 2
batch_size: 8
learning_rate: 5e-3
seed: 1
"""


class Output(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory: `spec.yaml`, and no settings from the outside."""
    for name in list(os.environ):
        if name.upper().startswith("CRUCIBLE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


@pytest.fixture
def crucible(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Output]:
    def run(*arguments: str) -> Output:
        status = run_command(arguments)
        captured = capsys.readouterr()
        return Output(status, captured.out, captured.err)

    return run
