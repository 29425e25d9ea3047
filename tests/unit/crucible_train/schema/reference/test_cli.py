"""The page of the command line is what argparse knows."""

from __future__ import annotations

import argparse
import re

from crucible_train.cli.main import parser
from crucible_train.schema.reference.cli import arguments_table, cli_page, commands, usage


def small() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="small")
    made.add_argument("first", help="the first")
    made.add_argument("rest", nargs="*", metavar="REST", help="the others")
    made.add_argument("--kind", choices=("a", "b"), default="a", help="which")
    made.add_argument("-n", "--count", type=int, default=3, metavar="N", help="%(default)s or so")
    made.add_argument("--loud", action="store_true")
    made.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override")
    made.add_argument("--out", metavar="DIR", default="here", help="where to (default: %(default)s)")
    return made


def test_arguments() -> None:
    assert arguments_table(small()).splitlines()[2:] == [
        "| `FIRST` | the first |",
        "| `REST` | the others |",
        "| `--kind {a,b}` | which (default: a) |",
        "| `-n N`, `--count N` | 3 or so |",
        "| `--loud` |  |",
        "| `--set KEY=VALUE` | override; may be repeated |",
        "| `--out DIR` | where to (default: here) |",
    ]


def test_usage() -> None:
    assert usage("small", small()) == (
        "crucible small FIRST [REST ...] [--kind {a,b}] [-n N] [--loud] [--set KEY=VALUE] [--out DIR]"
    )


def test_a_command_without_arguments_has_no_table() -> None:
    assert arguments_table(argparse.ArgumentParser()) == ""


def test_commands_below_commands() -> None:
    root = argparse.ArgumentParser()
    outer = root.add_subparsers().add_parser("outer")
    outer.add_subparsers().add_parser("inner")
    assert list(commands(root)) == ["outer", "outer inner"]


def test_every_command_and_option_is_there() -> None:
    page = cli_page()
    root = parser()
    assert "Exit status: 0 done" in page
    for name, command in commands(root).items():
        section = page.split(f"\n## crucible {name}\n", 1)[1].split("\n## ")[0]
        assert usage(name, command) in section
        options = set(re.findall(r"--[\w-]+", command.format_usage()))
        assert options == set(re.findall(r"--[\w-]+", usage(name, command)))
        assert all(f"| `{option}" in section for option in options)
