"""`crucible validate` in this process, through the cache."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crucible_train.cli.main import run_command
from crucible_train.ir.normalize import normalize
from crucible_train.result_cache import cached
from crucible_train.result_cache.invocation import CI

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\nepochs: 3\n"


class Run(NamedTuple):
    status: int
    out: str
    err: str
    is_hit: bool


@pytest.fixture(scope="session", autouse=True)
def _imported() -> None:
    """What is imported and built once, by any command, is no part of a recording."""
    normalize(id="a", model_ref={"id": "byte-lm"}, dataset_ref={"name": "d"}, backend="local").unwrap()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current directory."""
    for name in list(os.environ):
        if name in CI or name.upper().startswith("CRUCIBLE_"):
            monkeypatch.delenv(name)
    project = tmp_path / "above" / "project"
    project.mkdir(parents=True)
    (project / "spec.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def validate(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run `crucible validate` with these arguments."""

    def run(*arguments: str, version: str = "1") -> Run:
        calls: list[Sequence[str]] = []

        def load() -> Callable[[Sequence[str]], int]:
            def command(arguments: Sequence[str]) -> int:
                calls.append(arguments)
                return run_command(arguments)

            import_module("crucible_train.cli.validate")
            return command

        status = cached(["validate", *arguments], version, load)
        out, err = capsys.readouterr()
        return Run(status, out, err, not calls)

    return run


@pytest.fixture
def uncached(validate: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """The same without the cache."""

    def run(*arguments: str) -> Run:
        with monkeypatch.context() as patch:
            patch.setenv("CI", "1")
            return validate(*arguments)

    return run
