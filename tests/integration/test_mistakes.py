"""A new user's mistakes: a clear message, the right exit status, never a traceback, and nothing lost."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import crucible
from tests.support.plug_in import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def nothing(here: Path) -> None:
    """The directory as it is."""


def no_data(here: Path) -> None:
    (here / "train.jsonl").rename(here / "training.jsonl")


def other_columns(here: Path) -> None:
    (here / "train.jsonl").write_text('{"frage": "2+2?", "antwort": "4"}\n', encoding="utf-8")


def broken_line(here: Path) -> None:
    (here / "train.jsonl").write_text('{"text": "a"}\n{"text": \n', encoding="utf-8")


def a_run(here: Path) -> None:
    assert crucible(here, "run", "spec.yaml", "--set", "max_steps=2").returncode == 0


def a_file_for_runs(here: Path) -> None:
    (here / "runs").write_text("", encoding="utf-8")


MISTAKES: dict[str, tuple[Callable[[Path], None], str, int, str]] = {
    "no such spec": (nothing, "spec.yml", 2, "spec.yml:1:1: CRU001 no such file"),
    "no such data": (no_data, "spec.yaml", 1, "spec.yaml:3:14: CRU601 `dataset_ref`: there is no file"),
    "other columns": (other_columns, "spec.yaml", 1, "columns found: frage, antwort"),
    "a broken line of data": (broken_line, "spec.yaml", 1, "train.jsonl:2:"),
    "a run is there already": (a_run, "spec.yaml --set max_steps=2", 1, "continue it with --resume"),
    "resumed with another spec": (
        a_run,
        "spec.yaml --resume --set max_steps=3",
        1,
        "(changed: max_steps); resume with the spec it was started with, or choose another --out",
    ),
    "an unknown model": (
        nothing,
        "spec.yaml --set model_ref.id=llama-3",
        1,
        "CRU501 the local backend: `model_ref.id` must be `byte-lm`, not the text 'llama-3' (--set)",
    ),
    "an unknown backend": (nothing, "spec.yaml --backend torch", 1, "no training backend `torch`"),
    "weights that are not there": (
        nothing,
        "spec.yaml --set model_ref.artifact_uri=old.safetensors",
        1,
        "there is no saved state at old.safetensors",
    ),
    "a file where the runs go": (a_file_for_runs, "spec.yaml", 1, "runs/tiny`: Not a directory"),
    "a misspelt override": (nothing, "spec.yaml --set epoch=3", 1, "did you mean `epochs`?"),
    "an override without a value": (nothing, "spec.yaml --set epochs", 2, "write KEY=VALUE"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained(here: Path, mistake: str) -> None:
    prepare, arguments, status, words = MISTAKES[mistake]
    prepare(here)
    done = crucible(here, "run", *arguments.split())
    assert words in done.stderr
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written(here: Path) -> None:
    here.chmod(0o500)
    try:
        done = crucible(here, "run", "spec.yaml")
    finally:
        here.chmod(0o700)
    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr


PLUG_IN = """\
from crucible_train.adapters.training_client.local import LocalTrainingClient

class Other(LocalTrainingClient):
    pass
"""


@pytest.mark.parametrize(
    ("in_spec", "in_project", "variables", "flags", "backend"),
    [
        (None, None, {}, [], "local"),
        ("other", None, {}, [], "other"),
        (None, "other", {}, [], "other"),
        (None, "local", {"CRUCIBLE_BACKEND": "other"}, [], "other"),
        ("local", "other", {"CRUCIBLE_BACKEND": "other"}, [], "local"),
        ("local", None, {}, ["--backend", "other"], "other"),
        ("local", None, {}, ["--set", "backend=other"], "other"),
    ],
)
def test_validate_and_run_choose_the_same_backend(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_spec: str | None,
    in_project: str | None,
    variables: dict[str, str],
    flags: list[str],
    backend: str,
) -> None:
    site = install(
        here,
        monkeypatch,
        {"training_client": {"other": "plug_in_other:Other"}},
        modules={"plug_in_other": PLUG_IN},
    )
    if in_spec:
        text = (here / "spec.yaml").read_text(encoding="utf-8")
        (here / "spec.yaml").write_text(f"{text}  backend: {in_spec}\n", encoding="utf-8")
    if in_project:
        (here / "pyproject.toml").write_text(f'[tool.crucible]\nbackend = "{in_project}"\n', encoding="utf-8")
    known = {**variables, "PYTHONPATH": str(site)}
    arguments = ["spec.yaml", "--set", "max_steps=2", *flags]
    report: dict[str, Any] = json.loads(
        crucible(here, "validate", "--format", "json", *arguments, **known).stdout
    )
    assert [one["backend"] for one in report["valid"]["spec.yaml"]] == [backend]
    assert crucible(here, "run", *arguments, **known).returncode == 0
    config = json.loads((here / "runs" / "tiny" / "config.json").read_bytes())
    assert config["config"]["backend"] == backend
