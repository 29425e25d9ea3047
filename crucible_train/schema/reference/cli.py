"""`cli.md`: every command, with its arguments."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any, cast

from crucible_train.schema.reference.markdown import code, fenced, page, table


def cli_page() -> str:
    """The whole page."""
    # By its name: the command line imports this room, and not the other way round.
    root: argparse.ArgumentParser = import_module("crucible_train.cli.main").parser()
    blocks = [_sentence(root.description), arguments_table(root), _sentence(root.epilog)]
    for name, command in commands(root).items():
        blocks += [f"## crucible {name}", _sentence(command.description), fenced(usage(name, command))]
        blocks.append(arguments_table(command))
    return page("The command line", *blocks)


def commands(root: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Name to parser, for every command and the commands below it."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in _actions(root):
        if action.nargs == argparse.PARSER:
            for name, command in cast("dict[str, argparse.ArgumentParser]", action.choices).items():
                found[name] = command
                found.update({f"{name} {below}": each for below, each in commands(command).items()})
    return found


def usage(name: str, command: argparse.ArgumentParser) -> str:
    """How the command is written, on one line. argparse's own lines differ from version to version."""
    words = [_in_usage(action) for action in _actions(command) if not _is_help(action)]
    return " ".join(["crucible", name, *words])


def arguments_table(command: argparse.ArgumentParser) -> str:
    """The arguments and options of a command; empty where it has none."""
    rows = [
        (", ".join(code(form) for form in _forms(action)), _help(action))
        for action in _actions(command)
        if not _is_help(action) and action.nargs != argparse.PARSER
    ]
    return table(("argument", "meaning"), rows) if rows else ""


def _forms(action: argparse.Action) -> list[str]:
    value = _value(action)
    options = action.option_strings
    return [f"{option} {value}".rstrip() for option in options] or [value]


def _value(action: argparse.Action) -> str:
    """What stands for the argument's value; nothing for a flag."""
    if action.nargs == 0:
        return ""
    if action.metavar is None and action.choices is not None:
        return f"{{{','.join(map(str, action.choices))}}}"
    return str(action.metavar or action.dest.upper())


def _in_usage(action: argparse.Action) -> str:
    if action.option_strings:
        return f"[{_forms(action)[0]}]"
    value = _value(action)
    several = {"+": f"{value} [{value} ...]", "*": f"[{value} ...]", "?": f"[{value}]"}
    return several.get(str(action.nargs), value)


def _help(action: argparse.Action) -> str:
    """The help, with the default where that is no flag's and the help does not say it."""
    default: Any = action.default
    text = (action.help or "") % {"default": default}
    if isinstance(default, list):
        return f"{text}; may be repeated"
    if not isinstance(default, str) or action.nargs == 0 or "default" in text:
        return text
    return f"{text} (default: {default})"


def _is_help(action: argparse.Action) -> bool:
    return "--help" in action.option_strings


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of a parser, which argparse has no public list of."""
    return cast("list[argparse.Action]", vars(parser)["_actions"])


def _sentence(text: str | None) -> str:
    """A summary as a sentence."""
    words = text or ""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
