"""Names of other trainers and other stages lead to settings that exist."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_ir import DatasetRef, ModelRef, TrainingConfig
from crucible_train import registry
from crucible_train.diagnostics import other_tools
from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES, STAGE_KEYS, section
from crucible_train.diagnostics.other_tools import ForeignName, Source
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = registry.training_config_model("local").unwrap()
INSIDE = {
    "model_ref": set(ModelRef.model_fields),
    "dataset_ref": set(DatasetRef.model_fields),
    "early_stopping": set(EarlyStopping.model_fields),
    "options": {*SupervisedConfig.option_keys(), *BACKEND.model_fields},
}
TOOLS = {"Hugging Face", "TRL", "axolotl", "LLaMA-Factory", "torchtune", "torchtitan", "tinker-cookbook"}


def test_there_are_many_of_every_tool() -> None:
    translated = [foreign for foreign in FOREIGN_NAMES.values() if foreign.ours is not None]
    assert len(translated) >= 75
    for tool in TOOLS:
        assert sum(any(at.tool == tool for at in foreign.sources) for foreign in translated) >= 9, tool


@pytest.mark.parametrize("foreign", FOREIGN_NAMES.values(), ids=list(FOREIGN_NAMES))
def test_a_foreign_name_leads_to_a_key_of_the_spec(foreign: ForeignName) -> None:
    assert foreign.sources
    assert all(at.tool and at.place for at in foreign.sources)
    if foreign.ours is None:
        assert foreign.note
        assert not foreign.is_rename
        return
    head, _, rest = foreign.ours.partition(".")
    assert head in TrainingConfig.model_fields
    assert not rest or rest in INSIDE[head]
    assert not foreign.is_rename or not foreign.note, "what is the very same needs no note"


def test_a_name_that_is_renamed_stands_in_the_mapping_of_ours() -> None:
    for name, foreign in FOREIGN_NAMES.items():
        if foreign.is_rename:
            assert "." not in name
            assert foreign.ours is not None
            assert "." not in foreign.ours.removeprefix("options.")


def test_every_source_is_one_of_some_name() -> None:
    sources = {one for one in vars(other_tools).values() if isinstance(one, Source)}
    assert sources == {at for foreign in FOREIGN_NAMES.values() for at in foreign.sources}


def test_a_foreign_name_is_no_name_of_ours() -> None:
    assert not set(FOREIGN_NAMES) & SupervisedConfig.spec_keys()
    assert not set(FOREIGN_NAMES) & set(STAGE_KEYS)


def test_a_section_has_every_path_below_it() -> None:
    assert set(section("lr_scheduler")) == {
        "lr_scheduler.decay_type",
        "lr_scheduler.warmup_steps",
        "lr_scheduler.num_warmup_steps",
    }
    assert section("training")["training.steps"].ours == "options.max_steps"
    assert section("epochs") == {}


def test_a_key_of_another_stage_is_no_key_of_this_one() -> None:
    assert not set(STAGE_KEYS) & SupervisedConfig.spec_keys()
    assert set(STAGE_KEYS.values()) == {"dpo_train", "rl_train", "distillation"}


def test_stages_that_are_here_say_themselves_what_their_keys_are() -> None:
    assert not set(STAGE_KEYS.values()) & set(registry.BUILT_IN["stages"])


VALIDATE = """\
import sys
from crucible_train.cli.main import run_command
run_command(["validate", "spec.yaml"])
print("crucible_train.diagnostics.foreign_names" in sys.modules)
"""


@pytest.mark.parametrize(("key", "read"), [("weight_decay", False), ("wieght_decay", True)])
def test_the_table_is_read_only_where_there_is_a_mistake(tmp_path: Path, key: str, read: bool) -> None:
    spec = f"id: a\nmodel_ref: {{id: byte-lm}}\ndataset_ref: {{name: a.jsonl}}\noptions: {{{key}: 0.1}}\n"
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    command = [sys.executable, "-c", VALIDATE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(read)
