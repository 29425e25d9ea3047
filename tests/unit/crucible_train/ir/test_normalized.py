"""`Normalized`: where every value comes from, and when two specs are the same run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field

from crucible_ir import TrainingConfig, from_map
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.normalized import Normalized, Provenance
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.result import Err, Ok
from tests.support.specs import BASE, from_text, normalized

TEXT = """\
id: a
model_ref: {id: m}
dataset_ref: {name: d}
epochs: 3
seed: 7
eval_every: 5
validation_split: 0.1
options:
  lr_schedule: COSINE
  rank: 8
  num_epochs: 4
training_config: {alpha: 16}
"""


def read(*others: Source) -> Normalized[Any]:
    match from_text(TEXT, *others):
        case Ok(found):
            return found
        case Err(error):
            raise AssertionError(str(error))


def row(found: Normalized[Any], setting: str) -> tuple[Any, str, str, str | None, str]:
    one = found.provenance[setting]
    return one.value, one.layer.label, one.key, str(one.span) if one.span else None, one.rule


class TestProvenance:
    @pytest.mark.parametrize(
        ("setting", "expected"),
        [
            ("run_name", ("a", "ir", "id", "spec.yaml:1:5", "id -> run_name")),
            ("dataset_ref", ({"name": "d"}, "ir", "dataset_ref", "spec.yaml:3:14", "kept")),
            (
                "training_config.model_ref",
                ({"id": "m"}, "ir", "model_ref", "spec.yaml:2:12", "model_ref -> training_config.model_ref"),
            ),
            ("training_config.seed", (7, "ir", "seed", "spec.yaml:5:7", "seed -> training_config.seed")),
            ("eval_every", (5, "direct", "eval_every", "spec.yaml:6:13", "kept")),
            (
                "lr_schedule",
                (
                    "cosine",
                    "options",
                    "options.lr_schedule",
                    "spec.yaml:9:16",
                    "options.lr_schedule -> lr_schedule",
                ),
            ),
            (
                "training_config.rank",
                (8, "options", "options.rank", "spec.yaml:10:9", "options.rank -> training_config.rank"),
            ),
            (
                "num_epochs",
                (4, "options", "options.num_epochs", "spec.yaml:11:15", "options.num_epochs -> num_epochs"),
            ),
            ("training_config.alpha", (16, "direct", "training_config.alpha", "spec.yaml:12:26", "kept")),
            ("learning_rate", (1e-4, "default", "", None, "stage default")),
        ],
    )
    def test_of_a_spec_in_a_file(self, setting: str, expected: tuple[Any, ...]) -> None:
        assert row(read(), setting) == expected

    def test_every_value_has_one(self) -> None:
        found = read()
        settings = {name for name in SupervisedConfig.model_fields if name != "training_config"}
        told = {f"training_config.{key}" for key in found.config.training_config}
        assert set(found.provenance) == settings | told
        config = found.to_json()
        flat = {
            **config,
            **{f"training_config.{key}": value for key, value in config["training_config"].items()},
        }
        assert {name: one.value for name, one in found.provenance.items()} == {
            name: flat[name] for name in found.provenance
        }

    def test_a_default_for_the_backend_is_the_stages(self) -> None:
        assert row(normalized(BASE), "training_config.seed") == (0, "default", "", None, "stage default")

    def test_other_sources_have_layers_and_no_place(self) -> None:
        found = read(
            Source({"num_epochs": 9, "seed": 8}, Layer.SET, label="--set"),
            Source({"backend": None, "log_path": "x"}, Layer.FLAG, label="a flag"),
        )
        assert row(found, "num_epochs") == (9, "set", "num_epochs", None, "kept")
        assert row(found, "training_config.seed") == (8, "set", "seed", None, "seed -> training_config.seed")
        assert row(found, "log_path") == ("x", "flag", "log_path", None, "kept")

    def test_direct_keys_and_settings(self) -> None:
        found = normalize_sources(
            [Source({"logger": "none"}, Layer.SETTINGS), Source(BASE), Source({"epochs": 2}, Layer.DIRECT)]
        ).unwrap()
        assert row(found, "logger")[1:3] == ("settings", "logger")
        assert row(found, "num_epochs")[1:3] == ("direct", "epochs")

    def test_rows_are_json_data(self) -> None:
        found = read()
        rows = {name: one.to_json() for name, one in found.provenance.items()}
        assert json.loads(json.dumps(rows)) == rows
        assert rows["num_epochs"] == {
            "value": 4,
            "layer": "options",
            "key": "options.num_epochs",
            "at": "spec.yaml:11:15",
            "rule": "options.num_epochs -> num_epochs",
        }
        assert Provenance(1, Layer.DEFAULT, "", None, "x").to_json()["at"] is None


def fingerprint(spec: dict[str, Any], **keys: Any) -> str:
    return normalized({**BASE, **spec}, **keys).fingerprint


class TestFingerprint:
    def test_is_a_sha_256(self) -> None:
        assert len(fingerprint({})) == 64
        assert fingerprint({}) == fingerprint({})

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"epochs": 3}, {"num_epochs": 3}),
            ({"epochs": 3}, {"options": {"num_epochs": 3}}),
            ({"epochs": 1}, {}),
            ({"epochs": None}, {}),
            ({"learning_rate": 1}, {"learning_rate": 1.0}),
            ({"gradient_clipping": 1}, {"gradient_clipping": 1.0}),
            ({"options": {"betas": [0, {"x": 1.0}]}}, {"options": {"betas": [0.0, {"x": 1}]}}),
            ({"options": {"lr_schedule": "Cosine"}}, {"lr_schedule": "cosine"}),
            (
                {"early_stopping": {"monitor": "loss"}},
                {"early_stopping": {"monitor": "train_mean_nll", "patience": 3}},
            ),
            ({"seed": 1, "options": {"rank": 8}}, {"options": {"rank": 8}, "seed": 1}),
            ({"seed": 0}, {}),
            ({"options": {"seed": 1}}, {"seed": 1}),
            ({"log_path": "runs/a"}, {"log_path": "runs/b"}),
            ({"logger": "none"}, {"logger": "console"}),
        ],
    )
    def test_is_equal_for_equal_runs(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert fingerprint(one) == fingerprint(other)

    def test_does_not_depend_on_the_form(self) -> None:
        assert normalized(from_map(BASE, TrainingConfig)).fingerprint == fingerprint({})
        assert normalized(**{key: BASE[key] for key in BASE}).fingerprint == fingerprint({})

    CHANGES: tuple[tuple[str, Any], ...] = (
        ("backend", "local"),
        ("run_name", "b"),
        ("dataset_ref", {"name": "e"}),
        ("eval_dataset_ref", {"name": "e"}),
        ("num_epochs", 2),
        ("max_steps", 3),
        ("batch_size", 4),
        ("learning_rate", 0.5),
        ("lr_schedule", "constant"),
        ("adam_beta1", 0.5),
        ("adam_beta2", 0.5),
        ("adam_eps", 0.5),
        ("reduction", "sum"),
        ("train_on", "all_tokens"),
        ("max_length", 5),
        ("drop_last_batch", True),
        ("submit_ahead", 3),
        ("validation_split", 0.5),
        ("eval_every", 3),
        ("eval_batch_size", 3),
        ("early_stopping", {"monitor": "loss"}),
        ("save_every", 3),
        ("sample_prompts", ["Hi"]),
        ("sample_max_tokens", 3),
        ("sample_temperature", 0.5),
        ("training_config", {"rank": 8}),
    )

    @pytest.mark.parametrize(("name", "value"), CHANGES)
    def test_differs_for_a_change_of(self, name: str, value: Any) -> None:
        if name == "run_name":
            assert fingerprint({"id": value}) != fingerprint({})
        else:
            assert fingerprint({name: value}) != fingerprint({})

    def test_every_setting_counts_but_for_where_the_run_writes_and_what_it_shows(self) -> None:
        assert {name for name, _ in self.CHANGES} == set(SupervisedConfig.model_fields) - {
            "log_path",
            "logger",
        }

    def test_the_stage_counts(self) -> None:
        config = SupervisedConfig()
        assert Normalized("a", config).fingerprint != Normalized("b", config).fingerprint

    def test_true_is_not_one(self) -> None:
        assert fingerprint({"options": {"x": True}}) != fingerprint({"options": {"x": 1}})


class TestEffective:
    def test_has_a_backends_defaults_where_one_was_asked(self) -> None:
        found = normalized(BASE, backend="local").effective["training_config"]
        assert (found["optimizer"], found["weight_decay"]) == ("adam", 0.0)
        assert "optimizer" not in normalized(BASE).effective["training_config"]

    def test_has_what_a_backend_hides(self) -> None:
        class Hiding(BaseModel):
            model_ref: dict[str, Any]
            seed: int
            lr: int = Field(1, alias="learning-rate")
            hidden: int = Field(1, exclude=True)

        def told(**options: Any) -> Normalized[Any]:
            config = SupervisedConfig.model_validate({**BASE, "options": options})
            return Normalized("supervised_train", config, backend_model=Hiding)

        assert told(hidden=2).fingerprint != told(hidden=3).fingerprint
        assert told(**{"learning-rate": 1}).fingerprint == told().fingerprint
        assert "training_config.learning-rate" in told().provenance

    def test_without_a_model_there_is_nothing_to_ask_a_backend(self) -> None:
        found = normalized(backend="local", num_epochs=3)
        assert found.effective["training_config"] == {"seed": 0}
        assert "training_config.optimizer" not in found.provenance

    def test_is_json_data_without_what_does_not_count(self) -> None:
        found = normalized({**BASE, "log_path": "x", "eval_dataset_ref": {"name": "e", "split": None}})
        assert json.loads(json.dumps(found.effective)) == found.effective
        assert "log_path" not in found.effective
        assert found.effective["eval_dataset_ref"] == {"name": "e"}


def test_a_row_says_what_it_was_written_in() -> None:
    found = read(Source({"epochs": 2}, Layer.SET, label="--set", from_text=True))
    assert found.provenance["num_epochs"].to_json()["at"] == "--set"
    assert found.provenance["num_epochs"].span is None


def test_a_part_that_was_not_written_as_one_comes_from_the_whole() -> None:
    found = read()
    whole = found.provenance["training_config.rank"]
    part = found.trace(("training_config", "rank", "part"), 8)
    assert (part.key, part.span) == (whole.key, whole.span) == ("options.rank", whole.span)
