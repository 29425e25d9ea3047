"""`CRUCIBLE_SET__KEY=VALUE`: typed by the field, above the spec, below `--set`, and checked like both."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.cli.variables import by_stage, read_variables
from crucible_train.ir.overrides import Override
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPERIMENT = """\
id: exp
backend: {id: local}
training_config: {id: a, model_ref: {id: byte-lm}, dataset_ref: {name: train.jsonl}}
pipeline:
  - {name: validate_data}
  - {name: supervised_train, options: {learning_rate: 5e-3}}
  - {name: supervised_train}
"""
FIRST = "in an experiment the stage comes first: CRUCIBLE_SET__STAGE__EPOCHS"
SIZES = ("training_config", "model_ref", "options")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets `CRUCIBLE_SET__NAME` variables."""

    def set_all(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"CRUCIBLE_SET__{name}", value)

    return set_all


@pytest.fixture
def experiment(here: Path) -> None:
    (here / "exp.yaml").write_text(EXPERIMENT, encoding="utf-8")


class TestOverASpec:
    @pytest.mark.parametrize(
        ("name", "value", "path", "expected"),
        [
            ("EPOCHS", "7", ("num_epochs",), 7),
            ("NUM_EPOCHS", "7", ("num_epochs",), 7),
            ("OPTIONS__MAX_STEPS", "300", ("max_steps",), 300),
            ("LEARNING_RATE", " 1e-4 ", ("learning_rate",), 1e-4),
            ("ID", "2024", ("run_name",), "2024"),
            ("EARLY_STOPPING__MONITOR", "loss", ("early_stopping", "monitor"), "train_mean_nll"),
            ("MODEL_REF__OPTIONS__HIDDEN_DIM", "16", (*SIZES, "hidden_dim"), 16),
            ("MODEL_REF__OPTIONS__HIDDEN_DIM", "16", (*SIZES, "embedding_dim"), 4),
            ("LEARNING_RATE", "null", ("learning_rate",), 1e-4),
            ("Epochs", "7", ("num_epochs",), 7),
        ],
    )
    def test_a_value_has_the_type_of_its_field(
        self, crucible: Callable[..., Any], given: Any, name: str, value: str, path: Any, expected: Any
    ) -> None:
        given(**{name: value})
        status, out, err = crucible("normalize", "spec.yaml")
        assert (status, err) == (0, "")
        found: Any = json.loads(out)
        for part in path:
            found = found[part]
        assert found == expected
        assert type(found) is type(expected)

    def test_set_wins_over_it(self, crucible: Callable[..., Any], given: Any) -> None:
        given(EPOCHS="7", BATCH_SIZE="2")
        found = json.loads(crucible("normalize", "spec.yaml", "--set", "num_epochs=8").out)
        assert (found["num_epochs"], found["batch_size"]) == (8, 2)

    def test_its_name_is_where_the_value_comes_from(self, crucible: Callable[..., Any], given: Any) -> None:
        given(EPOCHS="7", EARLY_STOPPING__MONITOR="loss", EARLY_STOPPING__PATIENCE="4")
        lines = crucible("explain", "spec.yaml").out.splitlines()
        (row,) = (line for line in lines if line.startswith("num_epochs "))
        assert row.split() == ["num_epochs", "7", "set", "epochs", "CRUCIBLE_SET__EPOCHS",
                               "epochs", "->", "num_epochs"]  # fmt: skip
        (row,) = (line for line in lines if line.startswith("early_stopping "))
        assert "CRUCIBLE_SET__EARLY_STOPPING__MONITOR, CRUCIBLE_SET__EARLY_STOPPING__PATIENCE" in row

    def test_a_run_and_a_comparison_have_it_too(
        self, crucible: Callable[..., Any], given: Any, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = [{"prompt": f"say {n}", "completion": f"well, {n} it is"} for n in range(8)]
        (here / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        given(EPOCHS="1", LOGGER="none")
        assert "trained 1 steps" in crucible("run", "spec.yaml").out
        config = json.loads((here / "runs/spec/config.json").read_bytes())
        assert config["provenance"]["num_epochs"]["at"] == "CRUCIBLE_SET__EPOCHS"
        assert crucible("diff", "spec.yaml", "runs/spec").status == 0
        monkeypatch.delenv("CRUCIBLE_SET__EPOCHS")
        out = crucible("diff", "runs/spec", "spec.yaml").out
        assert "num_epochs: 1 -> 2\n    CRUCIBLE_SET__EPOCHS epochs -> spec.yaml:4:9 epochs\n" in out

    def test_it_brings_no_settings_with_it(
        self, crucible: Callable[..., Any], given: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "crucible_train.settings_sources", None)  # an import of it fails
        given(EPOCHS="7")
        assert crucible("validate", "spec.yaml").status == 0


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("EPOCH", "3", "CRU101 unknown key `epoch` ({})\n    hint: did you mean `epochs`?"),
            ("EPOCHS", "three", "CRU201 `epochs` must be a whole number, not the text 'three' ({})"),
            ("EARLY_STOPPING__PATIENSE", "3", "CRU101 unknown key `early_stopping.patiense` ({})"),
            (
                "EARLY_STOPPING__PATIENCE",
                "0",
                "CRU202 `early_stopping.patience` must be at least 1, not 0 ({})",
            ),
            ("SUPERVISED_TRAIN__EPOCHS", "3", "CRU101 unknown key `supervised_train` ({})"),
            ("LR", "3", "CRU104 `lr` is "),
        ],
    )
    def test_are_findings_at_the_variable(
        self, crucible: Callable[..., Any], given: Any, name: str, value: str, said: str
    ) -> None:
        given(**{name: value})
        status, out, err = crucible("validate", "spec.yaml")
        assert (status, err) == (1, "")
        assert said.format(f"CRUCIBLE_SET__{name}") in out
        assert "1 file, 1 error, 0 warnings" in out

    def test_of_one_layer_are_not_told_of_another(self, crucible: Callable[..., Any], given: Any) -> None:
        given(EARLY_STOPPING__PATIENCE="0")
        out = crucible("validate", "spec.yaml", "--set", "early_stopping.monitor=loss").out
        assert "`early_stopping.patience` must be at least 1, not 0 (CRUCIBLE_SET__EARLY_" in out

    def test_two_names_of_one_setting(self, crucible: Callable[..., Any], given: Any) -> None:
        given(EPOCHS="3", NUM_EPOCHS="4")
        out = crucible("validate", "spec.yaml").out
        assert "CRU105 `epochs` and `num_epochs` are two names of one setting" in out

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("EPOCHS", "", "CRUCIBLE_SET__EPOCHS: there is no value; `null` takes a value of the spec back"),
            ("EPOCHS", "[1", "CRUCIBLE_SET__EPOCHS: not well-formed YAML: the `[` is never closed"),
            ("", "1", "CRUCIBLE_SET__: after CRUCIBLE_SET__ comes a key, with `__` for a dot: "),
            ("A____B", "1", "CRUCIBLE_SET__A____B: after CRUCIBLE_SET__ comes a key"),
            ("A__", "1", "CRUCIBLE_SET__A__: after CRUCIBLE_SET__ comes a key"),
        ],
    )
    def test_that_cannot_be_read_are_wrong_usage(
        self, crucible: Callable[..., Any], given: Any, name: str, value: str, said: str
    ) -> None:
        given(**{name: value})
        status, out, err = crucible("validate", "spec.yaml")
        assert (status, out) == (2, "")
        assert err.startswith(f"crucible: {said}")

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("CRUCIBLE_SETT__EPOCHS", "CRUCIBLE_SET__EPOCHS"),
            ("CRUCIBLE_STE__EARLY_STOPPING__PATIENCE", "CRUCIBLE_SET__EARLY_STOPPING__PATIENCE"),
            ("CRUCIBLE_SET_EPOCHS", "CRUCIBLE_SET__EPOCHS"),
            ("CRUCIBLE_SET", "CRUCIBLE_SET__KEY"),
            ("CRUCIBLE_SECRET__TOKEN", "CRUCIBLE_SECRETS__TOKEN"),
        ],
    )
    def test_in_the_prefix_have_a_suggestion(
        self, crucible: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str, meant: str
    ) -> None:
        monkeypatch.setenv(name, "3")
        status, _, err = crucible("validate", "spec.yaml")
        assert (status, err) == (2, f"crucible: {name}: no such setting; did you mean `{meant}`?\n")


