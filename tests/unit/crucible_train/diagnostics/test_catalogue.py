"""The catalogue and the code agree: every code is explained, and every explanation is of a code in use."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import crucible_train
from crucible_train.diagnostics.catalogue import FAMILIES, RULES, Rule
from crucible_train.diagnostics.diagnostic import Severity

PACKAGE = Path(crucible_train.__file__).parent
CODE = re.compile(r"(?:crucible\.)?(CRU\d{3})")


def codes_in(path: Path) -> set[str]:
    """The codes a module gives findings: string literals that are a code, docstrings and comments aside."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = CODE.fullmatch(node.value)
            if match:
                found.add(match[1])
    return found


USED = {code for path in PACKAGE.rglob("*.py") if path.parent.name != "rules" for code in codes_in(path)}


def test_every_code_in_use_is_explained() -> None:
    assert set(RULES) >= USED


def test_every_code_that_is_explained_is_in_use() -> None:
    assert set(RULES) <= USED


def test_codes_are_in_order_and_in_their_family() -> None:
    assert list(RULES) == sorted(RULES)
    hundreds = {
        title: {code[3] for code in (rule.code for rule in rules)} for title, rules in FAMILIES.items()
    }
    assert list(hundreds.values()) == [{"0"}, {"1"}, {"2"}, {"3", "4"}, {"5"}, {"6"}]


def test_names_are_unique_words() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_each_rule_says_what_why_and_how_to_mend_it(rule: Rule) -> None:
    for text in (rule.what, rule.why):
        assert text.endswith((".", ")"))
        assert text[0].isupper() or text[0] == "`"
    assert rule.example
    assert rule.fix
    assert rule.example != rule.fix


def test_warnings_are_settings_without_effect_and_suspicions() -> None:
    warnings = {code for code, rule in RULES.items() if rule.severity is Severity.WARNING}
    assert warnings == {"CRU018", "CRU025", "CRU106"} | {code for code in RULES if code.startswith("CRU4")}
