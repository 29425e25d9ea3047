"""`crucible rule`: what a code means."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_OK, EXIT_USAGE
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    import argparse

    from crucible_train.diagnostics.catalogue import Rule


def rule(options: argparse.Namespace) -> int:
    """Explain one code, or list all."""
    as_json: bool = options.format == "json"
    if options.code is None:
        listed = (f"{code}  {found.name:22} {found.what}" for code, found in RULES.items())
        print(_json([*map(_data, RULES.values())]) if as_json else "\n".join(listed))
        return EXIT_OK
    found = RULES.get(options.code.upper())
    if found is None:
        hint = did_you_mean(options.code, RULES) or "`crucible rule` lists all codes"
        print(f"crucible: no code {options.code!r}; {hint}", file=sys.stderr)
        return EXIT_USAGE
    print(_json(_data(found)) if as_json else _explain(found))
    return EXIT_OK


def _data(rule: Rule) -> dict[str, str]:
    return {**asdict(rule), "severity": str(rule.severity), "page": rule.page}


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


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
            "",
            f"More: {rule.page}",
        ]
    )
