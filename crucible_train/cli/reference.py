"""`crucible rule`: what a code means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_OK, EXIT_USAGE
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    import argparse

    from crucible_train.diagnostics.catalogue import Rule


def rule(options: argparse.Namespace) -> int:
    """Explain one code, or list all."""
    if options.code is None:
        print("\n".join(f"{code}  {found.name:22} {found.what}" for code, found in RULES.items()))
        return EXIT_OK
    found = RULES.get(options.code.upper())
    if found is None:
        hint = did_you_mean(options.code, RULES) or "`crucible rule` lists all codes"
        print(f"crucible: no code {options.code!r}; {hint}", file=sys.stderr)
        return EXIT_USAGE
    print(_explain(found))
    return EXIT_OK


def _explain(rule: Rule) -> str:
    def block(text: str) -> str:
        return "\n".join(f"    {line}" for line in text.splitlines())

    return "\n".join(
        [
            f"{rule.code} {rule.name} ({rule.severity})",
            "",
            rule.what,
            rule.why,
            "",
            "Example:",
            block(rule.example),
            "",
            "Fix:",
            block(rule.fix),
        ]
    )
