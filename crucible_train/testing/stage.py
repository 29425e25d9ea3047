"""The contracts that stages have to pass. Subclass one in a test module:

    class TestMyStage(StageContract):              # or TrainingStageContract, where the stage trains
        def make_stage(self):
            return MyStage()

        def context(self):
            return Context(ports=Ports(...))  # what the stage needs

        def options(self):
            return {"dataset_ref": {...}}  # a short run; one that trains has at least three optimizer steps

pytest collects the tests. The stage has to be registered (its package installed), because normalisation finds
it by its name.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from crucible_train.context import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.result import Err, Ok
from crucible_train.schema import schema
from crucible_train.testing.watched import WatchedClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from crucible_train.ports import Ports
    from crucible_train.stages import Stage

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEY_CODES = frozenset({"CRU101", "CRU103", "CRU104", "CRU107"})
"""Findings that say that a key is not known where it stands."""
HOLDERS = frozenset({"training_config", "options"})
"""Keys of a training stage that hold keys themselves."""


class _Nothing:
    """A value that no setting can have."""


class StageContract:
    """What every stage must do. A subclass says how to make one, and what to run it with."""

    needs_ports: ClassVar[bool] = True
    """Whether the stage needs any port at all. One that does not has to run without."""

    def make_stage(self) -> Stage:
        """The stage."""
        raise NotImplementedError

    def context(self) -> Context:
        """A context whose ports have everything the stage needs."""
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        """Options of a short run, with every key that is required."""
        raise NotImplementedError

    def test_describe_is_a_json_schema(self) -> None:
        """Of the 2020-12 dialect, closed, and JSON through and through; every reference in it resolves."""
        described = self.make_stage().describe()
        assert described["$schema"] == DIALECT, "`$schema` does not name the dialect"
        assert described["type"] == "object", "options are an object"
        assert described["additionalProperties"] is False, "an unknown key would not be noticed by an editor"
        assert _is_json(described), "it is not plain JSON"
        for reference in _references(described):
            target: Any = described
            for part in reference.removeprefix("#/").split("/"):
                assert part in target, f"`{reference}` does not resolve"
                target = target[part]

    def test_describe_is_fresh(self) -> None:
        """A caller may change what it got."""
        stage = self.make_stage()
        first = stage.describe()
        expected = copy.deepcopy(first)
        for described in first["properties"].values():
            described["description"] = "changed"
        assert stage.describe() == expected, "a change to a description reached the next one"

    def test_describe_names_the_keys_of_the_config_and_no_others(self) -> None:
        """The description cannot drift from `config_model`."""
        stage = self.make_stage()
        described = stage.describe()["properties"]
        assert set(described) == set(stage.config_model.spec_keys()), (
            "keys differ from config_model.spec_keys()"
        )
        undescribed = [key for key, value in described.items() if not value.get("description")]
        assert undescribed == [], f"no description: {', '.join(undescribed)}"

    def test_run_knows_every_key_that_is_described(self, tmp_path: Path) -> None:
        """Whatever is wrong with the value of a described key, the key itself is known."""
        wrong = dict.fromkeys(set(self.make_stage().describe()["properties"]) - HOLDERS, _Nothing())
        error = self._failed(tmp_path, {**self.options(), **wrong})
        assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG, f"{error.code} for wrong values"
        unknown = [finding.message for finding in error.diagnostics if finding.code in KEY_CODES]
        assert unknown == [], f"described, and refused: {unknown}"

    def test_a_misspelt_key_is_refused_with_a_suggestion(self, tmp_path: Path) -> None:
        """`unsupported_training_config`, naming the key and the one that was meant."""
        key = max(self.make_stage().config_model.spec_keys(), key=lambda name: (len(name), name))
        error = self._failed(tmp_path, {**self.options(), key[:-1]: 0.1})
        assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG, f"{error.code} for a misspelt key"
        (finding,) = error.diagnostics
        assert f"{key[:-1]}`" in finding.message, "the finding does not name the key"
        assert f"`{key}`" in (finding.hint or ""), "no suggestion"

    def test_wrong_values_are_found_all_at_once(self, tmp_path: Path) -> None:
        """One finding each, none hidden by another."""
        fields = set(self.make_stage().config_model.model_fields) - HOLDERS
        wrong = dict.fromkeys([*fields, "nonsense"], _Nothing())
        error = self._failed(tmp_path, {**self.options(), **wrong})
        assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG, f"{error.code} for wrong values"
        found = sorted(str(finding.loc[-1]) for finding in error.diagnostics)
        assert found == sorted(wrong), f"found: {found}"

    def test_without_ports_it_says_so(self, tmp_path: Path) -> None:
        """`missing_ports`, not an exception; a stage that needs none runs."""
        context = replace(self.context(), ports=None)
        if not self.needs_ports:
            self._ran(tmp_path, context)
            return
        error = self._failed(tmp_path, self.options(), context)
        assert error.code is StageErrorCode.MISSING_PORTS, f"{error.code} without ports"
        assert error.message, "an error needs a message"

    def test_a_run_gives_a_new_context(self, tmp_path: Path) -> None:
        """With all the old one held, and the stage's output and name; the old one is unchanged."""
        stage = self.make_stage()
        given = self.context()
        before = replace(
            given,
            metrics={**given.metrics, "kept": 1.0},
            outputs={**given.outputs, "earlier": {"kept": True}},
            artifacts={**given.artifacts, "kept": "here"},
            assigns={**given.assigns, "kept": True},
            completed_stages=(*given.completed_stages, "earlier"),
        )
        as_it_was = copy.deepcopy(_contents(before))
        after = self._ran(tmp_path, before)
        assert _contents(before) == as_it_was, "the context that was given has changed"
        label = stage.name
        assert after.completed_stages == (*before.completed_stages, label), f"{after.completed_stages}"
        for name in ("metrics", "outputs", "artifacts"):
            held, now = getattr(before, name), getattr(after, name)
            assert {key: now.get(key) for key in held} == held, f"an earlier one of its {name} is gone"
            strange = [key for key in now if key not in held and not f"{key}.".startswith(f"{label}.")]
            assert strange == [], f"{name} that are not the stage's: {strange}"
        assert after.outputs.get(label) is not None, "no output"
        assert _is_json(_contents(after)), "the context is not JSON data: a pipeline could not be resumed"
        assert all(type(value) is float for value in after.metrics.values()), "a metric is not a float"
        assert all(type(value) is str for value in after.artifacts.values()), "an artifact is not a path"
        assert (after.run_id, after.experiment) == (before.run_id, before.experiment), "run_id or experiment"

    def test_two_runs_give_the_same(self, tmp_path: Path) -> None:
        """But for what a clock measured (`*_s`): everything random comes from the seed."""
        first, second = (_untimed(self._ran(tmp_path / name)) for name in ("first", "second"))
        assert first == second, f"{first} and {second}"

    def _run(
        self, directory: Path, options: Mapping[str, Any], context: Context | None = None, **control: Any
    ) -> Ok[Context] | Err[StageError]:
        steering = RunControl(runs_dir=str(directory), **control)
        return self.make_stage().run(context or self.context(), {**options, "control": steering})

    def _ran(self, directory: Path, context: Context | None = None, **control: Any) -> Context:
        outcome = self._run(directory, self.options(), context, **control)
        assert isinstance(outcome, Ok), f"it did not run: {outcome}"
        return outcome.value

    def _failed(
        self, directory: Path, options: Mapping[str, Any], context: Context | None = None, **control: Any
    ) -> StageError:
        outcome = self._run(directory, options, context, **control)
        assert isinstance(outcome, Err), f"it ran: {outcome}"
        assert outcome.error.stage == self.make_stage().name, "the error does not name the stage"
        return outcome.error


