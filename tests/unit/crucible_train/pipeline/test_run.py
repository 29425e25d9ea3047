"""A pipeline: stages in order, one context through all of them, and a record of everything."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, Ports, RunControl, __version__
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.pipeline import PipelineErrorCode, run_pipeline
from crucible_train.registry import NotRegistered
from crucible_train.result import Err, Ok
from tests.support.pipelines import experiment, timeless, toy
from tests.support.tiny_stage import tiny_ports
from tests.support.toy_stages import add

if TYPE_CHECKING:
    from tests.support.pipelines import Pipeline


class TestContext:
    """One context goes through all stages."""

    def test_each_stage_starts_from_what_those_before_it_made(self, toys: Pipeline) -> None:
        after = toys.ran(toy(1), toy(10), toy(100))
        assert after.completed_stages == ("toy", "toy-2", "toy-3")
        assert after.metrics == {"toy.total": 1.0, "toy-2.total": 11.0, "toy-3.total": 111.0}
        assert after.outputs["toy-3"] == {"total": 111, "run_id": "out"}
        assert after.artifacts == {
            "toy.total": str(toys.directory / "01-toy" / "total.txt"),
            "toy-2.total": str(toys.directory / "02-toy-2" / "total.txt"),
            "toy-3.total": str(toys.directory / "03-toy-3" / "total.txt"),
        }
        assert after.assigns == {"total": 111}

    def test_a_stage_is_told_where_it_is(self, toys: Pipeline) -> None:
        seen: list[Context] = []

        def look(context: Context, config: Any, control: RunControl) -> Any:
            seen.append(context)
            return add(context, config, control)

        context = Context(ports=tiny_ports(), run_id="mine", assigns={"total": 5})
        after = toys.ran(toy(act=toys.act("look", look)), toy(act="look"), context=context)
        assert [one.stage_label for one in seen] == ["toy", "toy-2"]
        assert [one.run_id for one in seen] == ["mine", "mine"]
        assert [one.experiment and one.experiment.id for one in seen] == ["toys", "toys"]
        assert [one.ports is context.ports for one in seen] == [True, True]
        assert (after.stage_label, after.run_id, after.ports) == (None, "mine", context.ports)
        assert after.experiment is not None
        assert after.assigns == {"total": 7}

    def test_a_stage_gets_its_directory_and_the_control_it_runs_under(self, toys: Pipeline) -> None:
        seen: list[RunControl] = []

        def look(context: Context, config: Any, control: RunControl) -> Any:
            seen.append(control)
            return add(context, config, control)

        toys.ran(toy(act=toys.act("look", look)))
        (control,) = seen
        assert control.directory == str(toys.directory / "01-toy")
        assert control.resume is False
        control.notify("heard")
        assert toys.said == ["heard"]

    def test_what_a_stage_does_to_its_own_context_reaches_nobody(self, toys: Pipeline) -> None:
        def meddle(context: Any, config: Any, control: RunControl) -> Any:
            context.assigns["list"].append("more")
            context.metrics["toy.total"] = 7.0
            return Err(StageError("toy", StageErrorCode.TRAINING_FAILED, "no"))

        context = Context(assigns={"list": ["one"]})
        error = toys.failed(toy(), toy(act=toys.act("meddle", meddle)), context=context)
        assert error.context.metrics == {"toy.total": 1.0}
        assert error.context.assigns == {"list": ["one"], "total": 1}
        assert context.assigns == {"list": ["one"]}

    def test_what_is_handed_on_is_json_data(self, toys: Pipeline) -> None:
        def pair(context: Context, config: Any, control: RunControl) -> Any:
            after = context.completed("toy", output={"pair": (1, 2)}, metrics={"n": 1}, artifacts={})
            return Ok(replace(after, assigns={"nested": {"pair": (3, (4,))}}))

        after = toys.ran(toy(act=toys.act("pair", pair)))
        assert after.outputs == {"toy": {"pair": [1, 2]}}
        assert after.assigns == {"nested": {"pair": [3, [4]]}}

    def test_a_context_that_has_run_these_stages_is_refused(self, toys: Pipeline) -> None:
        with pytest.raises(ValueError, match="the context has run a stage `toy` already"):
            toys.run(toy(), context=toys.ran(toy()))

    def test_a_context_that_cannot_be_written_down_is_refused(self, toys: Pipeline) -> None:
        with pytest.raises(ValueError, match=r"not JSON data: `assigns\.x` should be text"):
            toys.run(toy(), context=Context(assigns={"x": object()}))
        assert not toys.directory.exists()


class TestDirectory:
    """Where a run goes."""

    @pytest.mark.parametrize(("given", "name"), [("my exp/1", "my-exp-1"), ("v1.2_x", "v1.2_x")])
    def test_by_the_experiments_id(self, toys: Pipeline, given: str, name: str) -> None:
        runs = toys.directory.parent / "runs"
        control = RunControl(runs_dir=str(runs))
        after = run_pipeline(experiment(toy(), id=given), context=Context(), control=control).unwrap()
        assert Path(after.artifacts["toy.total"]) == runs / name / "01-toy" / "total.txt"
        assert after.run_id == name

    def test_an_id_without_letters_gives_way_to_the_fingerprint(self, toys: Pipeline) -> None:
        planned = experiment(toy(), id="...")
        control = RunControl(runs_dir=str(toys.directory))
        after = run_pipeline(planned, context=Context(), control=control).unwrap()
        assert after.run_id == f"experiment-{planned.fingerprint[:8]}"

    def test_a_relative_one(self, toys: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(toys.directory.parent)
        after = run_pipeline(experiment(toy()), context=Context(), control=RunControl()).unwrap()
        place = toys.directory.parent / "runs" / "toys" / "01-toy" / "total.txt"
        assert after.artifacts["toy.total"] == str(place)


class TestDisabledStages:
    """They are passed over, and that is said."""

    def test_skipped(self, toys: Pipeline) -> None:
        after = toys.ran(toy(1), toy(10, enabled=False), toy(100))
        assert after.metrics == {"toy.total": 1.0, "toy-3.total": 101.0}
        assert toys.said == ["toy-2 is disabled: skipped"]
        assert toys.statuses == ["completed", "skipped", "completed"]
        assert toys.record["status"] == "completed"
        assert not (toys.directory / "02-toy-2").exists()

    def test_all_of_them(self, toys: Pipeline) -> None:
        assert toys.ran(toy(enabled=False)).completed_stages == ()
        assert toys.record["status"] == "completed"


class TestPorts:
    """Every stage may have ports of its own, and all are asked for first."""

    def test_each_stage_gets_its_own(self, toys: Pipeline) -> None:
        seen: list[Ports | None] = []

        def look(context: Context, config: Any, control: RunControl) -> Any:
            seen.append(context.ports)
            return add(context, config, control)

        wired = {"toy": tiny_ports(), "toy-2": tiny_ports()}
        stages = [toy(act=toys.act("look", look)), toy(act="look")]
        after = toys.ran(*stages, ports_for=lambda planned: Ok(wired[planned.label]))
        assert [ports is wired[label] for ports, label in zip(seen, wired, strict=True)] == [True, True]
        assert after.ports is None

    def test_what_is_missing_is_found_before_anything_runs(self, toys: Pipeline) -> None:
        asked: list[str] = []

        def none(planned: Any) -> Any:
            asked.append(planned.label)
            if planned.label == "toy":
                return Ok(Ports())
            return Err(NotRegistered("training_client", "moon", ("local",)))

        error = toys.failed(toy(), toy(enabled=False), toy(), toy(), ports_for=none)
        assert asked == ["toy", "toy-3", "toy-4"]
        assert error.code is PipelineErrorCode.STAGE_UNAVAILABLE
        assert str(error) == (
            "experiment: stage_unavailable: "
            "toy-3: no training_client adapter is named 'moon'; known: local; "
            "toy-4: no training_client adapter is named 'moon'; known: local"
        )
        assert list(toys.directory.iterdir()) == [toys.directory / "run.lock"]
        assert toys.ran(toy()).completed_stages == ("toy",)

    def test_a_stage_that_is_gone(self, toys: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
        planned = experiment(toy())
        monkeypatch.undo()
        control = RunControl(directory=str(toys.directory))
        outcome = run_pipeline(planned, context=Context(), control=control)
        assert isinstance(outcome, Err)
        assert outcome.error.code is PipelineErrorCode.STAGE_UNAVAILABLE
        assert "toy: no stage is named 'toy'" in outcome.error.message


class TestRecord:
    """`experiment.json` accounts for the run."""

    def test_everything_is_there(self, toys: Pipeline) -> None:
        toys.ran(toy(3), toy(enabled=False), description="a test", context=Context(run_id="r"))
        planned = experiment(toy(3), toy(enabled=False), description="a test")
        record = timeless(toys.record)
        first, second = record.pop("stages")
        assert record == {
            "id": "toys",
            "run_id": "r",
            "status": "completed",
            "fingerprint": planned.fingerprint,
            "experiment": {
                "id": "toys",
                "backend": {"id": "local"},
                "pipeline": [toy(3), toy(enabled=False)],
                "description": "a test",
            },
            "warnings": [str(finding) for finding in planned.warnings],
        }
        assert first["provenance"]["amount"]["key"] == "pipeline[0].options.amount"
        assert first["versions"]["crucible_train"] == __version__
        assert {name: first[name] for name in first if name not in ("provenance", "versions")} == {
            "label": "toy",
            "stage": "toy",
            "enabled": True,
            "status": "completed",
            "directory": "01-toy",
            "error": None,
            "added": {
                "metrics": {"toy.total": 3.0},
                "outputs": {"toy": {"total": 3, "run_id": "r"}},
                "artifacts": {"toy.total": "./01-toy/total.txt"},
                "assigns": {"total": 3},
            },
            "fingerprint": planned.stages[0].normalized.fingerprint,
            "config": {"amount": 3, "act": "add"},
            "effective": {"amount": 3, "act": "add"},
        }
        assert (second["label"], second["added"], second["versions"]) == ("toy-2", None, None)

    def test_times(self, toys: Pipeline) -> None:
        toys.ran(toy(), toy(enabled=False))
        record = toys.record
        first, second = record["stages"]
        times = [record["started_at"], first["started_at"], first["completed_at"], record["completed_at"]]
        assert times == sorted(times)
        assert (second["started_at"], second["completed_at"]) == (None, None)

    def test_it_is_up_to_date_when_a_stage_runs_and_when_its_fate_is_shown(self, toys: Pipeline) -> None:
        seen: list[list[str]] = []

        def look(context: Context, config: Any, control: RunControl) -> Any:
            seen.append(toys.statuses)
            return add(context, config, control)

        toys.ran(toy(act=toys.act("look", look)), toy(enabled=False), toy(act="look"))
        assert seen == [["running", "pending", "pending"], ["completed", "skipped", "running"]]
        assert toys.shown == [
            ("toy", "running"),
            ("toy", "completed"),
            ("toy-2", "skipped"),
            ("toy-3", "running"),
            ("toy-3", "completed"),
        ]


def test_nothing_is_printed(toys: Pipeline, capfd: pytest.CaptureFixture[str]) -> None:
    control = RunControl(directory=str(toys.directory))
    run_pipeline(experiment(toy(), toy(enabled=False)), context=Context(), control=control).unwrap()
    assert capfd.readouterr() == ("", "")


def test_importing_it_needs_no_numpy() -> None:
    code = "import sys, crucible_train.pipeline; print({'numpy', 'tqdm', 'safetensors'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "set()\n"
