"""`crucible schema` and `crucible rule`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.diagnostics.catalogue import RULES
from crucible_train.schema import schema_names
from tests.support.plug_in import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_schema_without_a_name_lists_the_names(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("schema")
    assert status == 0
    assert out.splitlines() == list(schema_names())
    assert {"TrainingConfig", "TrainingRun", "supervised_train", "training_config.local"} <= set(
        schema_names()
    )


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_a_schema_of_2020_12(crucible: Callable[..., Any], name: str) -> None:
    status, out, _ = crucible("schema", name)
    assert status == 0
    schema = json.loads(out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["description"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("supervised", "no schema 'supervised'; did you mean `supervised_train`?"),
        ("trainingconfig", "no schema 'trainingconfig'; did you mean `TrainingConfig`?"),
        ("zzz", f"no schema 'zzz'; known: {', '.join(schema_names())}"),
        ("training_config.locl", "no schema 'training_config.locl'; did you mean `training_config.local`?"),
    ],
)
def test_an_unknown_schema(crucible: Callable[..., Any], name: str, message: str) -> None:
    assert crucible("schema", name) == (2, "", f"crucible: {message}\n")


def test_the_schema_of_a_broken_plug_in(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(here, monkeypatch, {"stages": {"broken_train": "plug_in_absent:Stage"}})
    status, out, err = crucible("schema", "broken_train")
    assert (status, out) == (2, "")
    assert err.startswith("crucible: the stages plug-in 'broken_train' cannot be used: ModuleNotFoundError: ")


def test_rule_without_a_code_lists_all(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("rule")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(RULES)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_explained(crucible: Callable[..., Any], code: str) -> None:
    rule = RULES[code]
    status, out, _ = crucible("rule", code)
    assert status == 0
    head, *body = out.splitlines()
    assert head == f"{code} {rule.name} ({rule.severity})"
    for part in (rule.what, rule.why, *rule.example.splitlines(), *rule.fix.splitlines()):
        assert any(part in line for line in body), part


def test_a_code_in_small_letters(crucible: Callable[..., Any]) -> None:
    assert crucible("rule", "cru201").out.startswith("CRU201 wrong-type (error)\n")


def test_an_unknown_code(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("rule", "E501")
    assert (status, out) == (2, "")
    assert err == "crucible: no code 'E501'; `crucible rule` lists all codes\n"
