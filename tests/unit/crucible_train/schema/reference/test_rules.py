"""The list of rules has every code, and the page of a code what there is to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.catalogue import FAMILIES, RULES
from crucible_train.schema.reference.rule_examples import example_of
from crucible_train.schema.reference.rules import rule_link, rule_page, rules_page

if TYPE_CHECKING:
    import pytest


def test_every_code_is_listed_under_its_family() -> None:
    page = rules_page()
    for title, rules in FAMILIES.items():
        section = page.split(f"\n## {title}\n", 1)[1].split("\n## ")[0]
        for rule in rules:
            row = f"| [{rule.code}](rules/{rule.code}.md) | `{rule.name}` | {rule.severity} | {rule.what} |"
            assert row in section


def test_a_page_has_the_rule_its_example_and_what_is_said_of_it() -> None:
    page, rule = rule_page("CRU101"), RULES["CRU101"]
    assert "\n# CRU101 unknown-key\n" in page
    assert f"Error. {rule.what} {rule.why}" in page
    assert f"```text\n{rule.example}\n```\n\nFix:\n\n```text\n{rule.fix}\n```" in page
    bad, fixed = page.split("## Example", 1)[1].split("## Fixed")
    assert f"`bad.yaml`:\n\n```yaml\n{example_of('CRU101').files('bad')['bad.yaml']}```" in bad
    assert "$ crucible validate bad.yaml\nbad.yaml:4:1: CRU101 unknown key `learning_rat`\n" in bad
    assert "[exit status 1]" in bad
    assert "$ crucible validate fixed.yaml\nfixed.yaml: valid for supervised_train" in fixed
    assert page.endswith("One of the rules about [Keys](../rules.md#keys).\n")


def test_a_page_shortens_long_lines() -> None:
    assert max(map(len, rule_page("CRU015").splitlines())) < 200


def test_a_page_of_a_run_says_of_the_fixed_one_only_that_it_ran() -> None:
    fixed = rule_page("CRU601").split("## Fixed")[1]
    assert "```text\n$ crucible run fixed.yaml\n[exit status 0]\n```" in fixed


def test_what_commands_print_does_not_depend_on_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKEND", "nowhere")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "fixed.yaml: valid for supervised_train on the local backend\n" in rule_page("CRU101")


def test_a_link_to_a_code() -> None:
    assert rule_link("CRU101") == "[CRU101](rules/CRU101.md)"
