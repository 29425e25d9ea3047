from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.loops.supervised.config import SupervisedConfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLUMNS = ["setting", "value", "layer", "key", "at", "rule"]


def rows(out: str) -> dict[str, list[str]]:
    """The table by setting; cells are set apart by two spaces or more."""
    head, *lines = ([cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines())
    assert head == COLUMNS
    return {line[0]: line[1:] for line in lines}


def test_every_setting_has_a_row(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("explain", "spec.yaml")
    assert status == 0
    table = rows(out)
    assert set(SupervisedConfig.model_fields) - {"training_config"} <= set(table)
    assert table["num_epochs"] == ["2", "ir", "epochs", "spec.yaml:4:9", "epochs -> num_epochs"]
    assert table["learning_rate"] == ["0.005", "ir", "learning_rate", "spec.yaml:6:16", "kept"]
    assert table["adam_beta2"] == ["0.95", "default", "-", "-", "stage default"]
    assert table["training_config.seed"] == [
        "1",
        "ir",
        "seed",
        "spec.yaml:7:7",
        "seed -> training_config.seed",
    ]


def test_each_layer_is_named(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (here / "spec.yaml").read_text(encoding="utf-8") + "options: {max_length: 9}\nsave_every: 5\n"
    (here / "spec.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CRUCIBLE_BACKEND", "local")
    table = rows(crucible("explain", "spec.yaml", "--set", "batch_size=4").out)
    layers = {setting: row[1] for setting, row in table.items()}
    assert layers["adam_eps"] == "default"
    assert layers["backend"] == "settings"
    assert layers["num_epochs"] == "ir"
    assert layers["max_length"] == "options"
    assert layers["save_every"] == "direct"
    assert layers["batch_size"] == "set"
    flagged = rows(crucible("explain", "spec.yaml", "--backend", "local").out)
    assert flagged["backend"] == ['"local"', "flag", "backend", "--backend", "kept"]


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("num_epochs", "num_epochs"),
        ("epochs", "num_epochs"),
        ("checkpoint_every", "save_every"),
        ("id", "run_name"),
        ("seed", "training_config.seed"),
        ("training_config.seed", "training_config.seed"),
        ("model_ref", "training_config.model_ref"),
        ("lr_schedule", "lr_schedule"),
        ("options.lr_schedule", "lr_schedule"),
    ],
)
def test_one_setting_by_any_of_its_names(crucible: Callable[..., Any], key: str, setting: str) -> None:
    status, out, _ = crucible("explain", "spec.yaml", key)
    assert status == 0
    assert list(rows(out)) == [setting]


def test_one_value_is_shown_whole(crucible: Callable[..., Any]) -> None:
    long = "x" * 200
    assert long not in crucible("explain", "spec.yaml", "--set", f"log_path={long}").out
    assert long in crucible("explain", "spec.yaml", "log_path", "--set", f"log_path={long}").out


def test_a_key_of_the_backend_that_is_not_set(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("explain", "spec.yaml", "training_config.optimizer")
    assert (status, err) == (0, "")
    assert out.splitlines()[1].split() == [
        "training_config.optimizer",
        '"adam"',
        "default",
        "-",
        "-",
        "backend",
        "default",
    ]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("epoch", "did you mean `epochs`?"),
        ("lr_shedule", "did you mean `lr_schedule`?"),
        ("zzz", "settings: "),
    ],
)
def test_a_wrong_key(crucible: Callable[..., Any], key: str, hint: str) -> None:
    status, out, err = crucible("explain", "spec.yaml", key)
    assert (status, out) == (2, "")
    assert err.startswith(f"crucible: no setting '{key}'; {hint}")


def test_an_invalid_spec_is_not_explained(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("explain", "spec.yaml", "--set", "epochs=0")
    assert (status, out) == (1, "")
    assert "CRU202" in err
