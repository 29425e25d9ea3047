from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.examples.update import VALID, specs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_it_prints_the_stage_config(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("normalize", "spec.yaml")
    assert (status, err) == (0, "")
    config = json.loads(out)
    assert (config["run_name"], config["num_epochs"], config["batch_size"]) == ("spec", 2, 8)
    assert config["training_config"]["seed"] == 1
    assert config["backend"] == "local"


ONE_STAGE = [spec for spec in specs(VALID) if not spec.name.startswith("experiment")]


@pytest.mark.parametrize("spec", ONE_STAGE, ids=lambda spec: spec.name)
def test_its_output_is_a_spec_of_the_same_config(
    crucible: Callable[..., Any], here: Path, spec: Path
) -> None:
    for one in (spec, VALID / "minimal.yaml"):  # which another one extends
        (here / one.name).write_bytes(one.read_bytes())
    first = crucible("normalize", spec.name).out
    (here / "again.json").write_text(first, encoding="utf-8")
    status, second, err = crucible("normalize", "again.json")
    assert status == 0, err
    assert json.loads(second) == json.loads(first)


def test_warnings_go_to_standard_error(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("normalize", "spec.yaml", "--set", "validation_split=0.1")
    assert status == 0
    assert json.loads(out)["validation_split"] == 0.1
    assert err.startswith("spec.yaml: CRU402 warning: ")


def test_an_invalid_spec_prints_findings_and_no_config(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("normalize", "spec.yaml", "--set", "epochs=0")
    assert (status, out) == (1, "")
    assert err == "spec.yaml: CRU202 `epochs` must be at least 1, not 0 (--set)\n"


def test_a_file_that_is_not_there(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("normalize", "spec.yml")
    assert (status, out) == (2, "")
    assert err == "spec.yml:1:1: CRU001 no such file\n    hint: did you mean `spec.yaml`?\n"


def test_wrong_usage(crucible: Callable[..., Any]) -> None:
    assert crucible("normalize", "spec.yaml", "--set", "x").status == 2
