"""The page of mappings has a fate for every key of a training config, and every field of an experiment."""

from __future__ import annotations

import pytest

from crucible_ir import BackendRef, Experiment, StageDef
from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.schema.reference.mapping import experiment_blocks, fate, mapping_page, mapping_table
from crucible_train.schema.reference.type_places import stage_models

UNLESS = "only recorded (W) where none does"


def test_a_row_for_every_key_with_its_meaning() -> None:
    lines = mapping_table(SupervisedConfig).splitlines()[2:]
    assert [line.split("`")[1] for line in lines] == [row.source for row in SupervisedConfig.mapping_table()]
    assert "| `epochs` | `num_epochs` | under another name | Passes over the training data. |" in lines
    assert [line for line in lines if line.endswith("|  |")] == [lines[-1]]


def test_every_stage_that_trains_has_a_table() -> None:
    headings = [line for line in mapping_page().splitlines() if line.startswith("## ")]
    training = [f"## {name}" for name, model in stage_models().items() if model.trains()]
    assert headings == [*training, "## Experiments"]


def test_keys_of_options_that_become_settings() -> None:
    (line,) = (line for line in mapping_page().splitlines() if line.startswith("Keys of `options`"))
    assert set(line.split("`")[3::2]) == SupervisedConfig.option_keys()


def test_every_field_of_an_experiment_has_a_row() -> None:
    rows = [line.split("`")[1] for line in experiment_blocks()[-1].splitlines()[2:]]
    assert rows == [
        *(name for name in Experiment.model_fields if name != "backend"),
        *(f"backend.{name}" for name in BackendRef.model_fields),
        *(f"pipeline[...].{name}" for name in StageDef.model_fields),
    ]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (("description",), "describes the experiment"),
        (("baseline",), "only recorded (W)"),
        (("pipeline",), "is the pipeline"),
        (("id",), "read as `id`, with the stage's label, by `supervised_train`"),
        (("backend", "id"), "read as `backend` by `supervised_train`"),
        (("outputs",), f"read as `outputs` by `report`; {UNLESS}"),
        (
            ("dataset",),
            f"read as `dataset_ref` by `supervised_train` and `validate_data`; {UNLESS}",
        ),
        (
            ("training_config",),
            (
                "read as a whole spec by `supervised_train`; "
                "`training_config.dataset_ref` as `dataset_ref` by `validate_data`; "
                f"`training_config.model_ref` as `model_ref` by `validate_data`; {UNLESS}"
            ),
        ),
    ],
)
def test_fates(field: tuple[str, ...], words: str) -> None:
    assert fate(field, "W") == words


def test_a_field_without_a_fate_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"nobody says what becomes of backend\.colour"):
        fate(("backend", "colour"), "W")
