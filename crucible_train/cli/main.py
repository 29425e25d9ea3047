"""The `crucible` command: its arguments, and which handler each subcommand has.

Handlers are imported when their command runs, so that `crucible --help` and `crucible validate` stay fast.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TypeAlias, cast

from crucible_train import __version__

Handler: TypeAlias = Callable[[argparse.Namespace], int]

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE = 0, 1, 2

_SPEC_HELP = "a spec: .yaml, .yml, .json or .toml; - reads YAML from standard input"


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(
        prog="crucible",
        description="Typed training specs: checked, explained, run.",
        epilog="Exit status: 0 done, 1 findings or a failed run, 2 wrong usage or an unreadable file.",
    )
    root.add_argument("--version", action="version", version=f"crucible {__version__}")
    # With `prog` given, argparse has no need to lay out a usage line (and to import shutil) for it.
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True, prog="crucible")

    validate = commands.add_parser("validate", help="check specs and report every finding")
    validate.add_argument("paths", nargs="+", metavar="PATH", help=_SPEC_HELP)
    validate.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    _spec_options(validate)

    normalize = commands.add_parser("normalize", help="print the stage config a spec stands for, as JSON")
    normalize.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    _spec_options(normalize)

    explain = commands.add_parser("explain", help="show where every value comes from")
    explain.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    explain.add_argument("key", nargs="?", metavar="KEY", help="one setting, by its name or the spec's key")
    _spec_options(explain)

    run = commands.add_parser("run", help="train")
    run.add_argument("path", metavar="PATH", help=_SPEC_HELP)
    run.add_argument("--out", metavar="DIR", help="the run directory (default: runs/ and the run's name)")
    run.add_argument("--resume", action="store_true", help="go on from the run directory's last checkpoint")
    _spec_options(run)

    schema = commands.add_parser("schema", help="print a JSON Schema, or the names there are")
    schema.add_argument("name", nargs="?", metavar="NAME", help="such as TrainingConfig or supervised_train")

    init = commands.add_parser("init", help="write a commented starter spec")
    init.add_argument(
        "path", nargs="?", metavar="PATH", default="crucible.yaml", help="default: crucible.yaml"
    )
    init.add_argument("--force", action="store_true", help="overwrite an existing file")

    rule = commands.add_parser("rule", help="explain a finding's code, or list all codes")
    rule.add_argument("code", nargs="?", metavar="CODE", help="such as CRU201")
    return root


def _spec_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--stage", default="supervised_train", metavar="NAME", help="the stage (default: supervised_train)"
    )
    command.add_argument("--backend", metavar="NAME", help="the training backend (default: the spec's own)")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="override a value; dotted keys reach inside, such as early_stopping.patience=3",
    )


_HANDLERS = {
    "validate": "validate:validate",
    "normalize": "inspect:normalize",
    "explain": "inspect:explain",
    "run": "run:run",
    "schema": "reference:schema",
    "init": "init:init",
    "rule": "reference:rule",
}


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status."""
    try:
        options = parser().parse_args(arguments)
    except SystemExit as exit_:  # argparse has printed the help, or what is wrong
        return exit_.code if isinstance(exit_.code, int) else EXIT_USAGE
    module, _, function = _HANDLERS[options.command].partition(":")
    handler = cast("Handler", getattr(import_module(f"crucible_train.cli.{module}"), function))
    return handler(options)
