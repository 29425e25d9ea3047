"""`normalize`: what it takes, what it gives, and with which code it refuses."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest

from crucible_ir import DatasetRef, ModelRef, TrainingConfig, from_json, from_map, to_json
from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode
from crucible_train.ir.normalize import normalize, normalize_sources
from crucible_train.ir.resolve import resolve
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.ports import Ports
from crucible_train.result import Err, Ok
from tests.support.specs import BASE, errors, findings, normalized, warnings
from tests.support.toy_backend import ToyTrainingClient


def error(*arguments: Any, **keys: Any) -> NormalizeError:
    match normalize(*arguments, **keys):
        case Err(problem):
            return problem
        case Ok(found):
            raise AssertionError(found)


class TestForms:
    def test_a_training_config(self) -> None:
        config = TrainingConfig(
            id="a", model_ref=ModelRef(id="m"), dataset_ref=DatasetRef(name="d"), epochs=3
        )
        found = normalized(config)
        assert type(found.config) is SupervisedConfig
        assert found.config.num_epochs == 3

    def test_a_mapping_of_any_kind(self) -> None:
        for mapping in (BASE, OrderedDict(BASE), MappingProxyType(BASE)):
            assert normalized(mapping).config == normalized(from_map(BASE, TrainingConfig)).config

    def test_direct_stage_keys_are_a_whole_spec(self) -> None:
        found = normalized(num_epochs=3, model_ref={"id": "m"})
        assert found.config.num_epochs == 3
        assert found.config.run_name is None

    def test_direct_keys_win_over_the_training_config(self) -> None:
        assert normalized({**BASE, "epochs": 2}, num_epochs=3).config.num_epochs == 3
        assert normalized({**BASE, "epochs": 2}, epochs=3).config.num_epochs == 3
        assert normalized(
            {**BASE, "options": {"eval_every": 1, "rank": 8}}, options={"eval_every": 2}
        ).config == (normalized({**BASE, "options": {"eval_every": 2, "rank": 8}}).config)

    def test_a_direct_reference_replaces_the_whole_of_it(self) -> None:
        spec = {**BASE, "dataset_ref": {"name": "d", "split": "test"}}
        assert normalized(spec, dataset_ref={"name": "e"}).config.dataset_ref == {"name": "e"}
        assert errors(spec, dataset_ref={"split": "train"}) == [("CRU102", "dataset_ref.name")]

    def test_a_direct_null_leaves_what_the_training_config_says(self) -> None:
        spec = {**BASE, "model_ref": {"id": "m", "task": "x"}}
        assert normalized(spec, model_ref=None).config == normalized(spec).config
        wrong = {**BASE, "model_ref": {"id": "m", "tusk": "x"}}
        assert errors(wrong, model_ref=None) == [("CRU101", "model_ref.tusk")]

    def test_the_callers_mapping_is_left_alone(self) -> None:
        spec = {**BASE, "epochs": None, "options": {"lr_schedule": "COSINE", "rank": 8}}
        before = repr(spec)
        normalized(spec)
        assert repr(spec) == before


class TestMissingTrainingConfig:
    def test_nothing_at_all(self) -> None:
        problem = error()
        assert problem.code is NormalizeErrorCode.MISSING_TRAINING_CONFIG
        assert str(problem) == (
            "missing_training_config: nothing to normalise: pass a training config, or stage keys"
        )

    def test_settings_alone_are_no_spec(self) -> None:
        sources = [
            Source({"backend": "local"}, Layer.SETTINGS),
            Source({"backend": "local"}, Layer.DEFAULT),
        ]
        for given in ([], sources):
            match normalize_sources(given):
                case Err(problem):
                    assert problem.code is NormalizeErrorCode.MISSING_TRAINING_CONFIG
                case Ok(found):
                    raise AssertionError(found)

    def test_an_empty_mapping_is_a_spec_that_lacks_everything(self) -> None:
        assert errors({}) == [("CRU102", "dataset_ref"), ("CRU102", "id"), ("CRU102", "model_ref")]


class TestUnsupportedTrainingConfig:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("abc", "the text 'abc'"),
            (3, "the number 3"),
            ([1], "a list"),
            (True, "true"),
            (object(), "a object"),
        ],
    )
    def test_something_else_than_a_training_config(self, value: Any, words: str) -> None:
        problem = error(value)
        assert problem.code is NormalizeErrorCode.UNSUPPORTED_TRAINING_CONFIG
        (finding,) = problem.diagnostics
        assert finding.code == "CRU201"
        assert finding.message == f"a training config must be a TrainingConfig or a mapping, not {words}"

    def test_keys_that_are_no_text_hide_nothing(self) -> None:
        assert errors({**BASE, 1: 2, None: 3, "epochs": "x"}) == [
            ("CRU016", ""),
            ("CRU016", ""),
            ("CRU201", "epochs"),
        ]

    def test_a_stage_nobody_registered(self) -> None:
        (finding,) = error(BASE, stage="supervised").diagnostics
        assert (finding.code, finding.hint) == ("CRU503", "did you mean `supervised_train`?")
        (finding,) = error(BASE, stage="xyz").diagnostics
        assert finding.hint is None
        assert "registers its own in the entry-point group `crucible_train.stages`" in finding.message

    def test_carries_every_finding_warnings_too(self) -> None:
        problem = error({**BASE, "epochs": 0, "learning_rat": 1, "validation_split": 0.1})
        assert problem.message == "2 problems found"
        assert [finding.code for finding in problem.diagnostics] == ["CRU101", "CRU202", "CRU402"]
        assert error({**BASE, "epochs": 0}).message == "1 problem found"

    def test_prints_every_finding(self) -> None:
        text = str(error({**BASE, "epochs": 0}))
        assert text == (
            "unsupported_training_config: 1 problem found\n  CRU202 `epochs` must be at least 1, not 0"
        )


class TestMissingPorts:
    @pytest.mark.parametrize("ports", [None, Ports()])
    def test_a_spec_resolves_through_ports(self, ports: Ports | None) -> None:
        match resolve(normalized(BASE), ports):
            case Err(problem):
                assert problem.code is NormalizeErrorCode.MISSING_PORTS
                assert all(
                    name in problem.message for name in ("training_client", "dataset_store", "tokenizer")
                )
            case Ok(found):
                raise AssertionError(found)


class TestBackend:
    """Whether a backend can honour the settings, where one is known."""

    def test_that_the_spec_names(self, toy_backend: str) -> None:
        assert errors({**BASE, "backend": toy_backend, "optimizer": "adamm"}) == [("CRU501", "optimizer")]
        assert errors({**BASE, "options": {"backend": toy_backend, "rank": 8}}) == [
            ("CRU101", "options.rank")
        ]

    def test_that_is_wired(self) -> None:
        ports = Ports(training_client=ToyTrainingClient())
        assert errors(BASE | {"device": "cuda"}, ports=ports) == [("CRU501", "device")]
        assert errors(BASE, ports=Ports()) == []

    def test_that_nobody_registered(self) -> None:
        (finding,) = findings({**BASE, "backend": "locl"})
        assert (finding.code, finding.loc, finding.hint) == ("CRU502", ("backend",), "did you mean `local`?")

    def test_that_was_not_chosen_goes_unchecked_and_is_said_so(self, toy_backend: str) -> None:
        assert normalized(BASE).unchecked == (
            "whether a backend can honour the settings: none was chosen",
            "that the model 'byte-lm' can be loaded",
            "that the data set 'd' exists, and its columns",
        )
        evaluated = {**BASE, "backend": toy_backend, "eval_every": 1, "eval_dataset_ref": {"name": "e"}}
        assert normalized(evaluated).unchecked == (
            "that the model 'byte-lm' can be loaded",
            "that the data set 'd' exists, and its columns",
            "that the data set 'e' exists, and its columns",
        )
        assert normalized(num_epochs=1, backend=toy_backend).unchecked == ()

    def test_finds_every_setting_it_cannot_honour(self, toy_backend: str) -> None:
        spec = {
            **BASE,
            "backend": toy_backend,
            "optimizer": "adamw_bogus",
            "device": "cuda",
            "mixed_precision": True,
            "options": {"wieght_decay": 0.1, "weight_decay": -1.0},
        }
        assert errors(spec) == [
            ("CRU101", "options.wieght_decay"),
            ("CRU202", "options.weight_decay"),
            ("CRU501", "device"),
            ("CRU501", "mixed_precision"),
            ("CRU501", "optimizer"),
        ]
        by_code = {finding.loc[-1]: finding for finding in findings(spec)}
        assert by_code["mixed_precision"].message == (
            "the toy backend: `mixed_precision` must be `false`, not true"
        )
        assert by_code["wieght_decay"].hint == "did you mean `weight_decay`?"

    def test_a_value_that_is_wrong_for_all_is_found_once(self, toy_backend: str) -> None:
        spec = {**BASE, "backend": toy_backend, "seed": -1, "model_ref": "byte-lm", "device": 3}
        assert errors(spec) == [("CRU201", "device"), ("CRU201", "model_ref"), ("CRU202", "seed")]

    @pytest.mark.parametrize("value", [3, "", True])
    def test_a_name_that_is_none_is_found_once(self, value: object) -> None:
        assert [place for _, place in errors({**BASE, "backend": value})] == ["backend"]

    def test_data_set_stores_are_known_then(self, toy_backend: str) -> None:
        spec = {**BASE, "backend": toy_backend, "dataset_ref": {"name": "d", "provider": "file"}}
        (finding,) = findings(spec)
        assert (finding.code, finding.loc) == ("CRU504", ("dataset_ref", "provider"))
        assert finding.hint == "did you mean `files`?"
        evaluated = {"eval_every": 1, "eval_dataset_ref": {"name": "e", "provider": "zzz"}}
        (finding,) = findings({**BASE, "backend": toy_backend, "options": evaluated})
        assert (finding.code, finding.loc) == ("CRU504", ("options", "eval_dataset_ref", "provider"))
        assert finding.hint == "plug-ins register in `crucible_train.dataset_store`"

    def test_defaults_that_were_written_out_say_where_they_are_from(self) -> None:
        config = TrainingConfig(
            id="a", model_ref=ModelRef(id="byte-lm"), dataset_ref=DatasetRef(name="d"), seed=1
        )
        written = from_json(to_json(config), TrainingConfig)
        found = normalize(written, backend="local")
        assert isinstance(found, Err)
        hints = {finding.code: finding.hint for finding in found.error.diagnostics}
        hint = "remove it: it is the IR's default, which `to_json(..., explicit_only=True)` leaves out"
        assert hints == {"CRU501": hint, "CRU504": hint}
        short = from_json(to_json(config, explicit_only=True), TrainingConfig)
        assert isinstance(normalize(short, backend="local"), Ok)

    def test_another_framework_gets_no_such_hint(self) -> None:
        spec = {**BASE, "model_ref": {"id": "byte-lm", "framework": "jax"}, "backend": "local"}
        (finding,) = findings(spec)
        assert (finding.code, finding.hint) == ("CRU501", None)

    def test_an_option_that_looks_like_ours_is_suspicious_while_there_is_no_backend(self) -> None:
        options = {"eval_evry": 3, "beta": 0.1, "lr": 1.0, "lora_rank": 8}
        assert warnings({**BASE, "options": options}) == [
            ("CRU106", "options.beta"),
            ("CRU106", "options.eval_evry"),
            ("CRU106", "options.lr"),
        ]
        assert warnings({**BASE, "training_config": options}) == [
            ("CRU106", "training_config.beta"),
            ("CRU106", "training_config.eval_evry"),
            ("CRU106", "training_config.lr"),
        ]

    def test_the_backends_own_keys_are_not(self) -> None:
        options = {"optimizer": "x", "seed": 1, "metrics": []}
        assert findings({**BASE, "options": options}) == []


class TestStrangeValues:
    """`normalize` answers; it does not raise."""

    @pytest.mark.parametrize(
        "key", ["model_ref", "dataset_ref", "eval_dataset_ref", "early_stopping", "options"]
    )
    @pytest.mark.parametrize("value", ["gpt2", 3, [], [["id", "x"]], True, 1.5])
    @pytest.mark.parametrize("backend", [None, "local"])
    def test_where_a_mapping_belongs(self, key: str, value: object, backend: str | None) -> None:
        assert errors({**BASE, key: value, "backend": backend}) == [("CRU201", key)]
        assert errors({key: value}, stage="supervised_train") != []
        assert errors(**{key: value}) == [("CRU201", key)]

    def test_numbers_too_long_to_write_out(self) -> None:
        for value in (-(10**5000), 10**5000):
            (finding,) = findings({**BASE, "learning_rate": value})
            assert len(finding.message) < 200
        assert errors({**BASE, "epochs": -(10**5000)}) == [("CRU202", "epochs")]

    def test_values_that_are_no_data(self) -> None:
        spec = {
            **BASE,
            "id": b"x",
            "epochs": object(),
            "options": {"x": object(), "y": [float("nan")], "z": {1: 2}},
        }
        assert errors(spec) == [
            ("CRU014", "options.y.0"),
            ("CRU016", "options.z"),
            ("CRU201", "epochs"),
            ("CRU201", "id"),
            ("CRU206", "options.x"),
        ]

    def test_what_the_backend_is_told_is_data_too(self) -> None:
        told = {"x": float("inf"), "y": object(), 1: 2}
        assert errors({**BASE, "training_config": told}) == [
            ("CRU014", "training_config.x"),
            ("CRU016", "training_config"),
            ("CRU206", "training_config.y"),
        ]
        assert errors({**BASE, "training_config": "x"}) == [("CRU201", "training_config")]

    def test_half_a_surrogate_pair(self) -> None:
        assert errors({**BASE, "id": "\ud800", "options": {"x": "\ud800"}}) == [
            ("CRU206", "id"),
            ("CRU206", "options.x"),
        ]

    @pytest.mark.parametrize("depth", [99, 100, 1_000, 100_000])
    def test_depth(self, depth: int) -> None:
        deep: Any = []
        for _ in range(depth):
            deep = [deep]
        for key in ("options", "training_config"):
            found = errors({**BASE, key: {"x": deep}})
            assert found == ([] if depth < 99 else [("CRU206", f"{key}.x")])
        assert errors({**BASE, "model_ref": deep}) == [("CRU201", "model_ref")]
        assert errors({**BASE, "zz": deep}) == [("CRU101", "zz")]
