"""The mapping table of supervised fine-tuning: every row, in every form a spec comes in."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import TrainingConfig, from_map
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.schedule import WarmupSchedule
from crucible_train.loops.stage_config import Layer
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig
from crucible_train.schema.docstrings import field_docs
from tests.support.specs import BASE, errors, findings, normalized, warnings

# Training-config key, a value, the setting it becomes, its value there.
TABLE: list[tuple[str, Any, str, Any]] = [
    ("id", "my-run", "run_name", "my-run"),
    ("model_ref", {"id": "byte-lm"}, "training_config.model_ref", {"id": "byte-lm"}),
    ("dataset_ref", {"name": "t.jsonl"}, "dataset_ref", {"name": "t.jsonl"}),
    ("epochs", 3, "num_epochs", 3),
    ("batch_size", 16, "batch_size", 16),
    ("learning_rate", 0.01, "learning_rate", 0.01),
    ("optimizer", "adamw", "training_config.optimizer", "adamw"),
    ("loss_function", "cross_entropy", "training_config.loss_function", "cross_entropy"),
    ("seed", 17, "training_config.seed", 17),
    ("gradient_clipping", 1.5, "training_config.gradient_clipping", 1.5),
    ("checkpoint_every", 100, "save_every", 100),
    ("device", "cpu", "training_config.device", "cpu"),
    ("mixed_precision", False, "training_config.mixed_precision", False),
    ("metrics", ["loss"], "training_config.metrics", ["loss"]),
    ("validation_split", 0.1, "validation_split", 0.1),
    ("early_stopping", {"monitor": "loss"}, "early_stopping", EarlyStopping(monitor="train_mean_nll")),
]

# Option, a value, the setting it becomes.
CONVENTIONS: list[tuple[str, Any]] = [
    ("lr_schedule", "cosine"),
    ("log_path", "runs/x"),
    ("logger", "none"),
    ("save_every", 5),
    ("eval_every", 6),
    ("eval_dataset_ref", {"name": "e.jsonl"}),
    ("eval_batch_size", 7),
    ("adam_beta1", 0.8),
    ("adam_beta2", 0.99),
    ("adam_eps", 1e-6),
    ("max_length", 128),
    ("max_steps", 9),
    ("train_on", "all_tokens"),
    ("reduction", "sum"),
    ("drop_last_batch", True),
    ("submit_ahead", 2),
    ("sample_prompts", ["Hi"]),
    ("sample_max_tokens", 10),
    ("sample_temperature", 0.0),
    ("num_epochs", 4),
    ("batch_size", 8),
    ("learning_rate", 0.5),
    ("validation_split", 0.2),
    ("early_stopping", {"monitor": "loss"}),
    ("backend", "local"),
]

DEFAULTS: dict[str, Any] = {
    "backend": None,
    "training_config": {"seed": 0},
    "run_name": None,
    "dataset_ref": None,
    "eval_dataset_ref": None,
    "num_epochs": 1,
    "max_steps": None,
    "batch_size": None,
    "learning_rate": 1e-4,
    "lr_schedule": "linear",
    "adam_beta1": 0.9,
    "adam_beta2": 0.95,
    "adam_eps": 1e-8,
    "reduction": "token_mean",
    "train_on": "all_assistant",
    "max_length": None,
    "drop_last_batch": False,
    "submit_ahead": 1,
    "validation_split": None,
    "eval_every": 0,
    "eval_batch_size": None,
    "early_stopping": None,
    "save_every": 0,
    "log_path": None,
    "logger": None,
    "sample_prompts": (),
    "sample_max_tokens": 80,
    "sample_temperature": 0.7,
}


def setting(config: SupervisedConfig, name: str) -> Any:
    head, _, key = name.partition(".")
    return config.training_config[key] if key else getattr(config, head)


class TestEachRow:
    @pytest.mark.parametrize(("key", "value", "name", "expected"), TABLE)
    def test_of_a_training_config(self, key: str, value: Any, name: str, expected: Any) -> None:
        config = normalized(from_map({**BASE, key: value}, TrainingConfig)).config
        assert setting(config, name) == expected

    @pytest.mark.parametrize(("key", "value", "name", "expected"), TABLE)
    def test_of_a_mapping(self, key: str, value: Any, name: str, expected: Any) -> None:
        assert setting(normalized({**BASE, key: value}).config, name) == expected

    @pytest.mark.parametrize(("key", "value", "name", "expected"), TABLE)
    def test_of_a_mapping_with_the_stages_own_name(
        self, key: str, value: Any, name: str, expected: Any
    ) -> None:
        head, _, gathered = name.partition(".")
        rest = {name: BASE[name] for name in BASE if name != key}
        spec = {**rest, head: {gathered: value} if gathered else value}
        assert setting(normalized(spec).config, name) == expected

    @pytest.mark.parametrize(("key", "value", "name", "expected"), TABLE)
    def test_of_direct_stage_keys(self, key: str, value: Any, name: str, expected: Any) -> None:
        own_name = key if name.startswith("training_config.") else name
        for keys in ({own_name: value}, {key: value}):
            assert setting(normalized(**keys).config, name) == expected
            assert setting(normalized(BASE, **keys).config, name) == expected

    @pytest.mark.parametrize(("key", "value", "name", "expected"), TABLE)
    def test_of_the_model_alone(self, key: str, value: Any, name: str, expected: Any) -> None:
        assert setting(SupervisedConfig.model_validate({key: value}), name) == expected


class TestOptions:
    @pytest.mark.parametrize(("name", "value"), CONVENTIONS)
    @pytest.mark.parametrize("form", ["training config", "mapping", "beside", "direct", "alone"])
    def test_a_convention_key_becomes_its_field(self, form: str, name: str, value: Any) -> None:
        spec = {**BASE, "options": {name: value}}
        config = {
            "training config": lambda: normalized(from_map(spec, TrainingConfig)).config,
            "mapping": lambda: normalized(spec).config,
            "beside": lambda: normalized({**BASE, name: value}).config,
            "direct": lambda: normalized(**{name: value}).config,
            "alone": lambda: SupervisedConfig.model_validate({"options": {name: value}}),
        }[form]()
        expected = SupervisedConfig.model_validate({name: value})
        assert getattr(config, name) == getattr(expected, name) != DEFAULTS[name]
        assert name not in config.training_config

    def test_every_field_that_options_may_set_is_a_convention_key(self) -> None:
        assert {name for name, _ in CONVENTIONS} == SupervisedConfig.option_keys()

    def test_the_rest_is_told_to_the_backend(self) -> None:
        config = normalized({**BASE, "options": {"lora_rank": 8, "weight_decay": 0.1}}).config
        assert config.training_config == {
            "model_ref": {"id": "byte-lm"},
            "seed": 0,
            "lora_rank": 8,
            "weight_decay": 0.1,
        }

    def test_the_last_write_wins(self) -> None:
        spec = {**BASE, "seed": 1, "options": {"seed": 2}, "training_config": {"seed": 3}}
        assert normalized(spec).config.training_config["seed"] == 3
        del spec["training_config"]
        assert normalized(spec).config.training_config["seed"] == 2


class TestCompleteness:
    def test_every_training_config_field_has_exactly_one_row(self) -> None:
        sources = [row.source for row in SupervisedConfig.mapping_table()]
        assert sorted(sources) == sorted(TrainingConfig.model_fields)

    def test_the_table_here_is_the_models(self) -> None:
        rows = {row.source: row.target for row in SupervisedConfig.mapping_table() if row.rule != "lifted"}
        assert rows == {
            key: f'training_config["{key}"]' if name.startswith("training_config.") else name
            for key, _, name, _ in TABLE
        }

    def test_the_table_in_the_modules_docstring_names_every_key(self) -> None:
        import crucible_train.loops.supervised.config as module

        assert all(f"`{key}`" in (module.__doc__ or "") for key in TrainingConfig.model_fields)

    def test_every_field_has_a_meaning(self) -> None:
        for model in (SupervisedConfig, EarlyStopping, WarmupSchedule):
            assert set(field_docs(model)) == set(model.model_fields)


class TestDefaults:
    def test_are_the_stages_own(self) -> None:
        config = normalized(BASE).config
        expected = DEFAULTS | {
            "run_name": "a",
            "dataset_ref": {"name": "d"},
            "training_config": {"seed": 0, "model_ref": {"id": "byte-lm"}},
        }
        assert dict(config) == expected

    def test_of_the_ir_never_leak_from_a_training_config(self) -> None:
        from_ir = normalized(from_map(BASE, TrainingConfig)).config
        assert from_ir == normalized(BASE).config
        assert (from_ir.learning_rate, from_ir.batch_size) == (1e-4, None)

    def test_of_the_ir_count_when_they_were_written(self) -> None:
        written = {"learning_rate": 0.001, "batch_size": 32, "epochs": 1, "metrics": ["loss", "accuracy"]}
        config = normalized(from_map({**BASE, **written}, TrainingConfig)).config
        assert (config.learning_rate, config.batch_size, config.num_epochs) == (0.001, 32, 1)
        assert config.training_config["metrics"] == ["loss", "accuracy"]

    @pytest.mark.parametrize("key", [key for key, *_ in TABLE if key not in BASE])
    def test_an_explicit_null_means_not_set(self, key: str) -> None:
        plain = normalized(BASE).config
        assert normalized({**BASE, key: None}).config == plain
        assert normalized(from_map({**BASE, key: None}, TrainingConfig)).config == plain
        assert normalized(BASE, **{key: None}).config == plain

    @pytest.mark.parametrize("name", [name for name, _ in CONVENTIONS])
    def test_a_null_option_means_not_set(self, name: str) -> None:
        assert normalized({**BASE, "options": {name: None}}).config == normalized(BASE).config
        assert normalized({**BASE, name: None}).config == normalized(BASE).config


RATES: dict[Layer, Source] = {
    Layer.SETTINGS: Source({"learning_rate": 0.1}, Layer.SETTINGS),
    Layer.EXPERIMENT: Source({"learning_rate": 0.2}, Layer.EXPERIMENT),
    Layer.IR: Source({**BASE, "learning_rate": 0.3}),
    Layer.OPTIONS: Source({**BASE, "options": {"learning_rate": 0.4}}),
    Layer.DIRECT: Source({"learning_rate": 0.5}, Layer.DIRECT),
    Layer.SET: Source({"learning_rate": 0.6}, Layer.SET),
    Layer.FLAG: Source({"learning_rate": 0.7}, Layer.FLAG),
}


class TestPrecedence:
    @pytest.mark.parametrize(("lower", "higher"), [*itertools.combinations(RATES, 2)])
    def test_default_settings_ir_options_direct_set_flag(self, lower: Layer, higher: Layer) -> None:
        sources = [RATES[lower], RATES[higher]]
        if not any(source.layer is None for source in sources):
            sources.insert(0, Source(BASE))
        found = normalize_sources(sources).unwrap()
        assert found.config.learning_rate == higher / 10
        assert found.provenance["learning_rate"].layer is higher

    @pytest.mark.parametrize("layer", RATES)
    def test_everything_wins_over_the_default(self, layer: Layer) -> None:
        found = normalize_sources([Source(BASE), RATES[layer]]).unwrap()
        assert found.provenance["learning_rate"].layer is layer
        assert normalized(BASE).provenance["learning_rate"].layer is Layer.DEFAULT

    def test_the_one_that_loses_in_the_same_spec_is_a_warning(self) -> None:
        spec = {**BASE, "epochs": 2, "options": {"num_epochs": 3}}
        assert normalized(spec).config.num_epochs == 3
        assert warnings(spec) == [("CRU401", "epochs")]


class TestTwoNames:
    @pytest.mark.parametrize(
        ("key", "name"), [("epochs", "num_epochs"), ("id", "run_name"), ("checkpoint_every", "save_every")]
    )
    def test_of_one_setting_are_refused(self, key: str, name: str) -> None:
        value = "x" if key == "id" else 3
        assert errors({**BASE, key: value, name: value}) == [("CRU105", name)]
        assert errors(**{key: value, name: value}) == [("CRU105", name)]
        with pytest.raises(ValidationError, match=f"`{key}` and `{name}` are two names of one setting"):
            SupervisedConfig.model_validate({key: value, name: value})

    def test_may_come_from_two_places(self) -> None:
        assert normalized({**BASE, "epochs": 2}, num_epochs=3).config.num_epochs == 3


class TestSchedule:
    @pytest.mark.parametrize("word", ["linear", "cosine", "constant"])
    def test_a_name_in_any_case(self, word: str) -> None:
        for written in (word, word.upper(), word.capitalize()):
            assert normalized(lr_schedule=written).config.lr_schedule == word

    def test_a_warm_up_before_another(self) -> None:
        nested = {"warmup": 5, "schedule": {"warmup": 0, "schedule": "Cosine"}}
        config = normalized(lr_schedule=nested).config
        assert config.lr_schedule == WarmupSchedule(
            warmup=5, schedule=WarmupSchedule(warmup=0, schedule="cosine")
        )
        assert config.model_dump(mode="json")["lr_schedule"] == {
            "warmup": 5,
            "schedule": {"warmup": 0, "schedule": "cosine"},
        }

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("cosin", [("CRU203", "lr_schedule")]),
            (3, [("CRU203", "lr_schedule")]),
            ([], [("CRU203", "lr_schedule")]),
            ({"warmup": 5}, [("CRU102", "lr_schedule.schedule")]),
            ({"schedule": "linear"}, [("CRU102", "lr_schedule.warmup")]),
            ({"warmup": -1, "schedule": "linear"}, [("CRU202", "lr_schedule.warmup")]),
            ({"warmup": 2.0, "schedule": "linear"}, [("CRU201", "lr_schedule.warmup")]),
            ({"warmup": "5", "schedule": "linear"}, [("CRU205", "lr_schedule.warmup")]),
            ({"warmup": 5, "schedule": "linear", "wormup": 1}, [("CRU101", "lr_schedule.wormup")]),
            (
                {"warmup": 5, "schedule": {"warmup": -1, "schedule": "x"}},
                [("CRU202", "lr_schedule.schedule.warmup"), ("CRU203", "lr_schedule.schedule.schedule")],
            ),
        ],
    )
    def test_anything_else_is_one_finding_for_each_mistake(
        self, value: Any, expected: list[tuple[str, str]]
    ) -> None:
        assert sorted(errors(lr_schedule=value)) == sorted(expected)

    def test_deep_nesting_is_refused_and_not_followed(self) -> None:
        schedule: Any = "linear"
        for _ in range(5000):
            schedule = {"warmup": 1, "schedule": schedule}
        assert errors(lr_schedule=schedule)
        assert errors({**BASE, "options": {"lr_schedule": schedule}})


class TestEarlyStopping:
    @pytest.mark.parametrize(
        ("written", "metric"),
        [
            ("val_loss", "eval_mean_nll"),
            ("eval_loss", "eval_mean_nll"),
            ("validation_loss", "eval_mean_nll"),
            ("loss", "train_mean_nll"),
            ("train_loss", "train_mean_nll"),
            ("eval_bits_per_byte", "eval_bits_per_byte"),
            ("train_bits_per_byte", "train_bits_per_byte"),
        ],
    )
    def test_monitors_a_metric_by_any_of_its_names(self, written: str, metric: str) -> None:
        assert EarlyStopping.model_validate({"monitor": written}).monitor == metric

    def test_has_defaults(self) -> None:
        assert dict(EarlyStopping()) == {
            "monitor": "eval_mean_nll",
            "patience": 3,
            "min_delta": 0.0,
            "mode": "min",
        }

    @pytest.mark.parametrize(
        ("key", "value", "code"),
        [
            ("monitor", "val_los", "CRU203"),
            ("monitor", 3, "CRU203"),
            ("patience", 0, "CRU202"),
            ("patience", 1.0, "CRU201"),
            ("min_delta", -0.1, "CRU202"),
            ("min_delta", "0", "CRU205"),
            ("mode", "lowest", "CRU203"),
            ("patiense", 3, "CRU101"),
        ],
    )
    def test_is_typed(self, key: str, value: object, code: str) -> None:
        spec = {**BASE, "early_stopping": {"monitor": "loss", key: value}}
        assert errors(spec) == [(code, f"early_stopping.{key}")]

    def test_a_misspelt_metric_is_compared_with_every_name(self) -> None:
        (finding,) = findings({**BASE, "early_stopping": {"monitor": "val_los"}})
        assert finding.hint == "did you mean `val_loss`?"


class TestRanges:
    @pytest.mark.parametrize(
        ("name", "refused", "accepted"),
        [
            ("num_epochs", 0, 1),
            ("max_steps", 0, 1),
            ("batch_size", 0, 1),
            ("learning_rate", 0, 1e-9),
            ("adam_beta1", 1, 0),
            ("adam_beta2", 1.0, 0.0),
            ("adam_eps", 0, 1e-12),
            ("max_length", 1, 2),
            ("submit_ahead", -1, 0),
            ("submit_ahead", 65, 64),
            ("validation_split", 1, 0),
            ("eval_every", -1, 0),
            ("eval_batch_size", 0, 1),
            ("save_every", -1, 0),
            ("sample_max_tokens", 0, 1),
            ("sample_temperature", -0.1, 0),
            ("sample_temperature", 2.1, 2),
        ],
    )
    def test_of_numbers(self, name: str, refused: float, accepted: float) -> None:
        assert errors(**{name: refused}) == [("CRU202", name)]
        assert errors(**{name: accepted}) == []

    @pytest.mark.parametrize("name", ["run_name", "log_path", "backend"])
    def test_names_have_characters(self, name: str) -> None:
        assert errors(**{name: ""}) == [("CRU204", name)]

    @pytest.mark.parametrize("value", ["Hi", {"Hi"}, ["Hi", 3]])
    def test_prompts_are_a_list_of_texts(self, value: object) -> None:
        assert [code for code, _ in errors(sample_prompts=value)] == ["CRU201"]

    def test_prompts_are_kept_as_a_tuple(self) -> None:
        assert normalized(sample_prompts=["a", "b"]).config.sample_prompts == ("a", "b")