@pytest.mark.usefixtures("experiment")
class TestOverAnExperiment:
    def test_the_stage_comes_first(self, crucible: Callable[..., Any], given: Any) -> None:
        given(SUPERVISED_TRAIN__EPOCHS="3", SUPERVISED_TRAIN_2__EPOCHS="4", VALIDATE_DATA__MAX_LENGTH="9")
        out = crucible("normalize", "exp.yaml", "--set", "supervised_train-2.seed=5").out
        data, first, second = (stage["config"] for stage in json.loads(out)["stages"])
        assert (first["num_epochs"], second["num_epochs"], data["max_length"]) == (3, 4, 9)
        assert (first["training_config"]["seed"], second["training_config"]["seed"]) == (0, 5)
        out = crucible("explain", "exp.yaml", "supervised_train-2.num_epochs").out
        assert "CRUCIBLE_SET__SUPERVISED_TRAIN_2__EPOCHS" in out

    def test_set_wins_over_it(self, crucible: Callable[..., Any], given: Any) -> None:
        given(SUPERVISED_TRAIN__EPOCHS="3")
        out = crucible("normalize", "exp.yaml", "--set", "supervised_train.epochs=4").out
        assert json.loads(out)["stages"][1]["config"]["num_epochs"] == 4

    @pytest.mark.parametrize(
        ("name", "key", "hint"),
        [
            ("EPOCHS", "epochs", f"{FIRST}; stages: validate_data, supervised_train, supervised_train_2"),
            ("SUPERVISED_TRIAN__EPOCHS", "supervised_trian.epochs", "did you mean `supervised_train`?"),
            ("SUPERVISED_TRAIN__EPOCH", "epoch", "did you mean `epochs`?"),
        ],
    )
    def test_mistakes_are_findings(
        self, crucible: Callable[..., Any], given: Any, name: str, key: str, hint: str
    ) -> None:
        given(**{name: "3"})
        status, out, err = crucible("validate", "exp.yaml")
        assert (status, err) == (1, "")
        assert f"CRU101 unknown key `{key}` (CRUCIBLE_SET__{name})\n    hint: {hint}\n" in out
        assert "1 file, 1 error, 0 warnings" in out

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            (
                "SUPERVISED_TRAIN",
                "3",
                "CRUCIBLE_SET__SUPERVISED_TRAIN: it names a stage, and none of its keys",
            ),
            ("SUPERVISED_TRAIN__EPOCHS", "", "CRUCIBLE_SET__SUPERVISED_TRAIN__EPOCHS: there is no value"),
        ],
    )
    def test_what_cannot_be_read_is_wrong_usage(
        self, crucible: Callable[..., Any], given: Any, name: str, value: str, said: str
    ) -> None:
        given(**{name: value})
        status, out, err = crucible("validate", "exp.yaml")
        assert (status, out) == (2, "")
        assert err.startswith(f"crucible: {said}")

    def test_a_stage_that_is_not_there_is_the_finding(
        self, crucible: Callable[..., Any], given: Any, here: Path
    ) -> None:
        (here / "exp.yaml").write_text(EXPERIMENT.replace("validate_data", "validate_dat"), encoding="utf-8")
        given(VALIDATE_DAT__MAX_LENGTH="x")
        status, out, _ = crucible("validate", "exp.yaml")
        assert (status, out.count("CRU")) == (1, 2), out
        assert "CRU503" in out


