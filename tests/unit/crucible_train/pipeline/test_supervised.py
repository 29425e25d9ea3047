"""Two trainings in one pipeline, with the embedded model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.pipeline import PipelineErrorCode
from crucible_train.result import Ok
from crucible_train.session import SessionErrorCode
from tests.support.faulty_client import FaultyClient
from tests.support.pipelines import Pipeline, timeless
from tests.support.tiny_stage import SPEC, STEPS, tiny_ports, untimed

if TYPE_CHECKING:
    from pathlib import Path

TRAIN: dict[str, Any] = {"name": "supervised_train"}
POEM: dict[str, Any] = {"name": "supervised_train", "options": {"dataset_ref": {"name": "poem"}}}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    return Pipeline(tmp_path / "out", monkeypatch)


def train(tiny: Pipeline, *pipeline: Any, client: Any = None, **how: Any) -> Any:
    context = Context(ports=tiny_ports(client), run_id="r")
    return tiny.run(*pipeline, context=context, training_config=SPEC, **how)


def computed(directory: Path, name: str) -> dict[str, bytes]:
    """What a training computed, byte for byte."""
    files = ("states/final.safetensors", "checkpoints.jsonl")
    return {file: (directory / name / file).read_bytes() for file in files}


def told(tiny: Pipeline) -> dict[str, Any]:
    """The record without what a clock said, where the run is, and how often it was begun."""
    record = timeless(tiny.record)
    for stage in record["stages"]:
        added = stage["added"]
        added["outputs"] = {label: untimed(report) for label, report in added["outputs"].items()}
        added["metrics"] = untimed(added["metrics"])
    return record


def test_both_train(tiny: Pipeline) -> None:
    after = train(tiny, TRAIN, POEM).unwrap()
    assert after.completed_stages == ("supervised_train", "supervised_train-2")
    assert after.outputs["supervised_train"]["steps"] == STEPS
    assert after.metrics["supervised_train-2.steps"] == STEPS
    assert after.artifacts == {
        "supervised_train.run_dir": str(tiny.directory / "01-supervised_train"),
        "supervised_train-2.run_dir": str(tiny.directory / "02-supervised_train-2"),
    }
    reports = [after.outputs[label]["num_tokens"] for label in after.completed_stages]
    assert reports[0] != reports[1], "each has data of its own"
    configs = [json.loads((path / "config.json").read_bytes()) for path in sorted(tiny.directory.glob("0*"))]
    record = tiny.record
    assert [config["fingerprint"] for config in configs] == [one["fingerprint"] for one in record["stages"]]
    assert [config["provenance"].keys() for config in configs] == [
        one["provenance"].keys() for one in record["stages"]
    ]


@pytest.mark.parametrize("step", [2, STEPS + 3])
def test_one_that_failed_goes_on_to_the_same_end(tiny: Pipeline, tmp_path: Path, step: int) -> None:
    faults = {f"optim_step#{step}": SessionErrorCode.BACKEND_FAILED}
    error = train(tiny, TRAIN, POEM, client=FaultyClient(faults)).error
    assert (error.code, error.error.code) == (PipelineErrorCode.STAGE_FAILED, StageErrorCode.SESSION_FAILED)
    resumed = train(tiny, TRAIN, POEM, resume=True).unwrap()
    whole = Pipeline(tmp_path / "whole", tiny.monkeypatch)
    expected = train(whole, TRAIN, POEM).unwrap()
    assert told(tiny) == told(whole)
    assert untimed(resumed.metrics) == untimed(expected.metrics)
    for name in ("01-supervised_train", "02-supervised_train-2"):
        assert computed(tiny.directory, name) == computed(whole.directory, name)


def test_one_that_is_stopped_in_the_middle_goes_on(tiny: Pipeline) -> None:
    asked = iter([False] * (STEPS + 4))
    error = train(tiny, TRAIN, POEM, should_stop=lambda: next(asked, True)).error
    assert (error.code, error.label) == (PipelineErrorCode.INTERRUPTED, "supervised_train-2")
    assert error.error.code is StageErrorCode.INTERRUPTED
    assert tiny.statuses == ["completed", "interrupted"]
    after = train(tiny, TRAIN, POEM, resume=True).unwrap()
    assert after.outputs["supervised_train-2"]["resumed_from"] is not None
    assert after.outputs["supervised_train"]["resumed_from"] is None


def test_a_mended_one_starts_anew_and_what_it_did_before_is_kept(tiny: Pipeline) -> None:
    client = FaultyClient({f"optim_step#{STEPS + 3}": SessionErrorCode.BACKEND_FAILED})
    train(tiny, TRAIN, POEM, client=client)
    slower = {"name": "supervised_train", "options": {**POEM["options"], "learning_rate": 0.001}}
    after = train(tiny, TRAIN, slower, resume=True).unwrap()
    assert after.outputs["supervised_train-2"]["resumed_from"] is None
    rows = (tiny.directory / "02-supervised_train-2.before-1" / "metrics.jsonl").read_text().splitlines()
    assert len(rows) == 3
    error = train(tiny, TRAIN, POEM, resume=True).error
    assert "`supervised_train-2` has completed, with other settings (changed: learning_rate)" in error.message


def test_a_seed_is_named_by_its_own_name(tiny: Pipeline) -> None:
    train(tiny, TRAIN, POEM).unwrap()
    other = {"name": "supervised_train", "options": {"seed": 9}}
    error = train(tiny, other, POEM, resume=True).error
    assert "(changed: training_config.seed)" in error.message


def test_a_directory_of_its_own_wins(tiny: Pipeline, tmp_path: Path) -> None:
    mine = {"name": "supervised_train", "options": {"log_path": str(tmp_path / "mine")}}
    after = train(tiny, mine).unwrap()
    assert after.artifacts == {"supervised_train.run_dir": str(tmp_path / "mine")}
    assert (tmp_path / "mine" / "report.json").exists()
    assert not (tiny.directory / "01-supervised_train").exists()


def test_a_first_run_does_not_go_on_with_what_is_somewhere_else(tiny: Pipeline, tmp_path: Path) -> None:
    mine = {"name": "supervised_train", "options": {"log_path": str(tmp_path / "mine")}}
    train(tiny, mine).unwrap()
    tiny.directory = tmp_path / "second"
    error = train(tiny, mine, resume=True).error
    assert error.error.code is StageErrorCode.RUN_DIRECTORY_FAILED


def test_ports_of_the_stage_are_what_it_trains_with(tiny: Pipeline) -> None:
    broken = FaultyClient({"open#0": SessionErrorCode.BACKEND_FAILED})
    wired = {"supervised_train": tiny_ports(), "supervised_train-2": tiny_ports(broken)}
    error = train(tiny, TRAIN, POEM, ports_for=lambda planned: Ok(wired[planned.label])).error
    assert (error.label, error.context.completed_stages) == ("supervised_train-2", ("supervised_train",))


def test_without_ports_the_stage_says_so(tiny: Pipeline) -> None:
    error = tiny.failed(TRAIN, training_config=SPEC)
    assert (error.code, error.error and error.error.code) == (
        PipelineErrorCode.STAGE_FAILED,
        StageErrorCode.MISSING_PORTS,
    )
