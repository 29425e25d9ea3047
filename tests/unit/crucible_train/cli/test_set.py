"""`--set KEY=VALUE`: typed by the field, above everything but a flag, and checked like the spec."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def config(crucible: Callable[..., Any], *assignments: str) -> dict[str, Any]:
    arguments = [part for assignment in assignments for part in ("--set", assignment)]
    status, out, err = crucible("normalize", "spec.yaml", *arguments)
    assert status == 0, err
    return json.loads(out)


@pytest.mark.parametrize(
    ("assignment", "setting", "value"),
    [
        ("epochs=7", "num_epochs", 7),
        ("num_epochs=7", "num_epochs", 7),
        ("learning_rate=1e-4", "learning_rate", 1e-4),
        ("id=2024", "run_name", "2024"),
        ("id=no", "run_name", "no"),
        ("run_name=1.10", "run_name", "1.10"),
        ("drop_last_batch=true", "drop_last_batch", True),
        ("max_length= 16 ", "max_length", 16),
        ("options.max_length=16", "max_length", 16),
        ("lr_schedule=cosine", "lr_schedule", "cosine"),
        ("lr_schedule={warmup: 3, schedule: linear}", "lr_schedule", {"warmup": 3, "schedule": "linear"}),
        ("sample_prompts=[a, '1']", "sample_prompts", ["a", "1"]),
        ("log_path=a=b", "log_path", "a=b"),
    ],
)
def test_a_value_has_the_type_of_its_field(
    crucible: Callable[..., Any], assignment: str, setting: str, value: Any
) -> None:
    found = config(crucible, assignment)[setting]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("seed=010", ("training_config", "seed"), 10),
        ("training_config.seed=5", ("training_config", "seed"), 5),
        ("model_ref.version=2", ("training_config", "model_ref", "version"), "2"),
        ("model_ref.options.hidden_dim=16", ("training_config", "model_ref", "options", "hidden_dim"), 16),
        ("dataset_ref.name=007", ("dataset_ref", "name"), "007"),
        ("early_stopping.monitor=loss", ("early_stopping", "monitor"), "train_mean_nll"),
        ("weight_decay=0.1", None, None),
        ("options.weight_decay=0.1", ("training_config", "weight_decay"), 0.1),
    ],
)
def test_dotted_keys_reach_inside(
    crucible: Callable[..., Any], assignment: str, path: tuple[str, ...] | None, value: Any
) -> None:
    if path is None:
        assert "unknown key `weight_decay`" in crucible("validate", "spec.yaml", "--set", assignment).out
        return
    found: Any = config(crucible, assignment)
    for part in path:
        found = found[part]
    assert found == value
    assert type(found) is type(value)


def test_what_is_beside_a_dotted_key_stays(crucible: Callable[..., Any]) -> None:
    options = config(crucible, "model_ref.options.hidden_dim=16")["training_config"]["model_ref"]["options"]
    assert options == {"context_length": 4, "embedding_dim": 4, "hidden_dim": 16}


def test_a_later_assignment_wins(crucible: Callable[..., Any]) -> None:
    assert config(crucible, "epochs=7", "epochs=8")["num_epochs"] == 8


def test_assignments_below_one_key_add_up(crucible: Callable[..., Any]) -> None:
    found = config(crucible, "early_stopping.monitor=loss", "early_stopping.patience=9")["early_stopping"]
    assert (found["monitor"], found["patience"]) == ("train_mean_nll", 9)


def test_null_takes_a_value_back(crucible: Callable[..., Any]) -> None:
    found = config(crucible, "learning_rate=null", "batch_size=~")
    assert (found["learning_rate"], found["batch_size"]) == (1e-4, None)


def test_it_wins_over_the_spec_and_its_options(crucible: Callable[..., Any], here: Path) -> None:
    text = (here / "spec.yaml").read_text(encoding="utf-8")
    (here / "spec.yaml").write_text(text + "options: {learning_rate: 0.5, eval_every: 3}\n", encoding="utf-8")
    assert config(crucible)["learning_rate"] == 0.5
    assert config(crucible, "learning_rate=0.25")["learning_rate"] == 0.25


def test_a_flag_wins_over_it(crucible: Callable[..., Any]) -> None:
    _, out, _ = crucible("validate", "spec.yaml", "--set", "backend=local", "--backend", "elsewhere")
    assert "no training backend `elsewhere`" in out


def test_all_findings_are_reported(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible(
        "validate", "spec.yaml", "--set", "epochs=three", "--set", "early_stopping.patiens=3", "--set", "x=1"
    )
    assert status == 1
    assert "CRU201 `epochs` must be a whole number, not the text 'three' (--set)" in out
    assert "CRU101 unknown key `early_stopping.patiens` (--set)\n    hint: did you mean `patience`?" in out
    assert "CRU101 unknown key `x` (--set)" in out


def test_the_type_is_the_fields_and_not_the_old_values(crucible: Callable[..., Any], here: Path) -> None:
    text = (here / "spec.yaml").read_text(encoding="utf-8")
    (here / "spec.yaml").write_text(text + "mixed_precision: false\n", encoding="utf-8")
    status, out, _ = crucible("validate", "spec.yaml", "--set", "mixed_precision=auto")
    assert status == 1
    assert "CRU201 `mixed_precision` must be true or false, not the text 'auto' (--set)" in out


def test_a_misspelt_key_of_a_sweep_is_refused_for_every_value(crucible: Callable[..., Any]) -> None:
    for value in ("1e-4", "3e-4", "1e-3"):
        status, out, _ = crucible("validate", "spec.yaml", "--set", f"learning_rat={value}")
        assert status == 1
        assert "did you mean `learning_rate`?" in out


@pytest.mark.parametrize("assignment", ["epochs", "=3", "a..b=1", ".a=1"])
def test_what_is_no_assignment_is_a_usage_error(crucible: Callable[..., Any], assignment: str) -> None:
    assert crucible("validate", "spec.yaml", "--set", assignment) == (
        2,
        "",
        f"crucible: --set {assignment}: write KEY=VALUE, such as --set epochs=3\n",
    )


def test_a_value_that_cannot_be_read_is_a_usage_error(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("validate", "spec.yaml", "--set", "epochs=[1")
    assert (status, out) == (2, "")
    assert err == "crucible: --set epochs=[1: not well-formed YAML: the `[` is never closed\n"


def test_options_are_a_mapping(crucible: Callable[..., Any]) -> None:
    out = crucible("validate", "spec.yaml", "--set", "options=5").out
    assert "CRU201 `options` must be a mapping, not the number 5 (--set)" in out
