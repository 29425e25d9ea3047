"""`Rule`: one code of the catalogue, explained."""

from __future__ import annotations

from dataclasses import dataclass

from crucible_train.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One code: what it finds, why that matters, an example and its fix.

    `example` and `fix` are lines of the whole example in `tests/examples/rules`, with remarks after `  # `.
    """

    code: str
    name: str
    what: str
    why: str
    example: str
    fix: str
    severity: Severity = Severity.ERROR

    @property
    def page(self) -> str:
        """The page of the documentation that explains it, in the repository."""
        return f"docs/reference/rules/{self.code}.md"
