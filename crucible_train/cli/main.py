"""The `crucible` command: its arguments, and which handler each subcommand has.

Handlers are imported when their command runs, so that `crucible --help` and `crucible validate` stay fast.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TypeAlias, cast

from crucible_train import __version__

Handler: TypeAlias = Callable[[argparse.Namespace], int]

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE = 0, 1, 2
EXIT_INTERRUPTED, EXIT_BROKEN_PIPE = 130, 141
"""What a shell reports for a program that SIGINT or SIGPIPE ended."""

FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
"""Of a report: `reporters/NAME_report.py` each."""

_SPEC_HELP = "a spec or an experiment: .yaml, .yml, .json or .toml; - reads YAML from standard input"
_PATHS_HELP = (
    "a file, a directory, a pattern such as 'specs/**/*.yaml', or - for standard input (default: what "
    "`include` in [tool.crucible] names)"
)


class _Formatter(argparse.HelpFormatter):
    """The usual help. Asking for the terminal's width imports shutil, bz2 and lzma, so it is not asked."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=int(columns) - 2 if columns.isdecimal() else 98)


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line; or, to save time, with just the arguments of the command `only`."""
    root = argparse.ArgumentParser(
        prog="crucible",
        description="Typed training specs: checked, explained, run.",
        epilog="Exit status: 0 done, 1 findings or a failed run, 2 wrong usage or an unreadable file, "
        "130 interrupted.",
        formatter_class=_Formatter,
    )
    root.add_argument("--version", action="version", version=f"crucible {__version__}")
    # With `prog` given, argparse has no need to lay out a usage line for it.
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True, prog="crucible")
    for name, (summary, _, add_arguments) in _COMMANDS.items():
        if only in (None, name):
            command = commands.add_parser(
                name,
                help=summary,
                description=summary,
                formatter_class=_Formatter,
                allow_abbrev=False,  # an abbreviation would break when an option is added
            )
            add_arguments(command)
    return root


def _validate_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="*", metavar="PATH", help=_PATHS_HELP)
    command.add_argument("--format", choices=FORMATS, default="text", help="the report's format")
    command.add_argument("--output", metavar="FILE", help="write the report to a file, and print nothing")
    command.add_argument(
        "--discover",
        action="store_true",
        help="treat files that are named as if they were found: skip what is excluded and what is no spec",
    )
    command.add_argument("--strict", action="store_true", help="warnings fail, too")
    command.add_argument(
        "--fix", action="store_true", help="write what is certain to be meant into the files"
    )
    command.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and change nothing"
    )
    command.add_argument(
        "--no-cache",
        action="store_true",  # `result_cache` has seen to it before anything else was imported
        help="check again, whatever is in .crucible_cache",
    )
    command.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="color and source lines in text; auto: on a terminal, or as NO_COLOR and FORCE_COLOR say",
    )
    _spec_options(command)


def _normalize_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    _spec_options(command)


def _explain_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    command.add_argument("key", nargs="?", metavar="KEY", help="one setting, by its name or the spec's key")
    _spec_options(command)


def _diff_arguments(command: argparse.ArgumentParser) -> None:
    subject = "a spec, an experiment or the directory of a run; - reads YAML from standard input"
    command.add_argument("a", metavar="A", help=subject)
    command.add_argument("b", metavar="B", help="what to compare it with")
    command.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    _spec_options(command)


def _run_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    command.add_argument("--out", metavar="DIR", help="the run directory (default: runs/ and the run's name)")
    command.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    _spec_options(command)


def _schema_arguments(command: argparse.ArgumentParser) -> None:
    one = command.add_mutually_exclusive_group()
    one.add_argument("name", nargs="?", metavar="NAME", help="such as training-spec or TrainingConfig")
    one.add_argument("--out", metavar="DIR", help="write all built-in ones as DIR/NAME.json")
    one.add_argument("--check", metavar="DIR", help="list the files in DIR that --out would change")


def _schema_diff_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("old", metavar="OLD", help="a schema, or a directory of them")
    command.add_argument("new", metavar="NEW", help="the new version of it")
    command.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")


def _init_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", nargs="?", metavar="PATH", default="crucible.yaml", help="where to write it")
    command.add_argument("--force", action="store_true", help="overwrite an existing file")


def _rule_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("code", nargs="?", metavar="CODE", help="such as CRU201")
    command.add_argument("--format", choices=("text", "json"), default="text", help="the output's format")


def _spec_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--stage",
        metavar="NAME",
        help="the stage of a spec (default: supervised_train; experiments name theirs)",
    )
    command.add_argument(
        "--stdin-filename",
        metavar="FILE",
        help="the file that standard input stands for: its name says the format",
    )
    command.add_argument("--backend", metavar="NAME", help="the training backend (default: the spec's own)")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="override a value; dotted keys reach inside: early_stopping.patience=3; in an experiment "
        "the stage comes first: supervised_train.epochs=3",
    )


_COMMANDS: dict[str, tuple[str, str, Callable[[argparse.ArgumentParser], None]]] = {
    "validate": ("check specs and report every finding", "validate:validate", _validate_arguments),
    "normalize": ("print the stage config of a spec, as JSON", "inspect:normalize", _normalize_arguments),
    "explain": ("show where every value comes from", "inspect:explain", _explain_arguments),
    "run": ("train", "run:run", _run_arguments),
    "diff": ("compare what takes effect in two specs, experiments or runs", "diff:diff", _diff_arguments),
    "schema": (
        "print a JSON Schema, or the names there are; `schema diff OLD NEW` compares two versions",
        "schema:schema",
        _schema_arguments,
    ),
    "schema diff": (
        "classify every change of a schema as breaking, compatible or cosmetic",
        "schema_diff:schema_diff",
        _schema_diff_arguments,
    ),
    "init": ("write a commented starter spec", "init:init", _init_arguments),
    "rule": ("explain a finding's code, or list all codes", "reference:rule", _rule_arguments),
}
"""Command to its summary, its handler (imported when the command runs) and its arguments."""


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status."""
    words = list(arguments)
    if " ".join(words[:2]) in _COMMANDS:  # a command of two words
        words[:2] = [" ".join(words[:2])]
    named = words[0] if words and words[0] in _COMMANDS else None
    try:
        options = parser(named).parse_args(words)
    except SystemExit as exit_:  # argparse has printed the help, or what is wrong
        return exit_.code if isinstance(exit_.code, int) else EXIT_USAGE
    options.arguments = tuple(arguments)
    module, _, function = _COMMANDS[options.command][1].partition(":")
    handler = cast("Handler", getattr(import_module(f"crucible_train.cli.{module}"), function))
    return handler(options)
