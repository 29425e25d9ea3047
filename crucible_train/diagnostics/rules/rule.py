"""`Rule`: one code of the catalogue, explained."""

from __future__ import annotations

from dataclasses import dataclass

from crucible_train.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One code: what it finds, why that matters, an example and its fix."""

    code: str
    name: str
    what: str
    why: str
    example: str
    fix: str
    severity: Severity = Severity.ERROR
