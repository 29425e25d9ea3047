"""`crucible schema` and `crucible rule`: what can be looked up."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_OK, EXIT_USAGE
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.registry import NotRegistered
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    import argparse

    from crucible_train.diagnostics.catalogue import Rule


def schema(options: argparse.Namespace) -> int:
    """Print one schema, or the names of all."""
    from crucible_train.schema import schema as schema_of
    from crucible_train.schema import schema_names

    if options.name is None:
        print("\n".join(schema_names()))
        return EXIT_OK
    match schema_of(options.name):
        case Ok(found):
            print(json.dumps(found, indent=2, ensure_ascii=False))
            return EXIT_OK
        case Err(NotRegistered()):
            hint = did_you_mean(options.name, schema_names()) or f"known: {', '.join(schema_names())}"
            print(f"crucible: no schema {options.name!r}; {hint}", file=sys.stderr)
            return EXIT_USAGE
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE


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
