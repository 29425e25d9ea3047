"""A pipeline that goes on: what has completed is not run again, and the end is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.pipeline import PipelineErrorCode
from crucible_train.result import Err, Ok
from tests.support.pipelines import Pipeline, timeless, toy
from tests.support.toy_stages import add

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train import RunControl


def fail_once(toys: Pipeline) -> str:
    """A stage that adds, and fails the first time all the same."""
    failures = iter([StageError("toy", StageErrorCode.SESSION_FAILED, "gone")])

    def act(context: Context, config: Any, control: RunControl) -> Any:
        added = add(context, config, control)
        failure = next(failures, None)
        return added if failure is None else Err(failure)

    return toys.act("fail once", act)


class TestGoingOn:
    """From the first unfinished stage."""

    def test_to_the_same_end(self, toys: Pipeline, tmp_path: Path) -> None:
        stages = [toy(1), toy(2, enabled=False), toy(4, act=fail_once(toys)), toy(8)]
        toys.failed(*stages, context=Context(run_id="r"))
        resumed = toys.ran(*stages, context=Context(run_id="r"), resume=True)
        whole = Pipeline(tmp_path / "whole", toys.monkeypatch)
        expected = whole.ran(*stages, context=Context(run_id="r"))
        here, there = str(toys.directory), str(whole.directory)
        moved = {name: path.replace(there, here) for name, path in expected.artifacts.items()}
        assert resumed == replace(expected, artifacts=moved)
        assert timeless(toys.record) == timeless(whole.record)

    def test_what_has_completed_is_not_run_again(self, toys: Pipeline) -> None:
        stages = [toy(1), toy(2, act=fail_once(toys)), toy(4)]
        toys.failed(*stages)
        before = toys.record["stages"][0]
        toys.shown.clear()
        toys.ran(*stages, resume=True)
        assert [toys.begun(name) for name in ("01-toy", "02-toy-2", "03-toy-3")] == [
            ["anew"],
            ["anew", "again"],
            ["anew"],
        ]
        assert [label for label, _ in toys.shown] == ["toy-2", "toy-2", "toy-3", "toy-3"]
        assert toys.record["stages"][0] == before

    def test_it_keeps_its_beginning(self, toys: Pipeline) -> None:
        stages = [toy(act=fail_once(toys))]
        toys.failed(*stages, context=Context(run_id="first"))
        failed = toys.record
        toys.ran(*stages, resume=True)
        record = toys.record
        assert (record["started_at"], record["run_id"]) == (failed["started_at"], "first")
        assert record["stages"][0]["started_at"] == failed["stages"][0]["started_at"]
        assert record["stages"][0]["error"] is None

    def test_a_stage_that_was_next_when_the_run_stopped_starts(self, toys: Pipeline) -> None:
        asked = iter([False, True])
        toys.failed(toy(), toy(), should_stop=lambda: next(asked))
        toys.ran(toy(), toy(), resume=True)
        assert toys.begun("02-toy-2") == ["anew"]

    def test_a_run_that_is_not_there_starts(self, toys: Pipeline) -> None:
        toys.ran(toy(), resume=True)
        assert toys.begun("01-toy") == ["anew"]

    def test_a_complete_one_is_left_alone(self, toys: Pipeline) -> None:
        stages = [toy(1), toy(2, enabled=False), toy(4)]
        expected = toys.ran(*stages)
        before = (toys.directory / "experiment.json").stat()
        toys.shown.clear()
        toys.said.clear()
        assert toys.ran(*stages, resume=True, ports_for=lambda planned: Err("not asked")) == expected
        after = (toys.directory / "experiment.json").stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        assert (toys.shown, toys.said) == ([], [])

    def test_ports_are_asked_for_what_is_to_run(self, toys: Pipeline) -> None:
        stages = [toy(1), toy(2, act=fail_once(toys)), toy(4)]
        toys.failed(*stages)
        asked: list[str] = []

        def none(planned: Any) -> Any:
            asked.append(planned.label)
            return Err("none there")

        error = toys.failed(*stages, resume=True, ports_for=none)
        assert asked == ["toy-2", "toy-3"]
        assert error.context.metrics == {"toy.total": 1.0}
        assert toys.statuses == ["completed", "failed", "pending"]
        toys.ran(*stages, resume=True)

    def test_a_directory_that_was_moved(self, toys: Pipeline) -> None:
        stages = [toy(1), toy(2, act=fail_once(toys))]
        toys.failed(*stages)
        toys.directory = toys.directory.rename(toys.directory.with_name("moved"))
        after = toys.ran(*stages, resume=True)
        assert after.artifacts["toy.total"] == str(toys.directory / "01-toy" / "total.txt")
        assert after.run_id == "out"


class TestChanges:
    """What has completed has to be what it was; what comes after it need not."""

    def test_the_stage_that_failed_is_mended(self, toys: Pipeline) -> None:
        toys.failed(toy(1), toy(2, act=fail_once(toys)))
        assert toys.ran(toy(1), toy(20), resume=True).assigns == {"total": 21}
        assert toys.begun("02-toy-2") == ["anew", "anew"]  # no run of a trainer: nothing to be kept
        assert toys.record["stages"][1]["config"]["amount"] == 20

    def test_what_a_trainer_did_with_other_settings_is_kept(self, toys: Pipeline) -> None:
        def train(context: Context, config: Any, control: RunControl) -> Any:
            added = add(context, config, control)
            (toys.directory / "02-toy-2" / "metrics.jsonl").write_text(f"{config.amount}\n")
            return added if config.amount > 3 else Err(StageError("toy", StageErrorCode.TRAINING_FAILED, "x"))

        act = toys.act("train", train)
        toys.failed(toy(), toy(1, act=act))
        toys.failed(toy(), toy(2, act=act), resume=True)
        toys.ran(toy(), toy(4, act=act), resume=True)
        kept = {entry.name: (entry / "metrics.jsonl").read_text() for entry in toys.directory.glob("02-*")}
        assert kept == {"02-toy-2": "4\n", "02-toy-2.before-1": "1\n", "02-toy-2.before-2": "2\n"}
        assert toys.said[0] == (
            f"toy-2 starts anew; its earlier run is kept in `{toys.directory / '02-toy-2.before-1'}`"
        )

    def test_stages_are_added_and_taken_away_after_what_has_completed(self, toys: Pipeline) -> None:
        toys.failed(toy(1), toy(2, act=fail_once(toys)), toy(4))
        after = toys.ran(toy(1), toy(8, enabled=False), toy(16), resume=True)
        assert after.assigns == {"total": 17}
        assert toys.statuses == ["completed", "skipped", "completed"]

    def test_one_is_added_to_a_complete_run(self, toys: Pipeline) -> None:
        toys.ran(toy(1))
        assert toys.ran(toy(1), toy(2), resume=True).assigns == {"total": 3}

    def test_the_stage_that_failed_is_taken_away(self, toys: Pipeline) -> None:
        toys.failed(toy(1), toy(2, act=fail_once(toys)))
        assert toys.ran(toy(1), resume=True).assigns == {"total": 1}
        assert (toys.statuses, toys.record["status"]) == (["completed"], "completed")

    def test_a_disabled_stage_comes_before_what_has_completed(self, toys: Pipeline) -> None:
        toys.failed(toy(1, enabled=False), toy(2), toy(4, act=fail_once(toys)))
        toys.ran(toy(9, enabled=False), toy(2), toy(4, act="fail once"), resume=True)
        assert toys.begun("03-toy-3") == ["anew", "again"]

    def test_what_comes_later_starts_when_a_stage_is_put_before_it(self, toys: Pipeline) -> None:
        named = toy(4, act=fail_once(toys))
        toys.failed(toy(1), named)
        after = toys.ran(toy(1), toy(2), named, resume=True)
        assert after.assigns == {"total": 7}
        assert (toys.begun("02-toy-2"), toys.begun("03-toy-3")) == (["anew", "anew"], ["anew"])

    def test_what_is_only_said_about_the_experiment(self, toys: Pipeline) -> None:
        stages = [toy(1), toy(2, act=fail_once(toys))]
        toys.failed(*stages)
        toys.ran(*stages, resume=True, description="now with one")
        assert toys.record["experiment"]["description"] == "now with one"

    @pytest.mark.parametrize(
        ("stages", "words"),
        [
            ([toy(7), toy(2), toy(4)], "`toy` has completed, with other settings (changed: amount)"),
            ([toy(1), toy(7), toy(4)], "`toy-2` has completed, with other settings (changed: amount)"),
            ([toy(1)], "`toy-2` has completed, and which is no longer in the pipeline"),
            ([toy(1), toy(2, enabled=False)], "`toy-2` has completed, and which is disabled now"),
        ],
        ids=["first", "second", "gone", "disabled"],
    )
    def test_refused(self, toys: Pipeline, stages: list[Any], words: str) -> None:
        toys.failed(toy(1), toy(2), toy(4, act=fail_once(toys)))
        before = toys.record
        error = toys.failed(*stages, resume=True)
        assert (error.code, error.label) == (PipelineErrorCode.EXPERIMENT_CHANGED, None)
        assert error.message == (
            f"`{toys.directory}` holds a run in which {words}; "
            "resume with the experiment as it was, or choose another --out"
        )
        assert toys.record == before

    def test_a_stage_put_before_one_that_has_completed_is_refused(self, toys: Pipeline) -> None:
        toys.failed(toy(1, enabled=False), toy(2), toy(act=fail_once(toys)))
        error = toys.failed(toy(1), toy(2), toy(act="fail once"), resume=True)
        assert "`toy-2` has completed, and before which another stage comes now" in error.message

    def test_another_experiment_is_refused(self, toys: Pipeline) -> None:
        toys.failed(toy(1), toy(act=fail_once(toys)))
        error = toys.failed(toy(1), toy(), id="others", resume=True)
        assert error.code is PipelineErrorCode.EXPERIMENT_CHANGED
        assert "holds a run of the experiment `toys`, and not of `others`" in error.message

    def test_another_run_id_is_refused(self, toys: Pipeline) -> None:
        toys.failed(toy(1), toy(act=fail_once(toys)))
        error = toys.failed(toy(1), toy(act="fail once"), context=Context(run_id="b"), resume=True)
        assert "holds the run `out`, and not `b`" in error.message


def test_an_unfinished_record_of_a_finished_run_is_finished(toys: Pipeline) -> None:
    """The process was killed before it could note that the last stage is disabled."""
    stages = [toy(1), toy(2, enabled=False)]
    expected = toys.ran(*stages)
    record = toys.record
    record["stages"][1]["status"] = "pending"
    record.update(status="running", completed_at=None)
    (toys.directory / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
    assert toys.ran(*stages, resume=True) == expected
    assert (toys.statuses, toys.record["status"]) == (["completed", "skipped"], "completed")
    assert toys.begun("01-toy") == ["anew"]


def test_a_stage_may_complete_with_nothing(toys: Pipeline) -> None:
    def nothing(context: Context, config: Any, control: RunControl) -> Any:
        return Ok(replace(context, completed_stages=(*context.completed_stages, "toy")))

    stages = [toy(act=toys.act("nothing", nothing)), toy(act=fail_once(toys))]
    toys.failed(*stages)
    assert toys.ran(*stages, resume=True).completed_stages == ("toy", "toy-2")
