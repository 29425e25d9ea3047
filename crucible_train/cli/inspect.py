"""`crucible normalize` and `crucible explain`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from crucible_train.cli.load import check, open_session
from crucible_train.cli.main import EXIT_OK, EXIT_USAGE
from crucible_train.cli.reporters.text_report import finding_lines
from crucible_train.cli.validate import exit_status
from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from crucible_train.cli.load import Checked, Session
    from crucible_train.ir.normalized import Normalized, Provenance


def normalize(options: argparse.Namespace) -> int:
    """Print the stage config, or those of an experiment's stages, as JSON; findings go to standard error."""
    match valid_file(options):
        case Ok((checked, _)):
            valid = checked.normalized or checked.experiment
            print(json.dumps(valid.to_json() if valid else None, indent=2, ensure_ascii=False))
            return EXIT_OK
        case Err(code):
            return code


def explain(options: argparse.Namespace) -> int:
    """Print a table of every setting, or everything about one; in an experiment, stage by stage."""
    match valid_file(options):
        case Ok((checked, _)):
            pass
        case Err(code):
            return code
    if checked.normalized is not None:
        return _explain(checked.normalized, options.key)
    planned = checked.experiment.stages if checked.experiment else ()
    labels = {one.label: one for one in planned}
    label, _, key = (options.key or "").partition(".")
    if label in labels:
        return _explain(labels[label].normalized, key or None)
    if label:
        hint = did_you_mean(label, labels) or f"stages: {', '.join(labels)}"
        print(
            f"crucible: no stage {label!r} in this experiment, where a setting is STAGE.KEY; {hint}",
            file=sys.stderr,
        )
        return EXIT_USAGE
    for one in planned:
        print(f"{one.label}{'' if one.enabled else ' (disabled)'}\n")
        print(_table(one.normalized.provenance, longest_value=48), end="\n\n")
    return EXIT_OK


def _explain(normalized: Normalized[Any], key: str | None) -> int:
    rows = normalized.provenance
    if key is None:
        print(_table(rows, longest_value=48))
        return EXIT_OK
    told = f"training_config.{key}"
    chosen = _rows_of(key, normalized) or ({told: rows[told]} if told in rows else {})
    if chosen:
        print(_table(chosen, longest_value=10_000))
        return EXIT_OK
    if key in normalized.config.backend_keys:
        print(f"{key} is not set: the backend decides")
        return EXIT_OK
    names = [*rows, *(row.source for row in normalized.config.mapping_table())]
    hint = did_you_mean(key, names) or f"settings: {', '.join(rows)}"
    print(f"crucible: no setting {key!r}; {hint}", file=sys.stderr)
    return EXIT_USAGE


def _rows_of(key: str, normalized: Normalized[Any]) -> dict[str, Provenance]:
    """The settings that `key` names: by their own name, by the key they were written under, or by the spec's
    key for them, whether it was used or not."""
    rows = normalized.provenance
    name = key.removeprefix("options.")
    renamed = {row.source: row.target for row in normalized.config.mapping_table() if row.rule == "renamed"}
    wanted = {key, name, renamed.get(name, name), f"training_config.{name}"}
    return {setting: row for setting, row in rows.items() if setting in wanted or row.key == key}


def valid_file(options: argparse.Namespace) -> Result[tuple[Checked, Session], int]:
    """The file, checked; where it is not valid, its findings are printed and `Err` is the exit status."""
    match open_session(options):
        case Ok(session):
            pass
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return Err(EXIT_USAGE)
    match check(options.path, session):
        case Ok(checked):
            pass
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return Err(EXIT_USAGE)
    for finding in checked.findings:
        print("\n".join(finding_lines(checked.path, finding)), file=sys.stderr)
    if checked.normalized is None and checked.experiment is None:
        return Err(exit_status([checked]))
    return Ok((checked, session))


def _table(rows: Mapping[str, Provenance], *, longest_value: int) -> str:
    head = ("setting", "value", "layer", "key", "at", "rule")
    body = [
        (
            setting,
            _short(json.dumps(row.value, ensure_ascii=False), longest_value),
            row.layer.label,
            row.key or "-",
            row.at or "-",
            row.rule,
        )
        for setting, row in rows.items()
    ]
    table = [head, *body]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
