"""Rules between the settings of a supervised run: each with what breaks it, and without."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.loops.supervised.checks import check, warmup_steps
from crucible_train.loops.supervised.config import SupervisedConfig


def found(
    total_steps: int | None = None, broken: frozenset[str] = frozenset(), **settings: Any
) -> list[tuple[str, str]]:
    config = SupervisedConfig.model_validate(settings)
    assert config.findings(total_steps, broken) == check(config, total_steps, broken)
    return [(finding.code, str(finding.loc[0])) for finding in check(config, total_steps, broken)]


HELD_OUT = {"validation_split": 0.1, "eval_every": 5}
EVAL_SET = {"eval_dataset_ref": {"name": "e"}, "eval_every": 5}


def test_the_defaults_contradict_nothing() -> None:
    assert found() == []
    assert found(total_steps=1) == []


class TestEvaluation:
    def test_one_source_of_evaluation_data(self) -> None:
        assert found(**HELD_OUT) == []
        assert found(**EVAL_SET) == []
        assert found(**HELD_OUT, eval_dataset_ref={"name": "e"}) == [("CRU301", "validation_split")]

    def test_data_that_is_held_out_is_evaluated_on(self) -> None:
        assert found(validation_split=0.1) == [("CRU402", "validation_split")]
        assert found(eval_dataset_ref={"name": "e"}) == [("CRU402", "eval_dataset_ref")]

    def test_holding_out_nothing_is_no_evaluation_data(self) -> None:
        assert found(validation_split=0) == []
        assert found(validation_split=0, eval_every=5) == [("CRU404", "eval_every")]

    def test_evaluation_has_data(self) -> None:
        assert found(eval_every=5) == [("CRU404", "eval_every")]

    def test_the_size_of_an_evaluation_batch_needs_an_evaluation(self) -> None:
        assert found(**HELD_OUT, eval_batch_size=4) == []
        assert found(eval_batch_size=4) == [("CRU405", "eval_batch_size")]
        assert found(validation_split=0.1, eval_batch_size=4) == [
            ("CRU402", "validation_split"),
            ("CRU405", "eval_batch_size"),
        ]

    def test_early_stopping_watches_what_is_measured(self) -> None:
        assert found(**HELD_OUT, early_stopping={}) == []
        assert found(**EVAL_SET, early_stopping={}) == []
        assert found(early_stopping={"monitor": "loss"}) == []
        assert found(early_stopping={}) == [("CRU302", "early_stopping")]
        assert ("CRU302", "early_stopping") in found(validation_split=0.1, early_stopping={})

    def test_only_contradictions_are_errors(self) -> None:
        config = SupervisedConfig.model_validate(
            {"validation_split": 0.1, "eval_dataset_ref": {"name": "e"}, "early_stopping": {}}
        )
        severities = {finding.code: finding.severity for finding in check(config)}
        assert severities == {
            "CRU301": Severity.ERROR,
            "CRU302": Severity.ERROR,
            "CRU402": Severity.WARNING,
        }


class TestOptimizer:
    @pytest.mark.parametrize("name", ["adam_beta1", "adam_beta2", "adam_eps"])
    def test_settings_of_adam_need_adam(self, name: str) -> None:
        assert found(optimizer="sgd", **{name: 0.5}) == [("CRU303", name)]
        assert found(optimizer="adam", **{name: 0.5}) == []
        assert found(optimizer="sgd") == []
        assert found(**{name: 0.5}) == []


class TestSamples:
    @pytest.mark.parametrize("name", ["sample_max_tokens", "sample_temperature"])
    def test_settings_of_samples_need_prompts(self, name: str) -> None:
        assert found(**{name: 1}) == [("CRU405", name)]
        assert found(**{name: 1}, sample_prompts=["Hi"]) == []


class TestLengths:
    @pytest.mark.parametrize("name", ["save_every", "eval_every"])
    def test_an_interval_fits_into_the_training(self, name: str) -> None:
        evaluation = {"validation_split": 0.1, "eval_every": 1}
        assert found(**evaluation | {name: 10}, max_steps=10) == []
        assert found(**evaluation | {name: 11}, max_steps=10) == [("CRU403", name)]

    def test_a_warm_up_ends_before_the_training_does(self) -> None:
        schedule = {"warmup": 9, "schedule": "linear"}
        assert found(lr_schedule=schedule, max_steps=10) == []
        assert found(lr_schedule=schedule, max_steps=9) == [("CRU403", "lr_schedule")]

    def test_warm_ups_add_up(self) -> None:
        config = SupervisedConfig.model_validate(
            {"lr_schedule": {"warmup": 5, "schedule": {"warmup": 6, "schedule": "linear"}}}
        )
        assert warmup_steps(config.lr_schedule) == 11
        assert [finding.code for finding in check(config, 11)] == ["CRU403"]
        assert check(config, 12) == []

    def test_the_length_is_what_the_plan_says_or_what_bounds_it(self) -> None:
        assert found(save_every=10) == []
        assert found(9, save_every=10) == [("CRU403", "save_every")]
        assert found(100, save_every=10, max_steps=9) == [("CRU403", "save_every")]
        assert found(9, save_every=10, max_steps=100) == [("CRU403", "save_every")]


class TestBroken:
    """A rule that involves a setting whose given value was wrong says nothing."""

    @pytest.mark.parametrize("name", ["validation_split", "eval_dataset_ref", "eval_every"])
    def test_evaluation(self, name: str) -> None:
        assert found(broken=frozenset({name}), eval_every=5, early_stopping={}) == []

    @pytest.mark.parametrize("name", ["eval_batch_size", "early_stopping"])
    def test_one_of_the_evaluations_settings(self, name: str) -> None:
        settings = {"eval_batch_size": 4, "early_stopping": {}}
        assert name not in [at for _, at in found(broken=frozenset({name}), **settings)]
        assert len(found(broken=frozenset({name}), **settings)) == 1

    def test_prompts_and_lengths(self) -> None:
        assert found(broken=frozenset({"sample_prompts"}), sample_max_tokens=3) == []
        assert found(broken=frozenset({"max_steps"}), save_every=10, max_steps=3) == []

    def test_others_do_not_matter(self) -> None:
        assert found(broken=frozenset({"num_epochs"}), eval_every=5) == [("CRU404", "eval_every")]
