"""The catalogue of codes. A code is stable: once released it is never reused for another finding.

CRU0xx  reading a file            CRU4xx  settings without effect (warnings)
CRU1xx  keys                      CRU5xx  what a backend or stage cannot do
CRU2xx  values                    CRU6xx  resolving references
CRU3xx  values against each other
"""

from __future__ import annotations

from crucible_train.diagnostics.rules.backends import BACKENDS
from crucible_train.diagnostics.rules.effects import EFFECTS
from crucible_train.diagnostics.rules.keys import KEYS
from crucible_train.diagnostics.rules.reading import READING
from crucible_train.diagnostics.rules.references import REFERENCES
from crucible_train.diagnostics.rules.rule import Rule
from crucible_train.diagnostics.rules.values import VALUES

FAMILIES: dict[str, tuple[Rule, ...]] = {
    "Reading a file": READING,
    "Keys": KEYS,
    "Values": VALUES,
    "Settings against each other, and without effect": EFFECTS,
    "Stages, backends and stores": BACKENDS,
    "Resolving references": REFERENCES,
}
"""Title of a family to its rules, in the order of their codes."""

RULES: dict[str, Rule] = {rule.code: rule for rules in FAMILIES.values() for rule in rules}
"""Code to rule."""

__all__ = ["FAMILIES", "RULES", "Rule"]
