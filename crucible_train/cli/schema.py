"""`crucible schema`: the names of all schemas, one of them, or all as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.registry import NotRegistered
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    import argparse


def schema(options: argparse.Namespace) -> int:
    """Print one schema, or the names of all; write all as files, or check those that are there."""
    try:
        if options.out is not None:
            return _write(Path(options.out))
        if options.check is not None:
            return _check(Path(options.check))
    except OSError as error:
        print(f"crucible: {error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE
    return _print(options.name)


def _print(name: str | None) -> int:
    from crucible_train.schema import schema as schema_of
    from crucible_train.schema import schema_names
    from crucible_train.schema.files import rendered

    if name is None:
        print("\n".join(schema_names()))
        return EXIT_OK
    match schema_of(name):
        case Ok(found):
            print(rendered(found), end="")
            return EXIT_OK
        case Err(NotRegistered()):
            hint = did_you_mean(name, schema_names()) or f"known: {', '.join(schema_names())}"
            print(f"crucible: no schema {name!r}; {hint}", file=sys.stderr)
            return EXIT_USAGE
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE


def _write(directory: Path) -> int:
    from crucible_train.schema.files import write

    for path in write(directory):
        print(f"{path}: written")
    return EXIT_OK


def _check(directory: Path) -> int:
    from crucible_train.schema.files import drift

    found = drift(directory)
    for path, what in found:
        print(f"{path}: {what}")
    if found:
        print(
            f"to mend them: crucible schema --out {directory}, and remove what is left over", file=sys.stderr
        )
    return EXIT_FINDINGS if found else EXIT_OK
