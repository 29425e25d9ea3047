"""What differs between two configs, by name."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.ir.changes import changed_settings

BEFORE = {"num_epochs": 1, "log_path": "a", "training_config": {"seed": 1, "model_ref": {"id": "m"}}}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({}, []),
        ({"num_epochs": 2}, ["num_epochs"]),
        ({"log_path": "b"}, []),
        ({"new": 1}, ["new"]),
        (
            {"training_config": {"seed": 2, "model_ref": {"id": "n"}}},
            ["training_config.model_ref", "training_config.seed"],
        ),
        ({"training_config": None}, ["training_config.model_ref", "training_config.seed"]),
    ],
)
def test_the_settings_that_differ(change: dict[str, Any], names: list[str]) -> None:
    assert changed_settings(BEFORE, {**BEFORE, **change}) == names
