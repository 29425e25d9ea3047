"""The page of rules has every code, under an anchor that says its name."""

from __future__ import annotations

from crucible_train.diagnostics.catalogue import RULES
from crucible_train.schema.reference.rules import rule_heading, rules_page


def test_every_code_is_there() -> None:
    page = rules_page()
    for code, rule in RULES.items():
        section = page.split(f"\n### {code} {rule.name}\n", 1)[1].split("\n### ")[0]
        assert f"{rule.severity.value.capitalize()}. {rule.what} {rule.why}" in section
        assert f"```text\n{rule.example}\n```\n\nFix:\n\n```text\n{rule.fix}\n```" in section


def test_the_heading_of_a_code() -> None:
    assert rule_heading("CRU101") == "CRU101 unknown-key"
