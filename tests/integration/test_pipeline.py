"""A pipeline that is killed, between its stages or in one, and resumed is the pipeline that never was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import environment
from tests.support.pipelines import record_of, timeless, toy
from tests.support.plug_in import install
from tests.support.tiny_stage import SPEC, untimed
from tests.support.toy_stages import ENTRIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")
TOYS = [toy(1), toy(2, enabled=False), toy(4), toy(8)]
TRAININGS = [
    {"name": "supervised_train"},
    toy(1),
    {"name": "supervised_train", "options": {"dataset_ref": {"name": "poem"}}},
]


def killed(tmp_path: Path, site: Path, pipeline: list[Any], every: int = 1, **more: Any) -> list[Path]:
    """The directories of runs that were killed at every `every`th file operation, and last that of none."""
    spec, runs = tmp_path / "experiment.json", tmp_path / "runs"
    experiment = {"id": "killed", "backend": {"id": "local"}, "pipeline": pipeline, **more}
    spec.write_text(json.dumps(experiment), encoding="utf-8")
    runs.mkdir()
    command = [sys.executable, "-m", "tests.support.killed_pipeline", str(spec), str(runs), str(every)]
    path = {"PYTHONPATH": f"{site}:."}
    done = subprocess.run(
        command, env=environment(**path), capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return sorted((entry for entry in runs.iterdir() if entry.is_dir()), key=number)


def number(directory: Path) -> float:
    return float(directory.name) if directory.name.isdecimal() else float("inf")


def told(directory: Path) -> dict[str, Any]:
    """The record without what a clock said, where the run is, and how often a stage was begun."""
    record = timeless(record_of(directory))
    for stage in record["stages"]:
        added = stage["added"] or {"outputs": {}, "metrics": {}}
        added["outputs"] = {label: untimed(report) for label, report in added["outputs"].items()}
        added["metrics"] = untimed(added["metrics"])
    return record


def context(directory: Path) -> dict[str, Any]:
    """The context at the end, in the same words."""
    found: dict[str, Any] = json.loads(directory.with_suffix(".json").read_bytes())
    return {
        **found,
        "outputs": {label: untimed(report) for label, report in found["outputs"].items()},
        "metrics": untimed(found["metrics"]),
        "artifacts": {
            name: path.replace(f"{directory}/", "", 1) for name, path in found["artifacts"].items()
        },
    }


def computed(directory: Path) -> Mapping[str, bytes]:
    """What the stages wrote that no clock has touched."""
    files = [
        *directory.glob("*/total.txt"),
        *directory.glob("*/states/*.safetensors"),
        *directory.glob("*/checkpoints.jsonl"),
    ]
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return install(tmp_path, monkeypatch, ENTRIES)


def test_wherever_it_is_killed(tmp_path: Path, site: Path) -> None:
    *others, whole = killed(tmp_path, site, TOYS)
    assert len(others) > 30
    for directory in others:
        assert told(directory) == told(whole), directory.name
        assert context(directory) == context(whole), directory.name
        assert computed(directory) == computed(whole), directory.name
        # Two were killed: each of them may have begun one stage that the next had to begin again.
        begun = [path.read_text().split() for path in directory.glob("*/begun.txt")]
        assert 3 <= sum(map(len, begun)) <= 5, directory.name


def test_trainings_wherever_they_are_killed(tmp_path: Path, site: Path) -> None:
    *others, whole = killed(tmp_path, site, TRAININGS, every=9, training_config=SPEC)
    assert len(others) > 8
    for directory in others:
        assert told(directory) == told(whole), directory.name
        assert context(directory) == context(whole), directory.name
        assert computed(directory) == computed(whole), directory.name
