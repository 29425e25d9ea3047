"""Specs and experiments that extend others: which value counts, what is reported, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.diagnostics import Diagnostic
from crucible_train.ir.experiment import (
    NormalizedExperiment,
    normalize_experiment,
    normalize_experiment_source,
)
from crucible_train.ir.normalize import normalize, normalize_sources
from crucible_train.ir.spec import Source, document_source
from crucible_train.result import Err, Ok
from crucible_train.source import Document, SourceError, load_path

if TYPE_CHECKING:
    from crucible_train.diagnostics.errors import NormalizeError
    from crucible_train.ir.normalized import Normalized

BASE = "id: base\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl, split: train}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def source(**texts: str) -> Source:
    """The source of spec.yaml, beside other files."""
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    match load_path("spec.yaml"):
        case Ok(document):
            return document_source(document)
        case Err(SourceError(diagnostics=found, document=Document() as document)):
            return document_source(document, found)
        case Err(error):
            raise AssertionError(str(error))


def normalized(**texts: str) -> Normalized[Any]:
    match normalize_sources([source(**texts)]):
        case Ok(value):
            return value
        case Err(error):
            raise AssertionError(str(error.diagnostics))


def refused(**texts: str) -> list[str]:
    match normalize_sources([source(**texts)]):
        case Err(error):
            return places(error)
        case Ok(value):
            raise AssertionError(f"accepted: {value}")


def places(error: NormalizeError) -> list[str]:
    return [f"{found.span} {found.code}" for found in error.diagnostics]


@pytest.mark.parametrize(
    ("base", "child", "setting", "value"),
    [
        ("options: {learning_rate: 1e-4}", "learning_rate: 1e-3", "learning_rate", 1e-3),
        ("learning_rate: 1e-4", "options: {learning_rate: 1e-3}", "learning_rate", 1e-3),
        ("epochs: 1", "num_epochs: 2", "num_epochs", 2),
        ("num_epochs: 1", "epochs: 2", "num_epochs", 2),
        ("num_epochs: one", "epochs: 2", "num_epochs", 2),
        ("epochs: 1", "num_epochs: null", "num_epochs", 1),
        ("training_config: {seed: 1}", "seed: 2", "training_config.seed", 2),
        ("options: {seed: 1}", "training_config: {seed: 2}", "training_config.seed", 2),
        ("learning_rate: 1e-3\noptions: {max_steps: 5}", "options: null", "max_steps", None),
    ],
)
def test_the_nearer_file_decides_whatever_the_key(base: str, child: str, setting: str, value: object) -> None:
    found = normalized(base=BASE + base, spec=f"extends: base.yaml\n{child}")
    assert found.provenance[setting].value == value
    assert found.warnings == ()


def test_within_one_file_the_usual_rules_apply() -> None:
    two = BASE + "options: {learning_rate: 1e-4}\nlearning_rate: 1e-3\n"
    found = normalized(base=two, spec="extends: base.yaml")
    assert [(one.code, str(one.span)) for one in found.warnings] == [("CRU401", "base.yaml:5:16")]
    assert normalized(base=two, spec="extends: base.yaml\nlearning_rate: 1").warnings == ()
    names = BASE + "epochs: 1\nnum_epochs: 1"
    assert refused(base=names, spec="extends: base.yaml") == ["base.yaml:5:1 CRU105"]
    assert normalized(base=names, spec="extends: base.yaml\nepochs: 3").config.num_epochs == 3


def test_the_highest_of_several_files() -> None:
    files = {
        "low": BASE + "epochs: 1",
        "mid": "extends: low.yaml\nnum_epochs: 2",
        "spec": "extends: mid.yaml",
    }
    assert normalized(**files).config.num_epochs == 2


def test_a_mapping_that_is_not_merged_says_what_is_lost() -> None:
    stop = "validation_split: 0.1\nearly_stopping: {patience: 7}\n"
    found = normalized(
        base=BASE + stop,
        spec="extends: base.yaml\noptions: {eval_every: 2, early_stopping: {min_delta: 0.5}}",
    )
    assert found.config.early_stopping.patience == 3
    assert found.config.early_stopping.min_delta == 0.5
    [lost] = found.warnings
    assert (lost.code, str(lost.span)) == ("CRU401", "base.yaml:5:17")
    assert "`options.early_stopping`, nearer to the top" in lost.message


def test_every_value_is_where_it_is_written() -> None:
    rows = normalized(
        base=f"{BASE}epochs: 3\noptions: {{max_steps: 9}}\n",
        spec="extends: base.yaml\nid: a\ndataset_ref: {name: b.jsonl}\noptions: {eval_batch_size: 2}\n",
    ).provenance
    assert {key: str(row.span) for key, row in rows.items() if row.span} == {
        "training_config.model_ref": "base.yaml:2:12",
        "run_name": "spec.yaml:2:5",
        "dataset_ref": "spec.yaml:3:14",
        "dataset_ref.split": "base.yaml:3:41",
        "num_epochs": "base.yaml:4:9",
        "max_steps": "base.yaml:5:22",
        "eval_batch_size": "spec.yaml:4:28",
    }
    assert rows["dataset_ref.split"].value == "train"


def test_parts_of_parts_are_where_they_are_written() -> None:
    rows = normalized(
        low=BASE.replace("byte-lm}", "byte-lm, options: {context_length: 9, hidden_dim: 8}}"),
        base="extends: low.yaml\nmodel_ref: {options: {hidden_dim: 7}}",
        spec="extends: base.yaml\nmodel_ref: {name: a}",
    ).provenance
    assert {key: str(row.span) for key, row in rows.items() if "model_ref" in key and row.span} == {
        "training_config.model_ref": "spec.yaml:2:12",
        "training_config.model_ref.id": "low.yaml:2:17",
        "training_config.model_ref.options": "base.yaml:2:22",
        "training_config.model_ref.options.context_length": "low.yaml:2:52",
    }


def test_every_finding_is_where_the_value_is_written() -> None:
    assert refused(
        base=f"{BASE}epochs: 0\nlearning_rat: 1\noptions: {{max_steps: 0, eval_every: -1}}\n",
        spec="extends: base.yaml\nmodel_ref: {id: 3}\noptions: {max_steps: -1}\n",
    ) == [
        "base.yaml:4:9 CRU202",
        "base.yaml:5:1 CRU101",
        "base.yaml:6:37 CRU202",
        "spec.yaml:2:17 CRU201",
        "spec.yaml:3:22 CRU202",
    ]


def test_a_base_need_not_be_complete_and_what_all_lack_is_missing_at_the_top() -> None:
    assert refused(base="model_ref: {id: byte-lm}", spec="extends: base.yaml\nid: a") == [
        "spec.yaml:1:1 CRU102"
    ]


class TestPartial:
    """A file of the chain that cannot be read may hold anything."""

    SPEC = "extends: none.yaml\nepochs: 0\nearly_stopping: {}\nlearning_rat: 1\noptions: {wat: 1}\n"

    def test_what_it_may_hold_is_not_missing(self) -> None:
        assert refused(spec=self.SPEC) == [
            "spec.yaml:1:10 CRU021",
            "spec.yaml:2:9 CRU202",
            "spec.yaml:4:1 CRU101",
        ]

    def test_nor_in_a_base_with_broken_syntax(self) -> None:
        assert refused(base="id: [", spec="extends: base.yaml\nepochs: 0") == [
            "base.yaml:1:6 CRU011",
            "spec.yaml:2:9 CRU202",
        ]

    def test_in_a_base_with_a_broken_value_all_else_is_known(self) -> None:
        assert refused(base="id: .nan", spec="extends: base.yaml\nmodel_ref: {id: byte-lm}") == [
            "base.yaml:1:5 CRU014",
            "spec.yaml:1:1 CRU102",
        ]

    def test_an_experiment(self) -> None:
        found = source(spec="extends: none.yaml\npipeline:\n  - name: supervised_train\n    enable: true\n")
        assert experiment_places(found) == ["spec.yaml:1:10 CRU021", "spec.yaml:4:5 CRU101"]
        found = source(
            spec="extends: none.yaml\npipeline:\n  - name: report\noutputs: [{name: a}]\ndataset: {name: b}"
        )
        assert experiment_places(found) == ["spec.yaml:1:10 CRU021"]


EXPERIMENT = """id: e
backend: {id: local}
dataset: {name: train.jsonl}
training_config:
  id: shared
  model_ref: {id: byte-lm}
  dataset_ref: {name: other.jsonl}
  options: {learning_rate: 1e-4}
  epochs: 1
