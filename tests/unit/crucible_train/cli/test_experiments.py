"""Every spec command takes an experiment, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.plug_in import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPERIMENT = """\
id: exp
backend: {id: local}
training_config:
  id: shared
  model_ref: {id: byte-lm, options: {context_length: 4, embedding_dim: 4, hidden_dim: 8}}
  dataset_ref: {name: train.jsonl}
  batch_size: 8
  options: {logger: none}
pipeline:
  - name: validate_data
  - name: supervised_train
    options: {learning_rate: 5e-3}
  - name: supervised_train
    enabled: false
    options: {learning_rate: 1e-3}
  - name: report
outputs:
  - {name: summary}
"""


@pytest.fixture
def experiment(here: Path) -> Path:
    rows = [{"prompt": f"say {n}", "completion": f"well, {n} it is"} for n in range(16)]
    (here / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    path = here / "experiment.yaml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return path


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


class TestValidate:
    def test_says_what_would_run(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, out, _ = crucible("validate", "experiment.yaml")
        said = (
            "experiment.yaml: valid: validate_data, then supervised_train on the local backend, "
            "then supervised_train on the local backend (disabled), then report"
        )
        assert (status, out.splitlines()[0]) == (0, said)

    def test_places_findings_in_the_one_file(self, crucible: Callable[..., Any], experiment: Path) -> None:
        edited(experiment, "learning_rate: 1e-3", "learning_rat: 1e-3")
        edited(experiment, "name: report", "name: reports")
        status, out, _ = crucible("validate", "experiment.yaml")
        assert status == 1
        assert [line.split(" ")[:2] for line in out.splitlines() if ": CRU" in line] == [
            ["experiment.yaml:15:15:", "CRU101"],
            ["experiment.yaml:16:11:", "CRU503"],
        ]

    def test_as_json_lists_the_stages(self, crucible: Callable[..., Any], experiment: Path) -> None:
        report = json.loads(crucible("validate", "--format", "json", "experiment.yaml").out)
        stages = report["valid"]["experiment.yaml"]
        assert [(one["label"], one["backend"], one["enabled"]) for one in stages] == [
            ("validate_data", None, True),
            ("supervised_train", "local", True),
            ("supervised_train-2", "local", False),
            ("report", None, True),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "id: a\nbackend: {id: local}\n",
            "id: a\npipelines: [{name: supervised_train}]\n",
        ],
    )
    def test_an_experiment_is_known_without_its_pipeline(
        self, crucible: Callable[..., Any], here: Path, text: str
    ) -> None:
        (here / "a.yaml").write_text(text, encoding="utf-8")
        assert "pipeline`" in crucible("validate", "a.yaml").out

    def test_what_reading_left_out_is_not_missed(self, crucible: Callable[..., Any], here: Path) -> None:
        (here / "a.yaml").write_text(
            "id: .nan\nbackend: {id: local}\npipeline: [{name: report}]\n", encoding="utf-8"
        )
        out = crucible("validate", "a.yaml").out
        assert "CRU014" in out
        assert "CRU102" not in out


class TestFlags:
    def test_set_names_the_stage(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, out, _ = crucible(
            "explain",
            "experiment.yaml",
            "supervised_train-2.learning_rate",
            "--set",
            "supervised_train-2.learning_rate=7e-3",
        )
        assert (status, out.splitlines()[1].split()) == (
            0,
            ["learning_rate", "0.007", "set", "learning_rate", "--set", "supervised_train-2", "kept"],
        )

    def test_a_mistake_in_set_is_said_with_its_stage(
        self, crucible: Callable[..., Any], experiment: Path
    ) -> None:
        status, out, _ = crucible("validate", "experiment.yaml", "--set", "supervised_train.epochs=x")
        assert status == 1
        assert "`epochs` must be a whole number, not the text 'x' (--set supervised_train)" in out

    @pytest.mark.parametrize(
        ("assignment", "said"),
        [
            (
                "epochs=3",
                "in an experiment write STAGE.KEY=VALUE; its stages: validate_data, supervised_train",
            ),
            ("supervised_trian.epochs=3", "in an experiment write STAGE.KEY=VALUE"),
            ("supervised_train.epochs=", "there is no value"),
        ],
    )
    def test_a_set_that_cannot_be_read(
        self, crucible: Callable[..., Any], experiment: Path, assignment: str, said: str
    ) -> None:
        status, _, err = crucible("validate", "experiment.yaml", "--set", assignment)
        assert status == 2
        assert said in err

    def test_a_set_for_a_stage_nobody_knows_leaves_the_finding(
        self, crucible: Callable[..., Any], experiment: Path
    ) -> None:
        edited(experiment, "name: report", "name: reprot")
        status, out, _ = crucible("validate", "experiment.yaml", "--set", "reprot.a=1")
        assert status == 1
        assert "CRU503" in out

    def test_the_backend_is_that_of_every_training_stage(
        self, crucible: Callable[..., Any], experiment: Path
    ) -> None:
        status, out, _ = crucible("validate", "experiment.yaml", "--backend", "locl")
        assert status == 1
        assert out.count(": CRU502 ") == 1

    def test_no_stage_is_asked_for(self, crucible: Callable[..., Any], experiment: Path) -> None:
        for command in ("validate", "explain", "run"):
            status, _, err = crucible(command, "experiment.yaml", "--stage", "supervised_train")
            assert status == 2
            assert "experiment.yaml is an experiment, which names its stages" in err


class TestExplain:
    def test_shows_every_stage(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, out, _ = crucible("explain", "experiment.yaml")
        assert status == 0
        assert [
            line for line in out.splitlines() if line.startswith(("validate", "supervised", "report"))
        ] == [
            "validate_data",
            "supervised_train",
            "supervised_train-2 (disabled)",
            "report",
        ]
        assert "pipeline[1].options.learning_rate" in out

    def test_one_stage(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, out, _ = crucible("explain", "experiment.yaml", "report")
        assert status == 0
        assert "outputs" in out

    def test_a_stage_that_is_not_there(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, _, err = crucible("explain", "experiment.yaml", "supervised_trian.epochs")
        assert status == 2
        assert "no stage 'supervised_trian' in this experiment, where a setting is STAGE.KEY;" in err
        assert "did you mean `supervised_train`?" in err


def test_normalize_prints_every_stages_config(crucible: Callable[..., Any], experiment: Path) -> None:
    found = json.loads(crucible("normalize", "experiment.yaml").out)
    assert [(one["label"], one["enabled"]) for one in found["stages"]] == [
        ("validate_data", True),
        ("supervised_train", True),
        ("supervised_train-2", False),
        ("report", True),
    ]
    assert found["stages"][1]["config"]["learning_rate"] == 5e-3


class TestRun:
    def test_runs_what_is_enabled(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, out, err = crucible("run", "experiment.yaml")
        assert status == 0, err
        heads = [line for line in out.splitlines() if not line.startswith(" ")]
        assert heads == ["validate_data", "supervised_train", "report"]
        assert "  run directory: runs/exp/02-supervised_train" in out
        assert "[2/4] supervised_train: completed" in err
        record = json.loads(experiment.with_name("runs").joinpath("exp/experiment.json").read_text())
        assert [one["status"] for one in record["stages"]] == [
            "completed",
            "completed",
            "skipped",
            "completed",
        ]
        (summary,) = experiment.with_name("runs").rglob("summary.md")
        assert "supervised_train" in summary.read_text(encoding="utf-8")

    def test_goes_where_out_says(self, crucible: Callable[..., Any], experiment: Path) -> None:
        status, _, err = crucible("run", "experiment.yaml", "--out", "elsewhere")
        assert status == 0, err
        assert experiment.with_name("elsewhere").joinpath("experiment.json").exists()
        assert not experiment.with_name("runs").exists()

    def test_a_stage_that_fails_leaves_what_was_done_and_goes_on_when_mended(
        self, crucible: Callable[..., Any], experiment: Path
    ) -> None:
        edited(experiment, "options: {learning_rate: 5e-3}", "options: {dataset_ref: {name: gone.jsonl}}")
        status, out, err = crucible("run", "experiment.yaml")
        assert (status, out.splitlines()[0]) == (1, "validate_data")
        assert "experiment.yaml:12:28: CRU601" in err
        assert "to go on: crucible run experiment.yaml --resume" in err
        edited(experiment, "gone.jsonl", "train.jsonl")
        status, out, err = crucible("run", "experiment.yaml", "--resume")
        assert status == 0, err
        assert "[1/4]" not in err
        assert out.splitlines()[0] == "validate_data"

    def test_a_complete_run_is_left_alone(self, crucible: Callable[..., Any], experiment: Path) -> None:
        first = crucible("run", "experiment.yaml")
        again = crucible("run", "experiment.yaml", "--resume")
        assert (again.status, again.out) == (0, first.out)
        assert again.err.splitlines()[-1] == "already complete: nothing was run"

    def test_a_second_run_is_refused(self, crucible: Callable[..., Any], experiment: Path) -> None:
        assert crucible("run", "experiment.yaml").status == 0
        status, _, err = crucible("run", "experiment.yaml")
        assert status == 1
        assert "continue it with --resume, or choose another --out" in err

    def test_ctrl_c_ends_it_so_that_it_can_go_on(
        self, crucible: Callable[..., Any], experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = "tests.unit.crucible_train.cli.test_run:InterruptedClient"
        install(tmp_path, monkeypatch, {"training_client": {"interrupted": target}})
        edited(experiment, "backend: {id: local}", "backend: {id: interrupted}")
        edited(experiment, "batch_size: 8", "batch_size: 2")
        status, _, err = crucible("run", "experiment.yaml")
        assert status == 130
        assert "to go on: crucible run experiment.yaml --resume" in err

    def test_an_adapter_that_is_broken_is_found_before_anything_runs(
        self, crucible: Callable[..., Any], experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = "from crucible_train.adapters.training_client import local\n\nclass Half:\n"
        text += "    training_config_model = local.LocalTrainingClient.training_config_model\n"
        install(tmp_path, monkeypatch, {"training_client": {"half": "half:Half"}}, modules={"half": text})
        edited(experiment, "backend: {id: local}", "backend: {id: half}")
        status, out, err = crucible("run", "experiment.yaml")
        assert (status, out) == (2, "")
        assert "half" in err
