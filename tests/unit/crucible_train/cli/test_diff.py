"""`crucible diff A B`: two specs, experiments or runs; what takes effect in one and not in the other."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

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
  - {name: validate_data}
  - {name: supervised_train, options: {learning_rate: 5e-3}}
"""


def spec(directory: Path) -> str:
    return (directory / "spec.yaml").read_text(encoding="utf-8")


def write(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text, encoding="utf-8")


@pytest.fixture
def other(here: Path) -> Path:
    """`other.yaml`: the spec with an `epochs` of 3 and another optimizer."""
    write(
        here, "other.yaml", spec(here).replace("epochs: 2", "num_epochs: 3") + "options: {optimizer: sgd}\n"
    )
    return here / "other.yaml"


@pytest.fixture
def data(here: Path) -> Path:
    rows = [{"prompt": f"say {n}", "completion": f"well, {n} it is"} for n in range(16)]
    write(here, "train.jsonl", "\n".join(map(json.dumps, rows)))
    write(here, "exp.yaml", EXPERIMENT)
    return here


class TestText:
    def test_two_lines_a_setting(self, crucible: Callable[..., Any], other: Path) -> None:
        status, out, err = crucible("diff", "spec.yaml", "other.yaml")
        assert (status, err) == (1, "")
        assert out.splitlines() == [
            'training_config.optimizer: "adam" -> "sgd"',
            "    backend default -> other.yaml:8:22 options.optimizer",
            "num_epochs: 2 -> 3",
            "    spec.yaml:4:9 epochs -> other.yaml:4:13 num_epochs",
            "spec.yaml and other.yaml differ in 2 settings",
        ]

    def test_specs_that_do_the_same(self, crucible: Callable[..., Any], here: Path) -> None:
        same = {
            "options": {"num_epochs": 2, "logger": "none", "optimizer": "adam"},
            "learning_rate": 5e-3,
            "batch_size": 8,
            "seed": 1,
            "id": "spec",
            "dataset_ref": {"name": "train.jsonl"},
            "model_ref": {
                "id": "byte-lm",
                "options": {"context_length": 4, "embedding_dim": 4, "hidden_dim": 8},
            },
        }
        write(here, "same.json", json.dumps(same))
        status, out, err = crucible("diff", "spec.yaml", "same.json")
        assert (status, err) == (0, "")
        assert out.startswith("spec.yaml and same.json do the same: fingerprint ")
        assert len(out.split()[-1]) == 64

    def test_what_is_set_on_one_side_only(self, crucible: Callable[..., Any], here: Path) -> None:
        write(here, "other.yaml", spec(here).replace("train.jsonl}", "train.jsonl, split: test}"))
        assert crucible("diff", "other.yaml", "spec.yaml").out.splitlines()[:2] == [
            'dataset_ref.split: "test" -> not set',
            "    other.yaml:3:41 dataset_ref.split -> not set",
        ]

    def test_another_stage(self, crucible: Callable[..., Any], data: Path) -> None:
        crucible("run", "exp.yaml", "--out", "e")
        assert crucible("diff", "e/02-supervised_train", "e/02-supervised_train").status == 0
        write(data, "data.yaml", "dataset_ref: {name: train.jsonl}\n")
        status, out, _ = crucible("diff", "e/02-supervised_train", "data.yaml", "--stage", "validate_data")
        assert (status, out.splitlines()[0]) == (1, 'stage: "supervised_train" -> "validate_data"')
        assert out.splitlines()[1] == "e/02-supervised_train and data.yaml differ in 1 setting"

    def test_escape_sequences_are_not_printed(self, crucible: Callable[..., Any], here: Path) -> None:
        write(here, "other.yaml", spec(here).replace("id: spec", 'id: "\\x9b31m"'))
        out = crucible("diff", "spec.yaml", "other.yaml").out
        assert 'run_name: "spec" -> "\\x9b31m"' in out