pipeline:
  - {name: supervised_train, options: {max_steps: 9}}
  - {name: supervised_train, options: {learning_rate: 1e-5}}
"""


def experiment(**texts: str) -> NormalizedExperiment:
    match normalize_experiment_source(source(**texts)):
        case Ok(value):
            return value
        case Err(error):
            raise AssertionError(str(error.diagnostics))


def experiment_places(found: Source) -> list[str]:
    match normalize_experiment_source(found):
        case Err(error):
            return places(error)
        case Ok(value):
            raise AssertionError(f"accepted: {value}")


def test_an_experiment_extends_another() -> None:
    found = experiment(
        base=EXPERIMENT,
        spec="extends: base.yaml\ntraining_config: {learning_rate: 1e-3, epochs: 2}\n",
    )
    first, second = (one.normalized.provenance for one in found.stages)
    assert (first["learning_rate"].value, str(first["learning_rate"].span)) == (1e-3, "spec.yaml:2:34")
    assert (first["max_steps"].value, str(first["max_steps"].span)) == (9, "base.yaml:11:51")
    assert (second["learning_rate"].value, str(second["learning_rate"].span)) == (1e-5, "base.yaml:12:55")
    assert [one["num_epochs"].value for one in (first, second)] == [2, 2]
    assert [(one.code, str(one.span)) for one in found.warnings] == [("CRU406", "base.yaml:3:10")]


def test_what_all_stages_share_is_decided_by_the_nearest_file() -> None:
    found = (
        experiment(base=EXPERIMENT, spec="extends: base.yaml\nid: mine\ndataset: {name: mine.jsonl}\n")
        .stages[0]
        .normalized.provenance
    )
    assert (found["dataset_ref"].value["name"], str(found["dataset_ref"].span)) == (
        "mine.jsonl",
        "spec.yaml:3:10",
    )
    assert found["run_name"].value == "mine-supervised_train"


def test_a_pipeline_is_replaced_whole() -> None:
    found = experiment(base=EXPERIMENT, spec="extends: base.yaml\npipeline: [{name: validate_data}]\n")
    assert [one.label for one in found.stages] == ["validate_data"]


def test_findings_of_an_experiment_are_where_the_values_are() -> None:
    found = source(
        base=EXPERIMENT.replace("max_steps: 9", "max_steps: 0"), spec="extends: base.yaml\nowner: 3\n"
    )
    assert experiment_places(found) == ["base.yaml:11:51 CRU202", "spec.yaml:2:8 CRU201"]


def test_only_a_file_extends_others() -> None:
    match normalize({"extends": "base.yaml", "id": "a"}):
        case Err(error):
            found = next(one for one in error.diagnostics if one.loc == ("extends",))
            assert found == Diagnostic(
                "CRU107",
                "`extends`: only a file can extend others, at its top level",
                ("extends",),
                hint="write the spec to a file, and load that",
            )
        case Ok():
            pytest.fail("accepted")


def test_only_at_the_top_of_a_file() -> None:
    assert refused(spec=BASE + "options: {extends: base.yaml, backend: local}\n") == ["spec.yaml:4:11 CRU107"]
    found = source(
        spec=EXPERIMENT.replace("id: shared", "extends: a.yaml\n  id: shared").replace(
            "{max_steps: 9}", "{max_steps: 9, extends: a.yaml}"
        )
    )
    assert experiment_places(found) == ["spec.yaml:5:3 CRU107", "spec.yaml:12:54 CRU107"]
    match normalize_experiment({"extends": "a.yaml", "id": "e"}):
        case Err(error):
            assert "CRU107" in [one.code for one in error.diagnostics if one.loc == ("extends",)]
        case Ok():
            pytest.fail("accepted")


def test_so_it_is_for_stages_that_do_not_train() -> None:
    base = EXPERIMENT + "  - {name: validate_data}\n"
    files = {"base": base, "spec": "extends: base.yaml\ndataset: {name: mine.jsonl}\n"}
    assert experiment(**files).stages[2].normalized.provenance["dataset_ref"].value == {"name": "mine.jsonl"}
    alone = experiment(spec=base).stages[2].normalized.provenance["dataset_ref"].value
    assert alone == {"name": "other.jsonl"}
