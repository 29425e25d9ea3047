"""`to_training_config`: back to the IR, so that normalising again gives the same run."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import to_map
from crucible_train.ir.export import to_training_config
from tests.support.specs import BASE, normalized


def exported(spec: dict[str, Any]) -> dict[str, Any]:
    found = normalized({**BASE, **spec})
    config = to_training_config(found, default_id="unnamed")
    assert normalized(config).fingerprint == found.fingerprint
    return to_map(config, explicit_only=True)


def test_only_what_was_set_is_written() -> None:
    assert exported({}) == {**BASE, "seed": 0}


def test_settings_go_back_to_the_keys_they_came_from() -> None:
    spec = {
        "epochs": 3,
        "checkpoint_every": 5,
        "optimizer": "adamw",
        "metrics": ["loss"],
        "seed": 4,
        "validation_split": 0.1,
        "early_stopping": {"monitor": "train_mean_nll", "patience": 1, "min_delta": 0.0, "mode": "min"},
        "options": {"eval_every": 5, "rank": 8},
    }
    assert exported(spec) == {**BASE, **spec}


def test_settings_without_a_key_go_to_options() -> None:
    assert exported({"max_steps": 3, "lr_schedule": "COSINE", "training_config": {"rank": 8}}) == {
        **BASE,
        "seed": 0,
        "options": {"max_steps": 3, "lr_schedule": "cosine", "rank": 8},
    }


def test_never_saving_is_saying_nothing() -> None:
    assert "checkpoint_every" not in exported({"save_every": 0})


def test_what_the_backend_is_told_in_a_form_of_its_own_stays_in_options() -> None:
    options = {"optimizer": {"name": "adamw", "decay": 0.1}, "seed": -1}
    assert exported({"options": options}) == {**BASE, "options": options}


def test_a_run_without_a_name_gets_one() -> None:
    found = normalized(dataset_ref={"name": "d"}, model_ref={"id": "m"})
    assert to_training_config(found, default_id="unnamed").id == "unnamed"


def test_what_the_ir_requires_is_required() -> None:
    with pytest.raises(ValidationError) as raised:
        to_training_config(normalized(num_epochs=3), default_id="unnamed")
    assert {details["loc"] for details in raised.value.errors()} == {("model_ref",), ("dataset_ref",)}
