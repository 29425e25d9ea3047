"""`rules.md`: every code of the catalogue, as `crucible rule CODE` explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.catalogue import FAMILIES
from crucible_train.schema.reference.markdown import fenced, page

if TYPE_CHECKING:
    from crucible_train.diagnostics.catalogue import Rule


def rules_page() -> str:
    """The whole page."""
    blocks = ["Codes are stable. `crucible rule CODE` shows one of them in the terminal."]
    for title, rules in FAMILIES.items():
        blocks.append(f"## {title}")
        for rule in rules:
            blocks += _rule(rule)
    return page("Rules", *blocks)


def _rule(rule: Rule) -> list[str]:
    return [
        f"### {rule.code} {rule.name}",
        f"{rule.severity.value.capitalize()}. {rule.what} {rule.why}",
        fenced(rule.example),
        "Fix:",
        fenced(rule.fix),
    ]


def rule_heading(code: str) -> str:
    """The heading under which the page explains a code."""
    return next(
        f"{rule.code} {rule.name}" for rules in FAMILIES.values() for rule in rules if rule.code == code
    )