class TrainingStageContract(StageContract):
    """What every training stage must do besides: its options make a run of at least three optimizer steps."""

    def test_describe_names_the_options_that_are_lifted(self) -> None:
        """`options` types the stage's own settings, and leaves the rest to the backend."""
        stage = self.make_stage()
        described = stage.describe()
        in_options = _object(described["properties"]["options"], described["$defs"])["properties"]
        assert set(in_options) == set(stage.config_model.option_keys()), "options differ from option_keys()"

    def test_every_field_of_the_training_config_has_a_fate(self) -> None:
        """The mapping table names each: nothing is dropped in silence."""
        fields = set(_ok(schema("TrainingConfig"))["properties"])
        rows = {row.source for row in self.make_stage().config_model.mapping_table()}
        assert fields - rows == set(), f"no row: {', '.join(sorted(fields - rows))}"

    def test_without_a_config_it_says_so(self) -> None:
        """`missing_training_config`, for no options and for empty ones."""
        nothing: tuple[dict[str, Any] | None, ...] = (None, {})
        for options in nothing:
            outcome = self.make_stage().run(self.context(), options)
            assert isinstance(outcome, Err), f"it ran without a config: {outcome}"
            assert outcome.error.code is StageErrorCode.MISSING_TRAINING_CONFIG, f"{outcome.error.code}"

    def test_a_run_measures_something(self, tmp_path: Path) -> None:
        """Its report has numbers, and they are among the metrics."""
        assert self._ran(tmp_path).metrics, "no metrics"

    def test_a_run_that_is_stopped_goes_on_to_the_same_end(self, tmp_path: Path) -> None:
        """`interrupted`; and resumed, the run ends as if it had never stopped."""
        asked = iter([False, False])
        error = self._failed(tmp_path / "run", self.options(), should_stop=lambda: next(asked, True))
        assert error.code is StageErrorCode.INTERRUPTED, f"{error.code} for a run that was asked to stop"
        resumed = _untimed(self._ran(tmp_path / "run", resume=True))
        whole = _untimed(self._ran(tmp_path / "whole"))
        assert resumed == whole, f"{resumed} and {whole}"

    def test_a_directory_with_a_run_in_it_is_refused(self, tmp_path: Path) -> None:
        """`run_directory_failed`: two runs are never mixed."""
        self._ran(tmp_path)
        error = self._failed(tmp_path, self.options())
        assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED, f"{error.code} for a second run"

    def test_every_session_it_opens_is_closed(self, tmp_path: Path) -> None:
        """After success, and after a failure in the middle."""
        for name, fails in (("well", False), ("ill", True)):
            context = self.context()
            ports = cast("Ports", context.ports)
            assert ports.training_client is not None, "context() has no training client"
            watched = WatchedClient(ports.training_client, fails=fails)
            watching = replace(context, ports=replace(ports, training_client=watched))
            outcome = self._run(tmp_path / name, self.options(), watching)
            assert isinstance(outcome, Err) is fails, f"{outcome}"
            assert watched.opened, "no session was opened"
            assert all(session.closed for session in watched.opened), f"a session is left open ({name})"


def _ok(result: Any) -> Any:
    assert isinstance(result, Ok), f"expected Ok, got {result}"
    return cast("Ok[Any]", result).value


def _is_json(data: Any) -> bool:
    try:
        return json.loads(json.dumps(data, allow_nan=False)) == data
    except (TypeError, ValueError):
        return False


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in cast("dict[str, Any]", node).items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _references(item)


def _object(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The branch of an optional object that is not null."""
    branches: list[dict[str, Any]] = schema.get("anyOf", [schema])
    resolved = [definitions.get(branch.get("$ref", "").rpartition("/")[2], branch) for branch in branches]
    return next(branch for branch in resolved if branch.get("type") == "object")


def _contents(context: Context) -> list[Any]:
    held = (context.metrics, context.outputs, context.artifacts, context.assigns)
    return [*(dict(each) for each in held), list(context.completed_stages), context.run_id]


def _untimed(context: Context) -> dict[str, float]:
    return {name: value for name, value in context.metrics.items() if not name.endswith("_s")}
