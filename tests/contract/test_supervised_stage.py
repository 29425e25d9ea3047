"""The supervised stage passes the stage contract with the embedded adapters; broken stages do not."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from crucible_train import Context, Ok
from crucible_train.stages import SupervisedTrain
from crucible_train.testing.stage import TrainingStageContract
from tests.support.tiny_stage import MODEL, SPEC, tiny_ports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class TestSupervisedTrain(TrainingStageContract):
    def make_stage(self) -> SupervisedTrain:
        return SupervisedTrain()

    def context(self) -> Context:
        return Context(ports=tiny_ports())

    def options(self) -> dict[str, Any]:
        return {"training_config": SPEC}


class TestSupervisedTrainOnHeldOutData(TestSupervisedTrain):
    def options(self) -> dict[str, Any]:
        return {"training_config": SPEC, "validation_split": 0.25, "eval_every": 2, "sample_prompts": ["say"]}


def test_describe_is_valid_by_the_metaschema() -> None:
    described = SupervisedTrain().describe()
    jsonschema.Draft202012Validator.check_schema(described)
    assert jsonschema.Draft202012Validator(described).is_valid(SPEC)
    assert not jsonschema.Draft202012Validator(described).is_valid({**SPEC, "epochz": 1})


class Silent(SupervisedTrain):
    """Keeps a new option to itself."""

    def describe(self) -> dict[str, Any]:
        described = super().describe()
        del described["properties"]["num_epochs"]
        return described


class Boastful(SupervisedTrain):
    """Describes an option that it does not have."""

    def describe(self) -> dict[str, Any]:
        described = super().describe()
        described["properties"]["warmup_magic"] = {"type": "number", "description": "Magic."}
        return described


class Open(SupervisedTrain):
    """Lets an editor accept any key."""

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "additionalProperties": True}


class Sharing(SupervisedTrain):
    """Hands out one and the same description."""

    described = SupervisedTrain().describe()

    def describe(self) -> dict[str, Any]:
        return self.described


class Lenient(SupervisedTrain):
    """Drops keys that it does not know."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        known = {*self.config_model.spec_keys(), "control", "ports"}
        return super().run(context, {key: value for key, value in (options or {}).items() if key in known})


class Impatient(SupervisedTrain):
    """Stops at the first mistake."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        if options and not isinstance(options.get("learning_rate", 0.1), float):
            options = {"training_config": SPEC, "learning_rate": "fast", "control": options["control"]}
        return super().run(context, options)


class Meddling(SupervisedTrain):
    """Changes the context it was given."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        context.assigns["meddled"] = True
        return super().run(context, options)


class Forgetful(SupervisedTrain):
    """Gives back a context without what was there."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        match super().run(context, options):
            case Ok(after):
                return Ok(Context(ports=after.ports, outputs=after.outputs, metrics=after.metrics))
            case failed:
                return failed


class Whimsical(SupervisedTrain):
    """Trains with another seed each time."""

    seeds = itertools.count()

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        if not options:
            return super().run(context, options)
        spec = {**options["training_config"], "seed": next(self.seeds)}
        return super().run(context, {**options, "training_config": spec})


class Crashing(SupervisedTrain):
    """Needs ports, and does not ask whether there are any."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        assert context.ports is not None
        return super().run(context, options)


class Leaky(SupervisedTrain):
    """Opens a session to have a look, and leaves it open."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        if context.ports and context.ports.training_client:
            context.ports.training_client.open({"model_ref": MODEL})
        return super().run(context, options)


@pytest.mark.parametrize(
    ("stage", "caught_by"),
    [
        (Silent, {"test_describe_names_the_keys_of_the_config_and_no_others"}),
        (
            Boastful,
            {
                "test_describe_names_the_keys_of_the_config_and_no_others",
                "test_run_knows_every_key_that_is_described",
            },
        ),
        (Open, {"test_describe_is_a_json_schema"}),
        (Sharing, {"test_describe_is_fresh"}),
        (
            Lenient,
            {"test_a_misspelt_key_is_refused_with_a_suggestion", "test_wrong_values_are_found_all_at_once"},
        ),
        (Impatient, {"test_wrong_values_are_found_all_at_once"}),
        (Meddling, {"test_a_run_gives_a_new_context"}),
        (Forgetful, {"test_a_run_gives_a_new_context"}),
        (
            Whimsical,
            {"test_two_runs_give_the_same", "test_a_run_that_is_stopped_goes_on_to_the_same_end"},
        ),
        (Crashing, {"test_without_ports_it_says_so"}),
        (Leaky, {"test_every_session_it_opens_is_closed"}),
    ],
)
def test_a_broken_stage_is_caught(tmp_path: Path, stage: type[SupervisedTrain], caught_by: set[str]) -> None:
    class Broken(TestSupervisedTrain):
        def make_stage(self) -> SupervisedTrain:
            return stage()

    failing: set[str] = set()
    for name in [name for name in dir(TrainingStageContract) if name.startswith("test_")]:
        test = getattr(Broken(), name)
        arguments = {"tmp_path": tmp_path / name} if "tmp_path" in test.__func__.__annotations__ else {}
        try:
            test(**arguments)
        except Exception:  # noqa: BLE001 - however a test of the contract fails, it fails
            failing.add(name)
    assert failing == caught_by
