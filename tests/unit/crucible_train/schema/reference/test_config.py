"""The page of settings has every key of specs, of backends and of projects."""

from __future__ import annotations

from dataclasses import fields

from crucible_train.adapters.training_client.local import LocalTrainingConfig
from crucible_train.bytelm.model_ref import ByteLMOptions, ByteLMRef
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig
from crucible_train.schema.reference.config import config_page, settings_of_projects
from crucible_train.settings import Settings


def section(heading: str) -> str:
    found = config_page().split(f"\n{heading}\n", 1)[1]
    return found.split("\n## ")[0].split("\n### ")[0]


def keys(heading: str) -> set[str]:
    rows = [line for line in section(heading).splitlines() if line.startswith("| `")]
    return {name for row in rows for name in row.split(" | ")[0].strip("| ").replace("`", "").split(", ")}


def test_every_key_of_a_spec_with_its_default() -> None:
    assert keys("## supervised_train") == SupervisedConfig.spec_keys()
    page = section("## supervised_train")
    assert "| `learning_rate` | number, more than 0 | `0.0001` | The peak learning rate. |" in page
    assert "| `early_stopping` | [EarlyStopping](#earlystopping) |" in page


def test_stages_that_train_nothing_are_on_a_page_of_their_own() -> None:
    assert "\n## validate_data\n" not in config_page()


def test_what_settings_are_made_of() -> None:
    assert keys("### EarlyStopping") == set(EarlyStopping.model_fields)
    assert keys("### WarmupSchedule") == {"warmup", "schedule"}
    assert config_page().count("### WarmupSchedule") == 1


def test_every_setting_of_a_backend() -> None:
    assert keys("## The local backend") == set(LocalTrainingConfig.model_fields)
    assert keys("### ByteLMRef") == set(ByteLMRef.model_fields)
    assert keys("### ByteLMOptions") == set(ByteLMOptions.model_fields)
    assert '| `optimizer` | `adam`, `adamw` or `sgd` | `"adam"` |' in section("## The local backend")
    assert "neither the spec nor the settings name another" in section("## The local backend")


def test_every_setting_of_a_project() -> None:
    page = settings_of_projects()
    assert [line.split("`")[1] for line in page.splitlines()[2:]] == [
        field.name for field in fields(Settings) if field.name != "project"
    ]
    assert "| `backend` | `CRUCIBLE_BACKEND` |  | The training backend for specs that name none. |" in page
    assert "| `runs_dir` | `CRUCIBLE_RUNS_DIR` | `runs` |" in page
    assert "| `secrets` | `CRUCIBLE_SECRETS__NAME` |  |" in page


def test_every_key_about_files() -> None:
    assert keys("## The project and the machine") > {"include", "exclude", "overrides", "files", "stage"}
    assert "directory" not in keys("## The project and the machine")
