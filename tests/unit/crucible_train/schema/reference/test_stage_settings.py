"""The settings of a stage by every name, each judged by its owner."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from crucible_ir import TrainingConfig
from crucible_train.loops.stage_config import StageConfig, TrainingStageConfig
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.schema.reference.stage_settings import settings_rows, settings_table, spec_table


class CheckConfig(StageConfig):
    """A stage that trains nothing."""

    dataset_ref: dict[str, Any]
    """The data."""

    extra: dict[str, Any] | None = None
    """More."""


class LonelyConfig(TrainingStageConfig):
    """A stage that gives the backend no defaults."""

    backend_keys: ClassVar[tuple[str, ...]] = tuple(
        name for name in TrainingConfig.model_fields if name not in ("options", "epochs")
    )

    passes: Annotated[int, Field(ge=2, validation_alias="epochs")] = 2
    """Passes."""


def link(name: str) -> str:
    return f"<{name}>"


def rows(table: str) -> dict[str, list[str]]:
    """First cell to the others."""
    cells = [[cell.strip() for cell in line.split(" | ")] for line in table.strip("|").split("\n")[2:]]
    return {first.removeprefix("| "): [cell.removesuffix(" |") for cell in rest] for first, *rest in cells}


def test_every_key_of_a_spec_is_there() -> None:
    keys = [key for cell in rows(spec_table(SupervisedConfig, link)) for key in cell.split(", ")]
    assert sorted(key.strip("`") for key in keys) == sorted(SupervisedConfig.spec_keys())


def test_the_keys_of_the_training_config_come_first() -> None:
    keys = [cell.split(",")[0].strip("`") for cell in rows(spec_table(SupervisedConfig, link))]
    assert keys[: len(TrainingConfig.model_fields)] == list(TrainingConfig.model_fields)


def test_one_row_for_two_names_of_one_setting() -> None:
    found = rows(spec_table(SupervisedConfig, link))
    assert found["`epochs`, `num_epochs`"] == [
        "whole number, at least 1",
        "`1`",
        "Passes over the training data.",
    ]
    assert found["`checkpoint_every`, `save_every`"][0] == (
        "whole number, at least 1; as `save_every`: whole number, at least 0"
    )


def test_what_a_spec_has_to_have() -> None:
    required = [
        key for key, cells in rows(spec_table(SupervisedConfig, link)).items() if cells[1] == "required"
    ]
    assert required == ["`id`, `run_name`", "`model_ref`", "`dataset_ref`"]


def test_what_the_backend_is_told_has_the_stages_defaults_or_the_backends() -> None:
    found = rows(spec_table(SupervisedConfig, link))
    assert found["`seed`"][1] == "`0`"
    assert found["`optimizer`"][1] == "the backend's"
    assert found["`training_config`"][1] == '`{"seed": 0}`'
    assert found["`options`"][1] == ""
    lonely = rows(spec_table(LonelyConfig, link))
    assert (lonely["`seed`"][1], lonely["`training_config`"][1]) == ("the backend's", "`{}`")
    assert (
        lonely["`epochs`, `passes`"][0] == "whole number, at least 1; as `passes`: whole number, at least 2"
    )


def test_references_are_links() -> None:
    found = rows(spec_table(SupervisedConfig, link))
    assert (found["`dataset_ref`"][0], found["`eval_dataset_ref`"][0]) == ("<DatasetRef>", "<DatasetRef>")
    assert found["`model_ref`"][0] == "<ModelRef>"


def test_a_stage_that_trains_nothing_has_its_own_names() -> None:
    assert settings_table(CheckConfig, link).splitlines()[2:] == [
        "| `dataset_ref` | <DatasetRef> | required | The data. |",
        "| `extra` | mapping |  | More. |",
    ]
    assert [row.key for row in settings_rows(CheckConfig, link)] == ["`dataset_ref`", "`extra`"]