class TestOptions:
    def test_of_specs_apply_to_both(self, crucible: Callable[..., Any], other: Path) -> None:
        status, out, _ = crucible("diff", "spec.yaml", "other.yaml", "--set", "epochs=5")
        assert (status, "num_epochs" in out) == (1, False)
        status, out, _ = crucible(
            "diff", "spec.yaml", "other.yaml", "--set", "epochs=5", "--set", "options.optimizer=adam"
        )
        assert status == 0

    def test_say_where_a_value_comes_from(
        self, crucible: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crucible("run", "spec.yaml", "--set", "logger=none")
        monkeypatch.setenv("CRUCIBLE_SET__SEED", "7")
        out = crucible("diff", "runs/spec", "spec.yaml", "--set", "epochs=5").out
        assert "    spec.yaml:4:9 epochs -> --set epochs\n" in out
        assert "    spec.yaml:7:7 seed -> CRUCIBLE_SET__SEED seed\n" in out

    def test_one_of_them_may_be_standard_input(
        self, crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(spec(here).encode())))
        status, out, _ = crucible("diff", "spec.yaml", "-")
        assert (status, out.partition(" do ")[0]) == (0, "spec.yaml and <stdin>")


class TestJson:
    def test_has_the_same(self, crucible: Callable[..., Any], other: Path) -> None:
        status, out, _ = crucible("diff", "spec.yaml", "other.yaml", "--format", "json")
        found = json.loads(out)
        fingerprints = [found[side].pop("fingerprint") for side in "ab"]
        assert fingerprints[0] != fingerprints[1]
        assert status == 1
        assert found == {
            "equal": False,
            "a": {"path": "spec.yaml"},
            "b": {"path": "other.yaml"},
            "stages": [
                {
                    "label": None,
                    "a": "runs",
                    "b": "runs",
                    "settings": [
                        {
                            "setting": "training_config.optimizer",
                            "a": {
                                "value": "adam",
                                "layer": "default",
                                "key": "",
                                "at": None,
                                "rule": "backend default",
                            },
                            "b": {
                                "value": "sgd",
                                "layer": "options",
                                "key": "options.optimizer",
                                "at": "other.yaml:8:22",
                                "rule": "options.optimizer -> training_config.optimizer",
                            },
                        },
                        {
                            "setting": "num_epochs",
                            "a": {
                                "value": 2,
                                "layer": "ir",
                                "key": "epochs",
                                "at": "spec.yaml:4:9",
                                "rule": "epochs -> num_epochs",
                            },
                            "b": {
                                "value": 3,
                                "layer": "direct",
                                "key": "num_epochs",
                                "at": "other.yaml:4:13",
                                "rule": "kept",
                            },
                        },
                    ],
                }
            ],
            "order": None,
        }

    def test_of_what_does_the_same(self, crucible: Callable[..., Any], here: Path) -> None:
        status, out, _ = crucible("diff", "spec.yaml", "spec.yaml", "--format", "json")
        found = json.loads(out)
        assert (status, found["equal"], found["stages"], found["order"]) == (0, True, [], None)
        assert found["a"] == found["b"]


class TestExperiments:
    def test_by_stage(self, crucible: Callable[..., Any], data: Path) -> None:
        text = EXPERIMENT.replace("5e-3}}", "1e-3}}\n  - {name: report}").replace(
            "{name: validate_data}", "{name: validate_data, enabled: false}"
        )
        write(data, "other.yaml", text + "outputs: [{name: summary}]\n")
        status, out, err = crucible("diff", "exp.yaml", "other.yaml")
        key = "pipeline[1].options.learning_rate"
        assert (status, err) == (1, "")
        assert out.splitlines() == [
            "validate_data: runs -> disabled",
            "supervised_train.learning_rate: 0.005 -> 0.001",
            f"    exp.yaml:11:55 {key} -> other.yaml:11:55 {key}",
            "report: absent -> runs",
            "exp.yaml and other.yaml differ in 1 setting, 2 stages",
        ]

    def test_in_another_order(self, crucible: Callable[..., Any], data: Path) -> None:
        first, *lines = EXPERIMENT.splitlines()
        write(data, "other.yaml", "\n".join([first, *lines[:-2], lines[-1], lines[-2]]))
        status, out, _ = crucible("diff", "exp.yaml", "other.yaml")
        assert (status, out.splitlines()) == (
            1,
            [
                "order: validate_data, supervised_train -> supervised_train, validate_data",
                "exp.yaml and other.yaml differ in the order of stages",
            ],
        )
        _, out, _ = crucible("diff", "exp.yaml", "other.yaml", "--format", "json")
        assert json.loads(out)["order"]["b"] == ["supervised_train", "validate_data"]

    def test_are_not_specs(self, crucible: Callable[..., Any], data: Path) -> None:
        said = "crucible: exp.yaml is an experiment, and spec.yaml is not; "
        for pair in (("exp.yaml", "spec.yaml"), ("spec.yaml", "exp.yaml")):
            status, out, err = crucible("diff", *pair)
            assert (status, out) == (2, "")
            assert err.startswith(said)


