"""An experiment's stages are normalised as specs of their own are, from the experiment's shared parts."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_ir import BackendRef, Experiment, StageDef, TrainingConfig, from_map
from crucible_train import NormalizedExperiment, Ports, normalize, normalize_experiment
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.diagnostics import Severity
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok
from tests.support.plug_in import install

SHARED = {
    "id": "shared",
    "model_ref": {"id": "byte-lm"},
    "dataset_ref": {"name": "train.jsonl"},
    "epochs": 2,
}
TRAIN = {"name": "supervised_train"}


def experiment(*pipeline: Any, **parts: Any) -> dict[str, Any]:
    base = {"id": "exp", "backend": {"id": "local"}, "training_config": SHARED}
    return {**base, "pipeline": list(pipeline or [TRAIN]), **parts}


def normalized(given: Any, ports: Ports | None = None) -> NormalizedExperiment:
    match normalize_experiment(given, ports):
        case Ok(found):
            return found
        case Err(error):
            raise AssertionError(str(error))


def findings(given: Any, severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    match normalize_experiment(given):
        case Ok(found):
            every = found.warnings
        case Err(error):
            every = error.diagnostics
    return [(one.code, ".".join(str(part) for part in one.loc)) for one in every if one.severity is severity]


def messages(given: Any) -> list[str]:
    match normalize_experiment(given):
        case Ok(found):
            return [one.message for one in found.warnings]
        case Err(error):
            return [one.message for one in error.diagnostics]


class TestWhatAStageReads:
    def test_the_shared_training_config_then_its_own_options(self) -> None:
        found = normalized(experiment({**TRAIN, "options": {"learning_rate": 0.5, "epochs": 7}}))
        (stage,) = found.stages
        assert (stage.normalized.config.num_epochs, stage.normalized.config.learning_rate) == (7, 0.5)
        alone = normalize({**SHARED, "epochs": 7, "learning_rate": 0.5, "backend": "local"}).unwrap()
        assert stage.normalized.fingerprint == alone.fingerprint

    def test_a_training_config_of_its_own_is_laid_over_the_shared_one(self) -> None:
        own = {"training_config": {"epochs": 5, "options": {"eval_every": 3}}, "validation_split": 0.5}
        (stage,) = normalized(experiment({**TRAIN, "options": own})).stages
        config = stage.normalized.config
        assert (config.num_epochs, config.eval_every, config.validation_split) == (5, 3, 0.5)
        assert config.training_config["model_ref"] == {"id": "byte-lm"}

    def test_what_is_nearer_to_the_stage_wins_whatever_it_is_called(self) -> None:
        shared = {**SHARED, "options": {"lr_schedule": "cosine", "learning_rate": 0.1}}
        own = {"training_config": {"learning_rate": 0.2}}
        (stage,) = normalized(experiment({**TRAIN, "options": own}, training_config=shared)).stages
        assert stage.normalized.config.learning_rate == 0.2

    def test_backend_and_data_set_of_the_experiment_where_nothing_else_names_them(self) -> None:
        own = {"training_config": {"id": "own", "model_ref": {"id": "byte-lm"}}}
        given = experiment(
            {**TRAIN, "options": own},
            training_config=None,
            dataset={"name": "d"},
            backend={"id": "local", "options": {"optimizer": "adamw", "weight_decay": 0.5}},
        )
        (stage,) = normalized(given).stages
        config = stage.normalized.config
        assert (config.backend, config.dataset_ref) == ("local", {"name": "d"})
        assert config.training_config["optimizer"] == "adamw"
        assert stage.normalized.read_from(Layer.EXPERIMENT) == {"backend", "dataset_ref", "training_config"}
        key = stage.normalized.provenance["training_config.weight_decay"].key
        assert key == "backend.options.weight_decay"

    def test_options_that_are_the_whole_spec_take_only_their_id_from_the_experiment(self) -> None:
        own = {"model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "d"}, "num_epochs": 3}
        (stage,) = normalized(experiment({**TRAIN, "options": own}, training_config=None)).stages
        assert (stage.normalized.config.run_name, stage.normalized.config.num_epochs) == (
            "exp-supervised_train",
            3,
        )

    def test_nulls_mean_not_set(self) -> None:
        given = experiment({**TRAIN, "options": {"training_config": None}}, dataset=None)
        assert normalized(given).stages[0].normalized.config.num_epochs == 2
        assert normalized(experiment({**TRAIN, "options": None, "enabled": None})).stages[0].enabled

    def test_a_stage_that_does_not_train_reads_the_data_set_that_is_trained_on(self) -> None:
        check = {"name": "validate_data"}
        assert normalized(experiment(check)).stages[0].normalized.config.dataset_ref == {
            "name": "train.jsonl"
        }
        given = experiment(check, training_config=None, dataset={"name": "d"})
        assert normalized(given).stages[0].normalized.config.dataset_ref == {"name": "d"}
        own = {"name": "validate_data", "options": {"dataset_ref": {"name": "own"}}}
        assert normalized(experiment(own)).stages[0].normalized.config.dataset_ref == {"name": "own"}


class TestThePlan:
    def test_stages_that_come_twice_have_labels_of_their_own(self) -> None:
        found = normalized(experiment(TRAIN, {**TRAIN, "enabled": False}, {"name": "validate_data"}, TRAIN))
        assert [(one.label, one.stage, one.enabled) for one in found.stages] == [
            ("supervised_train", "supervised_train", True),
            ("supervised_train-2", "supervised_train", False),
            ("validate_data", "validate_data", True),
            ("supervised_train-3", "supervised_train", True),
        ]

    def test_as_json(self) -> None:
        found = normalized(experiment())
        (stage,) = found.stages
        assert found.to_json() == {
            "id": "exp",
            "stages": [
                {
                    "label": "supervised_train",
                    "stage": "supervised_train",
                    "enabled": True,
                    "config": stage.normalized.to_json(),
                }
            ],
        }

    def test_the_fingerprint_is_that_of_what_runs(self) -> None:
        base = normalized(experiment()).fingerprint
        described = experiment(TRAIN, {**TRAIN, "enabled": False}, description="said otherwise")
        assert normalized(described).fingerprint == base
        assert normalized(experiment({**TRAIN, "options": {"epochs": 9}})).fingerprint != base
        assert normalized(experiment(TRAIN, TRAIN)).fingerprint != base

    def test_what_is_not_checked_is_said_once(self) -> None:
        assert normalized(experiment(TRAIN, TRAIN)).unchecked == (
            "that the model 'byte-lm' can be loaded",
            "that the data set 'train.jsonl' exists, and its columns",
        )

    def test_an_experiment_object_gives_the_same(self) -> None:
        given = Experiment(
            id="exp",
            backend=BackendRef(id="local"),
            pipeline=(StageDef(name="supervised_train", options={"eval_every": 2, "validation_split": 0.1}),),
            training_config=from_map(SHARED, TrainingConfig),
        )
        options = {"eval_every": 2, "validation_split": 0.1}
        as_mapping = experiment({**TRAIN, "options": options})
        assert normalized(given).fingerprint == normalized(as_mapping).fingerprint
        assert normalized(given).experiment == normalized(as_mapping).experiment

    def test_ports_bring_their_own_backend(self) -> None:
        found = normalized(
            experiment(backend={"id": "elsewhere"}), Ports(training_client=LocalTrainingClient())
        )
        assert found.stages[0].normalized.backend_checked


class TestFindings:
    def test_an_unknown_stage_says_how_one_is_registered(self) -> None:
        match normalize_experiment(experiment({"name": "supervised_trian"})):
            case Err(error):
                (finding,) = error.diagnostics
            case unexpected:
                pytest.fail(str(unexpected))
        assert (finding.code, finding.loc) == ("CRU503", ("pipeline", 0, "name"))
        assert finding.hint == "did you mean `supervised_train`?"
        assert "entry-point group `crucible_train.stages`" in finding.message

    def test_a_stage_of_a_package_that_does_not_load(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install(tmp_path, monkeypatch, {"stages": {"gone": "no_such_module:Gone"}})
        assert findings(experiment({"name": "gone"})) == [("CRU505", "pipeline.0.name")]

    def test_disabled_stages_are_checked_like_the_others(self) -> None:
        given = experiment({**TRAIN, "enabled": False, "options": {"epochs": 0}})
        assert findings(given) == [("CRU202", "pipeline.0.options.epochs")]

    def test_a_mistake_in_a_shared_part_is_said_once_and_names_a_stage(self) -> None:
        shared = {**SHARED, "options": {"eval_evry": 3}}
        given = experiment(TRAIN, TRAIN, training_config=shared)
        assert findings(given) == [("CRU101", "training_config.options.eval_evry")]
        assert messages(given)[0].endswith("(in supervised_train)")

    def test_the_experiments_own_types_and_every_stage_in_one_pass(self) -> None:
        given = experiment(
            {**TRAIN, "options": {"learning_rate": "fast"}, "optoins": {}},
            {"options": {}},
            "supervised_train",
            {"name": "validate_data", "options": {"epochs": 3}},
            backend={"id": "locl"},
            tags="one",
        )
        assert sorted(findings(given)) == [
            ("CRU101", "pipeline.0.optoins"),
            ("CRU102", "pipeline.1.name"),
            ("CRU103", "pipeline.3.options.epochs"),
            ("CRU201", "pipeline.0.options.learning_rate"),
            ("CRU201", "pipeline.2"),
            ("CRU201", "tags"),
            ("CRU502", "backend.id"),
        ]

    def test_what_the_shared_training_config_lacks_is_said_once(self) -> None:
        given = experiment(training_config={"id": "a", "dataset_ref": {"name": "d"}})
        assert findings(given) == [("CRU102", "training_config.model_ref")]

    def test_a_spec_in_the_options_has_to_be_complete(self) -> None:
        given = experiment({**TRAIN, "options": {"epochs": 3}}, training_config=None)
        assert findings(given) == [
            ("CRU102", "pipeline.0.options.dataset_ref"),
            ("CRU102", "pipeline.0.options.model_ref"),
        ]

    @pytest.mark.parametrize("value", [3, "x", [1]])
    def test_a_training_config_that_is_no_mapping(self, value: Any) -> None:
        given = experiment({**TRAIN, "options": {"training_config": value}})
        assert findings(given) == [("CRU201", "pipeline.0.options.training_config")]
        assert findings(experiment(training_config=value)) == [("CRU201", "training_config")]

    @pytest.mark.parametrize("pipeline", [[], {}, "supervised_train", None, 3])
    def test_a_pipeline_that_is_none(self, pipeline: Any) -> None:
        ((_, place),) = findings({**experiment(), "pipeline": pipeline})
        assert place == "pipeline"

    @pytest.mark.parametrize("given", [None, 3, [1]])
    def test_an_experiment_that_is_none(self, given: Any) -> None:
        assert findings(given) == [("CRU201", "")]


class TestKeysInTheWrongPlace:
    def hints(self, given: Any) -> list[tuple[str, str | None]]:
        match normalize_experiment(given):
            case Err(error):
                return [(one.code, one.hint) for one in error.diagnostics]
            case unexpected:
                pytest.fail(str(unexpected))

    def test_a_key_of_the_training_config_at_the_top(self) -> None:
        assert self.hints(experiment(epochs=3)) == [("CRU107", "write it below `training_config`")]

    def test_a_key_of_a_stage_at_the_top(self) -> None:
        expected = [("CRU107", "write it in the options of supervised_train")]
        assert self.hints(experiment(lr_schedule="cosine")) == expected

    def test_a_key_of_a_stage_in_the_shared_training_config(self) -> None:
        expected = [("CRU107", "write `epochs`, or write it in the options of supervised_train")]
        assert self.hints(experiment(training_config={**SHARED, "epochs": None, "num_epochs": 3})) == expected
        expected = [("CRU107", "write it in the options of supervised_train")]
        assert self.hints(experiment(training_config={**SHARED, "max_steps": 3})) == expected

    def test_an_option_beside_the_stages_name(self) -> None:
        expected = [("CRU107", "write it below `options`")]
        assert self.hints(experiment({**TRAIN, "learning_rate": 0.1})) == expected

    def test_another_trainers_name_in_the_shared_training_config(self) -> None:
        (found,) = self.hints(experiment(training_config={**SHARED, "num_train_epochs": 3}))
        assert found[0] == "CRU104"

    def test_a_misspelt_key(self) -> None:
        expected = [("CRU101", "did you mean `pipeline`?")]
        given = {**experiment(), "pipelin": [TRAIN]}
        del given["pipeline"]
        assert self.hints(given) == expected


class TestWithoutEffect:
    def warned(self, given: Any) -> list[str]:
        assert {code for code, _ in findings(given, Severity.WARNING)} <= {"CRU406"}
        return [place for _, place in findings(given, Severity.WARNING)]

    @pytest.mark.parametrize(
        ("parts", "places"),
        [
            ({"baseline": {"id": "b"}}, ["baseline"]),
            ({"reliability": {"stats": {}}}, ["reliability"]),
            ({"model_version": {"id": "v", "model_id": "m", "version": "1.0.0"}}, ["model_version"]),
            ({"backend": {"id": "local", "profile": "fast"}}, ["backend.profile"]),
            ({"backend": {"id": "local", "fallback": {"id": "x"}}}, ["backend.fallback"]),
            ({"backend": {"id": "local", "endpoint_url": "u"}}, ["backend.endpoint_url"]),
            ({"dataset": {"name": "d"}}, ["dataset"]),
            ({"outputs": [{"name": "summary"}]}, ["outputs"]),
            ({"description": "d", "owner": "o", "tags": ["t"], "metadata": {"a": 1}}, []),
            ({"backend": {"id": "local", "profile": "default"}, "outputs": [], "baseline": None}, []),
        ],
    )
    def test_what_no_stage_acts_on(self, parts: dict[str, Any], places: list[str]) -> None:
        assert self.warned(experiment(**parts)) == places

    def test_what_a_stage_of_this_pipeline_acts_on(self) -> None:
        outputs = {"outputs": [{"name": "summary"}]}
        assert self.warned(experiment(TRAIN, {"name": "report"}, **outputs)) == []
        given = experiment({"name": "validate_data"}, training_config=None, dataset={"name": "d"})
        assert self.warned(given) == []

    def test_a_training_config_that_nothing_trains_with(self) -> None:
        assert self.warned(experiment({"name": "report"})) == ["training_config"]
        assert self.warned(experiment({"name": "validate_data"})) == []

    def test_a_module_and_a_pipeline_of_disabled_stages(self) -> None:
        off = {**TRAIN, "enabled": False, "module": "trainers"}
        assert self.warned(experiment(off)) == ["pipeline", "pipeline.0.module"]
