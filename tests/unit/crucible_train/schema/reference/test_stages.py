"""The page of stages has every stage, what it reads and leaves behind, and every code of its errors."""

from __future__ import annotations

from crucible_train import registry
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.schema.reference.stages import context_table, error_table, in_python, stages_page
from crucible_train.schema.reference.type_places import stage_models
from crucible_train.stages import ValidateData


def section(name: str) -> str:
    return stages_page().split(f"\n## {name}\n", 1)[1].split("\n## ")[0]


def test_every_stage_has_a_section_and_its_settings() -> None:
    for name, model in stage_models().items():
        if not model.trains():
            assert all(f"\n| `{field}` |" in section(name) for field in model.model_fields)


def test_the_options_of_a_stage_that_trains_are_a_spec() -> None:
    words = "Its options are the keys of [a spec for it](config.md#supervised_train)"
    assert words in section("supervised_train")
    assert "| `learning_rate` |" not in section("supervised_train")


def test_parts_come_after_all_that_is_about_the_stage() -> None:
    report = section("report")
    assert (
        report.index("In Python it is") < report.index("### ReportOutput") < report.index("### OutputOptions")
    )


def test_what_a_stage_reads_of_an_experiment() -> None:
    training = section("supervised_train")
    assert "| `training_config` | a whole spec |\n| `id` | `id`, with the stage's label |" in training
    assert "| `backend.options` | `training_config` |" in training
    assert "| `training_config.dataset_ref` | `dataset_ref` |" in section("validate_data")
    assert "| `outputs` | `outputs` |" in section("report")


def test_the_docstring_of_run_says_the_rest() -> None:
    text = in_python(ValidateData)
    assert text.startswith("In Python it is `crucible_train.stages.validate_data.ValidateData`. Options hold")
    assert '`outputs["validate_data"]`. Errors: those of normalisation' in text
    assert all(in_python(registry.stage(name).unwrap()) in stages_page() for name in stage_models())


def test_what_a_context_holds() -> None:
    assert "| `outputs` | What each stage produced, by its label: its report. |" in context_table()


def test_every_error_has_a_meaning() -> None:
    rows = error_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(StageErrorCode)
    assert [row for row in rows if row.endswith("|  |")] == []