class TestRuns:
    """A run directory has the fingerprint of what was run in it."""

    def test_of_a_spec(self, crucible: Callable[..., Any], data: Path) -> None:
        assert crucible("run", "spec.yaml", "--set", "logger=none").status == 0
        status, out, err = crucible("diff", "spec.yaml", "runs/spec")
        recorded = json.loads((data / "runs/spec/config.json").read_bytes())
        assert (status, err) == (0, "")
        assert out == f"spec.yaml and runs/spec do the same: fingerprint {recorded['fingerprint']}\n"

    def test_with_an_option(self, crucible: Callable[..., Any], data: Path) -> None:
        crucible("run", "spec.yaml", "--set", "epochs=1", "--set", "logger=none")
        assert crucible("diff", "runs/spec", "spec.yaml", "--set", "epochs=1").status == 0
        status, out, _ = crucible("diff", "runs/spec", "spec.yaml")
        assert (status, out.splitlines()[:2]) == (
            1,
            ["num_epochs: 1 -> 2", "    --set epochs -> spec.yaml:4:9 epochs"],
        )

    def test_a_part_of_a_mapping_comes_from_where_the_mapping_does(
        self, crucible: Callable[..., Any], data: Path
    ) -> None:
        write(data, "spec.yaml", spec(data) + "early_stopping: {monitor: loss, patience: 5}\n")
        crucible("run", "spec.yaml", "--set", "logger=none")
        out = crucible("diff", "runs/spec", "spec.yaml", "--set", "early_stopping.patience=6").out
        assert out.splitlines()[1] == ("    spec.yaml:8:17 early_stopping -> --set early_stopping.patience")

    def test_of_an_experiment(self, crucible: Callable[..., Any], data: Path) -> None:
        status, _, err = crucible("run", "exp.yaml")
        assert status == 0, err
        assert crucible("diff", "exp.yaml", "runs/exp").status == 0
        record = json.loads((data / "runs/exp/experiment.json").read_bytes())
        out = crucible("diff", "runs/exp", "exp.yaml").out
        assert out.endswith(f"fingerprint {record['fingerprint']}\n")
        write(data, "exp.yaml", EXPERIMENT.replace("5e-3", "1e-3"))
        out = crucible("diff", "runs/exp", "exp.yaml").out
        assert out.startswith("supervised_train.learning_rate: 0.005 -> 0.001\n    exp.yaml:11:55 ")

    def test_of_a_data_check(self, crucible: Callable[..., Any], data: Path) -> None:
        write(data, "data.yaml", "dataset_ref: {name: train.jsonl}\n")
        as_data = ("--stage", "validate_data")
        assert crucible("run", "data.yaml", *as_data, "--out", "checked").status == 0
        assert crucible("diff", "data.yaml", "checked", *as_data).status == 0
        assert crucible("diff", "data.yaml", "checked", *as_data, "--set", "max_length=9").status == 1
        assert crucible("run", "exp.yaml").status == 0
        status, out, _ = crucible("diff", "checked", "runs/exp/01-validate_data")
        assert (status, out.partition("{")[0]) == (1, "model_ref: null -> ")

    def test_take_no_options(self, crucible: Callable[..., Any], data: Path) -> None:
        crucible("run", "spec.yaml", "--set", "logger=none")
        for option in (("--set", "epochs=1"), ("--backend", "local"), ("--stage", "supervised_train")):
            status, out, err = crucible("diff", "runs/spec", "runs/spec", *option)
            assert (status, out) == (2, "")
            assert err == "crucible: --stage, --backend and --set are for specs, and these are runs\n"


