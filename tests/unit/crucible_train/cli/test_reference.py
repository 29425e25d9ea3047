"""`crucible rule`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.diagnostics.catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Callable


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
    assert body[-1] == f"More: docs/reference/rules/{code}.md"
    for part in (rule.what, rule.why, *rule.example.splitlines(), *rule.fix.splitlines()):
        assert any(part in line for line in body), part


def test_a_rule_as_json(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("rule", "CRU402", "--format", "json")
    rule = RULES["CRU402"]
    assert status == 0
    assert json.loads(out) == {
        "code": "CRU402",
        "name": rule.name,
        "what": rule.what,
        "why": rule.why,
        "example": rule.example,
        "fix": rule.fix,
        "severity": "warning",
        "page": "docs/reference/rules/CRU402.md",
    }


def test_all_rules_as_json(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("rule", "--format", "json")
    assert status == 0
    assert [one["code"] for one in json.loads(out)] == list(RULES)


def test_a_code_in_small_letters(crucible: Callable[..., Any]) -> None:
    assert crucible("rule", "cru201").out.startswith("CRU201 wrong-type (error)\n")


def test_an_unknown_code(crucible: Callable[..., Any]) -> None:
    status, out, err = crucible("rule", "E501")
    assert (status, out) == (2, "")
    assert err == "crucible: no code 'E501'; `crucible rule` lists all codes\n"
