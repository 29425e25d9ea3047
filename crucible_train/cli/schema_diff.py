"""`crucible schema diff OLD NEW`: what a new version of the schemas does to those who pinned the old one."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.cli.reporters.text_report import count, printable
from crucible_train.result import Err, Ok
from crucible_train.schema.compatibility import ChangeKind, compare_paths

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crucible_train.schema.compatibility import FileChanges


def schema_diff(options: argparse.Namespace) -> int:
    """Classify every change; exit status 1 where one is breaking."""
    match compare_paths(options.old, options.new):
        case Ok(compared):
            pass
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE
    if options.format == "json":
        print(json.dumps(_data(compared), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(compared)))
    breaking = any(change.kind is ChangeKind.BREAKING for one in compared for change in one.changes)
    return EXIT_FINDINGS if breaking else EXIT_OK


def _lines(compared: Sequence[FileChanges]) -> list[str]:
    lines = [printable(f"{one.name}: {change}") for one in compared for change in one.changes]
    kinds = [change.kind for one in compared for change in one.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ChangeKind)
    return [*lines, f"{count(len(compared), 'schema')}, {counts}"]


def _data(compared: Sequence[FileChanges]) -> dict[str, object]:
    return {
        "schemas": len(compared),
        "changes": [
            {"schema": one.name, "kind": change.kind, "path": change.path, "message": change.message}
            for one in compared
            for change in one.changes
        ],
    }