class TestWrong:
    def test_what_is_invalid_is_said_of_both(self, crucible: Callable[..., Any], here: Path) -> None:
        write(here, "bad.yaml", spec(here) + "epochz: 3\n")
        status, out, err = crucible("diff", "bad.yaml", "nowhere.yaml")
        assert (status, out) == (2, "")
        assert "bad.yaml:8:1: CRU101 " in err
        assert "nowhere.yaml:1:1: CRU001 " in err

    def test_warnings_do_not_matter(self, crucible: Callable[..., Any], here: Path) -> None:
        write(here, "warned.yaml", spec(here) + "validation_split: 0.5\n")
        status, out, err = crucible("diff", "warned.yaml", "warned.yaml")
        assert (status, err.count("warned.yaml:8:19: CRU402 warning: ")) == (0, 2)
        assert "CRU" not in out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["-", "-"], "only one of the two can be read from standard input"),
            (["spec.yaml", "spec.yaml", "--set", "epochs"], "--set epochs: write KEY=VALUE"),
            (["spec.yaml", "empty"], "empty: a directory without a run: it has neither config.json nor "),
        ],
    )
    def test_usage(self, crucible: Callable[..., Any], here: Path, arguments: list[str], said: str) -> None:
        (here / "empty").mkdir()
        status, out, err = crucible("diff", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith(f"crucible: {said}")

    def test_settings(
        self, crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUCIBLE_BAKEND", "local")
        status, out, err = crucible("diff", "spec.yaml", "spec.yaml")
        assert (status, out) == (2, "")
        assert err.startswith("crucible: CRUCIBLE_BAKEND: no such setting")

    @pytest.mark.parametrize(
        ("record", "said"),
        [
            ("{", "not the record of a run that can be compared (Invalid JSON: "),
            ('{"stage": "a"}', "not the record of a run that can be compared (fingerprint: Field required)"),
            ("[" * 9_999, "not the record of a run that can be compared ("),
            (
                '{"stage": "a", "fingerprint": "b", "effective": {}, "provenance": {}}',
                "its fingerprint is not that of its settings: something has changed them",
            ),
        ],
    )
    def test_a_record(self, crucible: Callable[..., Any], here: Path, record: str, said: str) -> None:
        (here / "run").mkdir()
        write(here / "run", "config.json", record)
        status, out, err = crucible("diff", "run", "spec.yaml")
        assert (status, out) == (2, "")
        assert err.startswith(f"crucible: run/config.json: {said}")

    def test_a_record_that_is_a_directory(self, crucible: Callable[..., Any], here: Path) -> None:
        (here / "run" / "experiment.json").mkdir(parents=True)
        assert crucible("diff", "run", "spec.yaml").err == "crucible: run/experiment.json: Is a directory\n"

    def test_an_experiments_record_that_was_changed(self, crucible: Callable[..., Any], data: Path) -> None:
        crucible("run", "exp.yaml")
        path = data / "runs/exp/experiment.json"
        record = json.loads(path.read_bytes())
        for change in ({"enabled": False}, {"effective": {}}):
            edited = {**record, "stages": [{**record["stages"][0], **change}, record["stages"][1]]}
            path.write_text(json.dumps(edited), encoding="utf-8")
            assert (
                "its fingerprint is not that of its settings" in crucible("diff", "runs/exp", "exp.yaml").err
            )

    def test_a_record_without_the_origin_of_a_setting(self, crucible: Callable[..., Any], data: Path) -> None:
        crucible("run", "spec.yaml", "--set", "logger=none")
        path = data / "runs/spec/config.json"
        path.write_text(json.dumps({**json.loads(path.read_bytes()), "provenance": {}}), encoding="utf-8")
        out = crucible("diff", "runs/spec", "spec.yaml", "--set", "epochs=5").out
        assert out.splitlines()[:2] == ["num_epochs: 2 -> 5", "    unknown -> --set epochs"]
