"""What of a data-set reference can be wrong without looking at the data: its options and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crucible_train import registry
from crucible_train.diagnostics.diagnostic import Diagnostic, Severity
from crucible_train.diagnostics.suggest import did_you_mean, misspelt
from crucible_train.result import Ok


def dataset_findings(name: str, reference: Mapping[str, Any]) -> list[Diagnostic]:
    """Findings about the reference `name`, each with a path into the stage config as its `loc`.

    The store's options are known when the reference names it (`provider`). Otherwise the settings may put
    another in the place of the usual one, so an unknown option is a warning.
    """
    return [*_options(name, reference), *_schema(name, reference.get("schema") or {})]


def _options(name: str, reference: Mapping[str, Any]) -> list[Diagnostic]:
    options: Mapping[str, Any] = reference.get("options") or {}
    if not options:
        return []
    from crucible_train.records.columns import PARSE_OPTIONS, SHAPE_COLUMNS  # few specs have options

    provider = reference.get("provider")
    match registry.load("dataset_store", registry.DEFAULT_DATASET_STORE if provider is None else provider):
        case Ok(store) if hasattr(store, "known_options"):
            known = frozenset({*store.known_options, *PARSE_OPTIONS})
        case _:
            known = frozenset(options)  # a store that does not tell
    severity = Severity.WARNING if provider is None else Severity.ERROR
    findings: list[Diagnostic] = []
    for key in options:
        if key not in known:
            message = f"unknown key `{name}.options.{key}`"
            hint = did_you_mean(key, sorted(known)) or _known(known)
            loc, fix = (name, "options", key), misspelt(key, known)
            findings.append(Diagnostic("CRU101", message, loc, hint=hint, severity=severity, fix=fix))
    columns = options.get("columns")
    for key in cast("Mapping[str, Any]", columns) if isinstance(columns, Mapping) else ():
        if key not in SHAPE_COLUMNS:
            hint = did_you_mean(key, sorted(SHAPE_COLUMNS)) or _known(SHAPE_COLUMNS)
            message = f"`{name}.options.columns.{key}`: no shape has a column `{key}`"
            loc, fix = (name, "options", "columns", key), misspelt(key, SHAPE_COLUMNS)
            findings.append(Diagnostic("CRU101", message, loc, hint=hint, fix=fix))
    return findings


def _known(names: frozenset[str]) -> str:
    return f"known here: {', '.join(sorted(names))}"


def _schema(name: str, schema: Mapping[str, Any]) -> list[Diagnostic]:
    if not schema:
        return []
    from crucible_train.records.schema import check_schema  # few specs have a schema

    return [
        Diagnostic("CRU603", f"`{name}.schema`: {problem}", (name, "schema", problem.column or ""))
        for problem in check_schema((), schema)
    ]
