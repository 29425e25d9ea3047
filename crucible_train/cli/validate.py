"""`crucible validate`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, TextIO, cast

from crucible_train.cli.load import STDIN, check, open_session
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.cli.reporters.report import Report, file_report
from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from crucible_train.cli.fix import Fixer
    from crucible_train.cli.load import Check, Checked, Session
    from crucible_train.cli.reporters.report import FileReport
    from crucible_train.cli.reporters.terminal_report import Terminal
    from crucible_train.project.inputs import Skipped


def validate(options: argparse.Namespace) -> int:
    """Check every file; report all findings of all files."""
    match open_session(options):
        case Ok(session):
            pass
        case Err(problem):
            return _usage(problem)
    if options.output is not None:
        from crucible_train.cli.report_file import refused

        problem = refused(options.output, options.paths)
        if problem is not None:
            return _usage(problem)
    fixer: Fixer | None = None
    if options.fix or options.diff:
        from crucible_train.cli import fix

        problem = fix.refused(options)
        if problem is not None:
            return _usage(problem)
        fixer = fix.Fixer(writes=options.fix)
    terminal = _terminal(options) if options.format == "text" else None
    fingerprints = options.format == "json"

    def keep(checked: Checked) -> FileReport:
        return file_report(checked, texts=terminal is not None, fingerprints=fingerprints)

    match _checked(options, session, fixer.check if fixer else check, keep):
        case Ok((files, skipped)):
            pass
        case Err(problem):
            return _usage(problem)
    status = exit_status(files, strict=options.strict)
    if fixer is not None and options.diff:
        return fixer.print_diff(files)
    stream = sys.stdout
    if fixer is not None and STDIN in options.paths:
        stream = sys.stderr  # the text goes where a filter's goes
        sys.stdout.buffer.write(fixer.stdin.encode())
    report = Report(files, status, options.strict, skipped, is_fixed=fixer is not None)
    return _deliver(report, options, terminal, stream)


def _checked(
    options: argparse.Namespace, session: Session, check: Check, keep: Callable[[Checked], FileReport]
) -> Result[tuple[list[FileReport], list[Skipped]], str]:
    """What to `keep` of every file, and what was skipped. `Err` is a usage error in words."""
    if options.discover or len(options.paths) != 1 or _stands_for_more(options.paths[0]):
        from crucible_train.cli.check_many import check_many  # one file, the usual case, does without

        return check_many(options, session, check, keep)
    match check(options.paths[0], session):
        case Ok(checked):
            return Ok(([keep(checked)], []))
        case Err() as failed:
            return failed


def _stands_for_more(path: str) -> bool:
    """Whether `path` may be a pattern, or is a directory."""
    if not _MAGIC.isdisjoint(path):
        return True
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look


_MAGIC = frozenset("*?[")


def _usage(problem: str) -> int:
    print(f"crucible: {problem}", file=sys.stderr)
    return EXIT_USAGE


def exit_status(files: Sequence[FileReport | Checked], *, strict: bool = False) -> int:
    """2 when a file could not be read, else 1 when there are errors (or warnings, if `strict`), else 0."""
    if not all(one.readable for one in files):
        return EXIT_USAGE
    fails = any(strict or finding.severity is Severity.ERROR for one in files for finding in one.findings)
    return EXIT_FINDINGS if fails else EXIT_OK


def _deliver(report: Report, options: argparse.Namespace, terminal: Terminal | None, stream: TextIO) -> int:
    """Print the report to `stream`, or write it to a file; the exit status."""
    if terminal is None and options.format == "text" and options.output is None:
        from crucible_train.cli.reporters.text_report import parts

        for part in parts(report):
            print(part, file=stream)
        return report.status
    if terminal is not None:
        from crucible_train.cli.reporters import terminal_report

        text = terminal_report.render(report, terminal)
    else:
        module = import_module(f"crucible_train.cli.reporters.{options.format}_report")
        text = cast("Callable[[Report], str]", module.render)(report)
    if options.output is None:
        if text:
            print(text, file=stream)
        return report.status
    from crucible_train.cli.report_file import write_report

    match write_report(options.output, text):
        case Ok():
            return report.status
        case Err(problem):
            return _usage(problem)


def _terminal(options: argparse.Namespace) -> Terminal | None:
    """The terminal that a text goes to, if any. A pipe, the usual case, is found out without an import."""
    stream = sys.stdout if options.output is None else None
    asked = options.color != "auto" or not _FORCING.isdisjoint(os.environ)
    if not asked and not (stream is not None and stream.isatty()):
        return None
    from crucible_train.cli.reporters.terminal_report import terminal_of

    return terminal_of(stream, options.color, os.environ)


_FORCING = {"FORCE_COLOR", "CLICOLOR_FORCE"}
