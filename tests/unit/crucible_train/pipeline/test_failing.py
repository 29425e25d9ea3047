"""Stages that fail, raise, are stopped, or return what no stage may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, Diagnostic, Ports
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.pipeline import PipelineErrorCode
from crucible_train.result import Err, Ok
from tests.support.pipelines import toy

if TYPE_CHECKING:
    from crucible_train import RunControl
    from tests.support.pipelines import Pipeline

FINDING = Diagnostic("CRU501", "it cannot do that")
NO = StageError("toy", StageErrorCode.TRAINING_FAILED, "no data", (FINDING,))


def returns(value: Any) -> Any:
    """A stage that returns `value`, or what it makes of its context."""

    def act(context: Context, config: Any, control: RunControl) -> Any:
        return value(context) if callable(value) else value

    return act


def completed(context: Context, **more: Any) -> Context:
    given: dict[str, Any] = {"output": {"done": True}, "metrics": {"n": 1.0}, "artifacts": {}}
    return context.completed("toy", **{**given, **more})


class TestErrors:
    """A stage that returns `Err` ends the pipeline; what came before it is kept."""

    def test_the_first_error_ends_it(self, toys: Pipeline) -> None:
        error = toys.failed(toy(), toy(act=toys.act("no", returns(Err(NO)))), toy())
        assert (error.code, error.label, error.stage) == (PipelineErrorCode.STAGE_FAILED, "toy-2", "toy")
        assert error.error is NO
        assert error.context.completed_stages == ("toy",)
        assert error.context.metrics == {"toy.total": 1.0}
        assert error.directory == toys.directory
        assert str(error) == f"toy-2: training_failed: no data\n  {FINDING}"

    def test_it_is_on_record(self, toys: Pipeline) -> None:
        toys.failed(toy(), toy(act=toys.act("no", returns(Err(NO)))), toy())
        assert toys.statuses == ["completed", "failed", "pending"]
        record = toys.record
        assert record["status"] == "failed"
        assert record["completed_at"] is not None
        assert record["stages"][1]["error"] == "no data"
        assert record["stages"][1]["completed_at"] is not None
        assert record["stages"][1]["added"] is None
        assert toys.shown[-2:] == [("toy-2", "running"), ("toy-2", "failed")]

    def test_an_interrupted_stage(self, toys: Pipeline) -> None:
        stopped = StageError("toy", StageErrorCode.INTERRUPTED, "stopped before step 3")
        error = toys.failed(toy(act=toys.act("stop", returns(Err(stopped)))))
        assert (error.code, error.error) == (PipelineErrorCode.INTERRUPTED, stopped)
        assert (toys.statuses, toys.record["status"]) == (["interrupted"], "interrupted")


class TestStopping:
    """A run that is asked to stop does so between stages, too."""

    def test_between_stages(self, toys: Pipeline) -> None:
        asked = iter([False, True])
        error = toys.failed(toy(), toy(enabled=False), toy(), toy(), should_stop=lambda: next(asked))
        assert (error.code, error.label) == (PipelineErrorCode.INTERRUPTED, "toy-3")
        assert (error.message, error.error) == ("stopped before toy-3", None)
        assert str(error) == "toy-3: interrupted: stopped before toy-3"
        assert error.context.completed_stages == ("toy",)
        assert toys.statuses == ["completed", "skipped", "interrupted", "pending"]
        record = toys.record
        assert record["status"] == "interrupted"
        assert (record["stages"][2]["started_at"], record["stages"][2]["completed_at"]) == (None, None)

    def test_before_the_first(self, toys: Pipeline) -> None:
        error = toys.failed(toy(), should_stop=lambda: True)
        assert (error.code, error.context.completed_stages) == (PipelineErrorCode.INTERRUPTED, ())


class TestExceptions:
    """They go through, and the record says so first."""

    @pytest.mark.parametrize(
        ("raised", "status", "words"),
        [
            (ZeroDivisionError("a bug"), "failed", "ZeroDivisionError: a bug"),
            (ValueError(), "failed", "ValueError"),
            (OSError("caf\udce9"), "failed", "OSError: caf\\udce9"),
            (KeyboardInterrupt(), "interrupted", "KeyboardInterrupt"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
    )
    def test_recorded_and_raised(
        self, toys: Pipeline, raised: BaseException, status: str, words: str
    ) -> None:
        def act(context: Any, config: Any, control: Any) -> Any:
            raise raised

        with pytest.raises(type(raised)) as caught:
            toys.run(toy(), toy(act=toys.act("raise", act)))
        assert caught.value is raised
        assert toys.statuses == ["completed", status]
        assert toys.record["stages"][1]["error"] == words

    def test_one_that_cannot_be_recorded_says_so(self, toys: Pipeline) -> None:
        def act(context: Any, config: Any, control: Any) -> Any:
            (toys.directory / ".experiment.json.tmp").mkdir()
            raise ZeroDivisionError("a bug")

        with pytest.raises(ZeroDivisionError) as caught:
            toys.run(toy(act=toys.act("raise", act)))
        (note,) = caught.value.__notes__
        assert note.startswith("and this could not be recorded: ")
        assert toys.statuses == ["running"]


NOT_JSON: list[tuple[dict[str, Any], str]] = [
    ({"output": {"a": {"b": object()}}}, "`outputs.toy.a.b` should be text, a number"),
    ({"output": {"a": float("nan")}}, "`outputs.toy.a` should be a finite number"),
    ({"output": {1: "a"}}, "`outputs.toy` has the key 1, which is not text"),
    ({"metrics": {"n": float("inf")}}, "`metrics.toy.n`"),
    ({"metrics": {"n": "many"}}, "`metrics.toy.n` must be a number, not the text 'many'"),
    ({"metrics": {"n": True}}, "`metrics.toy.n` must be a number"),
    ({"artifacts": {"file": 3}}, "`artifacts.toy.file` must be text"),
]


class TestOutcomes:
    """What a stage returns is looked at before anything of it is recorded."""

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (None, "the stage `toy` returned None, not the Ok of a Context or the Err of a StageError"),
            (Ok(None), "the stage `toy` returned Ok(None), not the Ok of"),
            (Err("no"), "the stage `toy` returned Err('no'), not the Ok of"),
        ],
        ids=["nothing", "no context", "no stage error"],
    )
    def test_not_a_result(self, toys: Pipeline, value: Any, words: str) -> None:
        error = toys.failed(toy(), toy(act=toys.act("odd", returns(value))), toy())
        assert (error.code, error.label) == (PipelineErrorCode.INVALID_OUTCOME, "toy-2")
        assert error.message.startswith(words)
        assert toys.statuses == ["completed", "failed", "pending"]

    @pytest.mark.parametrize(("added", "words"), NOT_JSON, ids=[words for _, words in NOT_JSON])
    def test_not_json_data(self, toys: Pipeline, added: dict[str, Any], words: str) -> None:
        act = toys.act("odd", returns(lambda context: Ok(completed(context, **added))))
        error = toys.failed(toy(act=act), toy())
        assert error.code is PipelineErrorCode.INVALID_OUTCOME
        assert f"the stage `toy` returned a context that cannot be used: {words}" in error.message
        assert error.context.completed_stages == ()
        assert toys.record["stages"][0]["added"] is None
        assert toys.statuses == ["failed", "pending"]

    def test_an_object_among_the_assigns(self, toys: Pipeline) -> None:
        act = toys.act("odd", returns(lambda context: Ok(replace(completed(context), assigns={"m": toys}))))
        error = toys.failed(toy(act=act))
        assert "`assigns.m` should be text, a number, a boolean, null, a list or a mapping, not Pipeline" in (
            error.message
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"metrics": {}}, "lost `metrics['toy.total']`"),
            ({"outputs": {}}, "lost `outputs['toy']`"),
            ({"artifacts": {}}, "lost `artifacts['toy.total']`"),
            ({"assigns": {}}, "lost `assigns['total']`"),
            ({"metrics": {"toy.total": 9.0}}, "changed `metrics['toy.total']`"),
            ({"completed_stages": ("toy",)}, "did not add `toy-2`, and nothing else, to `completed_stages`"),
            ({"completed_stages": ("toy-2",)}, "did not add `toy-2`, and nothing else"),
            ({"run_id": "another"}, "changed `run_id`"),
            ({"experiment": None}, "changed `experiment`"),
            ({"ports": Ports()}, "changed `ports`"),
            ({"outputs": None}, "has no mapping as `outputs`"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_something_lost(self, toys: Pipeline, change: dict[str, Any], words: str) -> None:
        act = toys.act("lose", returns(lambda context: Ok(replace(completed(context), **change))))
        error = toys.failed(toy(), toy(act=act))
        assert error.code is PipelineErrorCode.INVALID_OUTCOME
        assert words in error.message
        assert toys.statuses == ["completed", "failed"]

    def test_all_that_is_wrong_is_said_at_once(self, toys: Pipeline) -> None:
        act = toys.act("lose", returns(Ok(Context(run_id="another"))))
        error = toys.failed(toy(), toy(act=act))
        assert error.message.count("lost ") == 4
        assert error.message.count("changed ") == 2

    def test_an_assign_may_be_replaced(self, toys: Pipeline) -> None:
        after = toys.ran(toy(1), toy(2))
        assert after.assigns == {"total": 3}
        assert [stage["added"]["assigns"] for stage in toys.record["stages"]] == [{"total": 1}, {"total": 3}]


class TestWriting:
    """A record that cannot be written ends the run."""

    @pytest.fixture
    def blocked(self, toys: Pipeline) -> Any:
        """From then on no record can be written."""

        def block(context: Context, config: Any, control: Any) -> Any:
            (toys.directory / ".experiment.json.tmp").mkdir()
            return Ok(completed(context)) if config.amount else Err(NO)

        return toys.act("block", block)

    def test_of_a_stage_that_has_completed(self, toys: Pipeline, blocked: str) -> None:
        error = toys.failed(toy(act=blocked), toy())
        assert error.code is PipelineErrorCode.RUN_DIRECTORY_FAILED
        assert "experiment.json" in error.message
        assert error.context.completed_stages == ()
        assert toys.statuses == ["running", "pending"]

    def test_of_a_stage_that_has_failed(self, toys: Pipeline, blocked: str) -> None:
        error = toys.failed(toy(0, act=blocked))
        assert (error.code, error.error) == (PipelineErrorCode.STAGE_FAILED, NO)
        (note,) = toys.said
        assert note.startswith("this could not be recorded: ")

    def test_at_the_beginning(self, toys: Pipeline) -> None:
        (toys.directory / ".experiment.json.tmp").mkdir(parents=True)
        error = toys.failed(toy())
        assert (error.code, error.label) == (PipelineErrorCode.RUN_DIRECTORY_FAILED, None)
        assert toys.shown == []

    def test_when_a_stage_is_to_begin(self, toys: Pipeline) -> None:
        def block() -> bool:
            (toys.directory / ".experiment.json.tmp").mkdir()
            return False

        error = toys.failed(toy(), should_stop=block)
        assert error.code is PipelineErrorCode.RUN_DIRECTORY_FAILED
        assert toys.shown == []

    def test_when_one_is_skipped(self, toys: Pipeline) -> None:
        def note(text: str) -> None:
            (toys.directory / ".experiment.json.tmp").mkdir()

        error = toys.failed(toy(enabled=False), notify=note)
        assert error.code is PipelineErrorCode.RUN_DIRECTORY_FAILED