def read(environ: dict[str, str]) -> list[Override]:
    match read_variables(environ):
        case Ok(found):
            return found
        case Err(problem):
            raise AssertionError(problem)


class TestNames:
    def test_in_order_and_in_any_case(self) -> None:
        names = ("CRUCIBLE_SET__B__C", "crucible_set__a", "CRUCIBLE_BACKEND", "PATH")
        assert read(dict.fromkeys(names, "1")) == [
            Override(("b", "c"), "1", "CRUCIBLE_SET__B__C"),
            Override(("a",), "1", "crucible_set__a"),
        ]

    def test_that_differ_only_in_case(self) -> None:
        problem = "CRUCIBLE_SET__A and CRUCIBLE_SET__a are one key, a: keep one of them"
        assert read_variables({"CRUCIBLE_SET__a": "1", "CRUCIBLE_SET__A": "2"}) == Err(problem)

    def test_that_may_mean_two_stages(self) -> None:
        variables = read({"CRUCIBLE_SET__A_B__C": "1"})
        problem = "CRUCIBLE_SET__A_B__C: it may mean a-b or A__b; use --set"
        assert by_stage(variables, ["a-b", "A__b", "c"]) == Err(problem)
        assert by_stage(variables, ["A__b"]) == Ok(
            ({"A__b": [Override(("c",), "1", "CRUCIBLE_SET__A_B__C")]}, [])
        )

    def test_where_there_are_no_stages(self) -> None:
        match by_stage(read({"CRUCIBLE_SET__A": "1"}), []):
            case Ok((grouped, [finding])):
                assert (grouped, finding.code, finding.hint) == ({}, "CRU101", None)
            case other:
                raise AssertionError(other)
