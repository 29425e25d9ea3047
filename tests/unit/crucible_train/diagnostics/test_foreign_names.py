"""Names of other trainers and other stages lead to settings that exist."""

from __future__ import annotations

import pytest

from crucible_ir import DatasetRef, ModelRef, TrainingConfig
from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES, STAGE_KEYS, ForeignName
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig

INSIDE = {
    "model_ref": set(ModelRef.model_fields),
    "dataset_ref": set(DatasetRef.model_fields),
    "early_stopping": set(EarlyStopping.model_fields),
    "options": set(SupervisedConfig.option_keys()),
}


@pytest.mark.parametrize("foreign", FOREIGN_NAMES.values(), ids=list(FOREIGN_NAMES))
def test_a_foreign_name_leads_to_a_key_of_the_spec(foreign: ForeignName) -> None:
    head, _, rest = foreign.ours.partition(".")
    assert head in TrainingConfig.model_fields
    assert not rest or rest in INSIDE[head]
    assert foreign.tool


def test_a_foreign_name_is_no_name_of_ours() -> None:
    assert not set(FOREIGN_NAMES) & SupervisedConfig.spec_keys()
    assert not set(FOREIGN_NAMES) & set(STAGE_KEYS)


def test_a_key_of_another_stage_is_no_key_of_this_one() -> None:
    assert not set(STAGE_KEYS) & SupervisedConfig.spec_keys()
    assert set(STAGE_KEYS.values()) == {"dpo_train", "rl_train", "distillation"}
