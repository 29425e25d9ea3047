"""`crucible validate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crucible_train.cli.load import Checked, check, open_session
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    import argparse


def validate(options: argparse.Namespace) -> int:
    """Check every file; report all findings of all files."""
    match open_session(options):
        case Ok(session):
            pass
        case Err(problem):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE
    checked = [check(path, session) for path in options.paths]
    if options.format == "json":
        from crucible_train.cli.reporters import json_report

        print(json_report.render(checked, session.stage))
    else:
        from crucible_train.cli.reporters import text_report

        print(text_report.render(checked, session.stage))
    return exit_status(checked)


def exit_status(checked: list[Checked]) -> int:
    """2 when a file could not be read, else 1 when there are errors, else 0."""
    if not all(one.readable for one in checked):
        return EXIT_USAGE
    errors = any(finding.severity is Severity.ERROR for one in checked for finding in one.findings)
    return EXIT_FINDINGS if errors else EXIT_OK
