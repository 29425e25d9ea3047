"""What takes effect in one spec or experiment and not in another, with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import diff
from crucible_train.ir.difference import (
    Change,
    Presence,
    Side,
    StageDifference,
    changed_settings,
    compare,
    stages_of,
)
from crucible_train.ir.experiment import normalize_experiment
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from tests.support.specs import BASE, from_text, normalized

if TYPE_CHECKING:
    from crucible_train.ir.normalized import Normalized

TEXT = """\
id: a
model_ref: {id: byte-lm}
dataset_ref: {name: d}
"""


def spec(text: str = "", *others: Source) -> Normalized[Any]:
    return from_text(TEXT + text, *others, stage="supervised_train").unwrap()


def changes(a: Normalized[Any], b: Normalized[Any]) -> tuple[Change, ...]:
    """What differs between two specs, whose fingerprints have to agree with it."""
    found = diff(a, b)
    assert found.is_empty is (a.fingerprint == b.fingerprint)
    assert found.order is None
    (one,) = found.stages or (StageDifference("", Presence.RUNS, Presence.RUNS, ()),)
    assert (one.label, one.a, one.b) == ("", Presence.RUNS, Presence.RUNS)
    return one.changes


def test_a_value_and_its_default() -> None:
    (change,) = changes(spec(), spec("epochs: 3\n"))
    assert change == (
        "num_epochs",
        Side(1, "default", "", None, "stage default"),
        Side(3, "ir", "epochs", "spec.yaml:4:9", "epochs -> num_epochs"),
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("# a comment\nepochs: 3\nseed: 1\n", "seed: 1\noptions: {num_epochs: 3}\n"),
        ("learning_rate: 1\n", "learning_rate: 1.0\n"),
        ("lr_schedule: Cosine\n", "options: {lr_schedule: cosine}\n"),
        ("log_path: x\nlogger: none\n", ""),
        ("epochs:\n", ""),
        ("early_stopping: {monitor: loss}\n", "early_stopping: {monitor: train_mean_nll, patience: 3}\n"),
        ("eval_dataset_ref: {name: e, version: }\n", "eval_dataset_ref: {name: e}\n"),
        ("backend: local\n", "backend: local\noptimizer: adam\nmixed_precision: false\nmetrics: []\n"),
        ("backend: local\nmetrics: [loss]\n", "metrics: [loss]\nbackend: local\ndevice: cpu\n"),
    ],
)
def test_what_has_no_effect_is_no_difference(a: str, b: str) -> None:
    assert changes(spec(a), spec(b)) == ()


def test_the_sizes_of_a_new_model_may_be_written_out() -> None:
    sizes = {"context_length": 24, "embedding_dim": 16, "hidden_dim": 192}
    written = normalized({**BASE, "model_ref": {"id": "byte-lm", "options": sizes}}, backend="local")
    assert changes(normalized(BASE, backend="local"), written) == ()
    saved = {"id": "byte-lm", "artifact_uri": "x"}
    ours = normalized({**BASE, "model_ref": saved}, backend="local")
    theirs = normalized({**BASE, "model_ref": {**saved, "options": sizes}}, backend="local")
    assert [change.setting for change in changes(ours, theirs)] == ["training_config.model_ref.options"]


def test_mappings_are_compared_key_by_key() -> None:
    a = spec("early_stopping: {monitor: loss, patience: 5}\n")
    b = spec("early_stopping:\n  monitor: loss\n  min_delta: 0.5\n")
    assert changes(a, b) == (
        (
            "early_stopping.patience",
            Side(5, "ir", "early_stopping.patience", "spec.yaml:4:43", "kept"),
            Side(3, "default", "", None, "stage default"),
        ),
        (
            "early_stopping.min_delta",
            Side(0, "default", "", None, "stage default"),
            Side(0.5, "ir", "early_stopping.min_delta", "spec.yaml:6:14", "kept"),
        ),
    )


def test_a_mapping_and_something_else_differ_as_a_whole() -> None:
    (change,) = changes(spec(), spec("lr_schedule: {warmup: 3, schedule: linear}\n"))
    assert change.setting == "lr_schedule"
    assert change.b == Side(
        {"warmup": 3, "schedule": "linear"}, "direct", "lr_schedule", "spec.yaml:4:14", "kept"
    )


def test_what_is_set_on_one_side_only() -> None:
    (change,) = changes(spec("options: {rank: 8}\n"), spec())
    origin = "options.rank -> training_config.rank"
    assert change == (
        "training_config.rank",
        Side(8, "options", "options.rank", "spec.yaml:4:17", origin),
        None,
    )
    (change,) = changes(spec("options: {rank: {}}\n"), spec("options: {rank: {x: 1}}\n"))
    assert (change.setting, change.a, change.b and change.b.value) == ("training_config.rank.x", None, 1)


def test_true_is_not_one_and_null_is_not_nothing() -> None:
    (change,) = changes(spec("options: {x: true}\n"), spec("options: {x: 1}\n"))
    assert change.setting == "training_config.x"
    (change,) = changes(spec("options: {x: {y: }}\n"), spec("options: {x: {}}\n"))
    assert (change.setting, change.b) == ("training_config.x.y", None)


def test_a_backends_defaults_take_effect() -> None:
    (change,) = changes(spec("backend: local\n"), spec("backend: local\noptions: {optimizer: sgd}\n"))
    assert change.setting == "training_config.optimizer"
    assert change.a == Side("adam", "default", "", None, "backend default")
    (change,) = changes(
        spec("backend: local\n"),
        spec("backend: local\n", Source({"model_ref": {"options": {"hidden_dim": 8}}}, Layer.SET)),
    )
    assert change.setting == "training_config.model_ref.options.hidden_dim"
    assert change.a == Side(192, "default", "", None, "backend default")


def test_another_backend_is_a_difference() -> None:
    settings = [change.setting for change in changes(spec(), spec("backend: local\n"))]
    assert "backend" in settings
    assert "training_config.optimizer" in settings


def test_another_stage_is_the_only_difference() -> None:
    a, b = (normalize_sources([Source({"dataset_ref": {"name": "d"}}, Layer.DIRECT)], stage=stage).unwrap()
            for stage in ("supervised_train", "validate_data"))  # fmt: skip
    assert changes(a, b) == (
        (
            "stage",
            Side("supervised_train", "", "", None, ""),
            Side("validate_data", "", "", None, ""),
        ),
    )


class TestOverrides:
    """Parts of a mapping come from where each of them was written."""

    LOW = Source({"early_stopping": {"patience": 7}}, Layer.SET, label="--low", from_text=True)
    HIGH = Source({"early_stopping": {"min_delta": 0.5}}, Layer.SET, label="--high", from_text=True)

    def origins(self, *sources: Source) -> dict[str, tuple[str, str | None]]:
        found = spec("early_stopping: {monitor: loss, patience: 2}\n", *sources)
        return {
            change.setting: (change.b.layer, change.b.at)
            for change in changes(
                spec("early_stopping: {monitor: train_bits_per_byte, patience: 9}\n"), found
            )
            if change.b is not None
        }

    def test_of_one_layer_over_the_spec(self) -> None:
        assert self.origins(self.LOW) == {
            "early_stopping.monitor": ("ir", "spec.yaml:4:27"),
            "early_stopping.patience": ("set", "--low"),
        }

    def test_of_two_layers_over_the_spec(self) -> None:
        assert self.origins(self.LOW, self.HIGH) == {
            "early_stopping.monitor": ("ir", "spec.yaml:4:27"),
            "early_stopping.patience": ("set", "--low"),
            "early_stopping.min_delta": ("set", "--high"),
        }

    def test_of_a_layer_that_replaces_what_is_below_it(self) -> None:
        whole = Source({"early_stopping": {"monitor": "loss"}}, Layer.FLAG, label="--whole", from_text=True)
        assert self.origins(self.LOW, whole) == {
            "early_stopping.monitor": ("flag", "--whole"),
            "early_stopping.patience": ("default", None),
        }


TRAIN = {"name": "supervised_train", "options": {"epochs": 2}}
CHECK = {"name": "validate_data"}


def experiment(*pipeline: dict[str, Any], **fields: Any) -> Any:
    return normalize_experiment(
        {
            "id": "e",
            "backend": {"id": "local"},
            "dataset": {"name": "d"},
            "training_config": {"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "d"}},
            "pipeline": [*pipeline],
            **fields,
        }
    ).unwrap()


def off(stage: dict[str, Any]) -> dict[str, Any]:
    return {**stage, "enabled": False}


class TestExperiments:
    def test_that_do_the_same(self) -> None:
        a, b = experiment(CHECK, TRAIN), experiment(CHECK, TRAIN, description="another", owner="me")
        assert diff(a, b).is_empty
        assert a.fingerprint == b.fingerprint

    def test_a_setting_of_a_stage(self) -> None:
        found = diff(experiment(CHECK, TRAIN), experiment(CHECK, {**TRAIN, "options": {"num_epochs": 3}}))
        (stage,) = found.stages
        (change,) = stage.changes
        assert (stage.label, change.setting) == ("supervised_train", "num_epochs")
        assert change.b == Side(
            3,
            "direct",
            "pipeline[1].options.num_epochs",
            None,
            "kept",
        )

    @pytest.mark.parametrize(
        ("a", "b", "stages"),
        [
            ([TRAIN], [CHECK, TRAIN], [("validate_data", "absent", "runs")]),
            ([CHECK, TRAIN], [TRAIN], [("validate_data", "runs", "absent")]),
            ([CHECK, TRAIN], [off(CHECK), TRAIN], [("validate_data", "runs", "disabled")]),
            ([off(CHECK), TRAIN], [CHECK, TRAIN], [("validate_data", "disabled", "runs")]),
            ([off(CHECK), TRAIN], [TRAIN], []),
            ([off(TRAIN), CHECK], [CHECK, off({**TRAIN, "options": {"epochs": 9}})], []),
            ([TRAIN], [TRAIN, TRAIN], [("supervised_train-2", "absent", "runs")]),
        ],
    )
    def test_stages_that_come_and_go(self, a: list[Any], b: list[Any], stages: list[Any]) -> None:
        one, other = experiment(*a), experiment(*b)
        found = diff(one, other)
        assert [(stage.label, stage.a, stage.b) for stage in found.stages] == stages
        assert all(stage.changes == () for stage in found.stages)
        assert found.order is None
        assert found.is_empty is (one.fingerprint == other.fingerprint)

    def test_the_order_of_stages(self) -> None:
        a, b = experiment(CHECK, TRAIN), experiment(TRAIN, CHECK)
        found = diff(a, b)
        assert found.stages == ()
        assert found.order == (("validate_data", "supervised_train"), ("supervised_train", "validate_data"))
        assert not found.is_empty
        assert a.fingerprint != b.fingerprint


def test_a_spec_and_an_experiment_cannot_be_compared() -> None:
    pair: tuple[Any, Any] = (normalized(BASE), experiment(TRAIN))
    for a, b in (pair, pair[::-1]):
        with pytest.raises(TypeError, match="two specs or two experiments"):
            diff(a, b)


def test_a_label_may_stand_for_another_stage() -> None:
    (one,) = stages_of(experiment(TRAIN))
    (stage,) = compare([one], [one._replace(stage="another")]).stages
    assert [change.setting for change in stage.changes] == ["stage"]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"num_epochs": 2}, ["num_epochs"]),
        ({"log_path": "b"}, []),
        ({"new": 1}, ["new"]),
        (
            {"training_config": {"seed": 2, "model_ref": {"id": "n"}}},
            ["training_config.model_ref.id", "training_config.seed"],
        ),
        ({"training_config": None}, ["training_config"]),
    ],
)
def test_the_settings_that_differ(change: dict[str, Any], names: list[str]) -> None:
    before = {"num_epochs": 1, "log_path": "a", "training_config": {"seed": 1, "model_ref": {"id": "m"}}}
    assert changed_settings(before, {**before, **change}) == names
