"""The command line as a whole: help, version, usage errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = ["validate", "normalize", "explain", "run", "schema", "init", "rule"]


def test_help_names_every_command_and_the_exit_statuses(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("--help")
    assert status == 0
    assert all(command in out for command in COMMANDS)
    assert "0 done, 1 findings or a failed run, 2 wrong usage" in " ".join(out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(crucible: Callable[..., Any], command: str) -> None:
    status, out, _ = crucible(command, "--help")
    assert status == 0
    assert out.startswith(f"usage: crucible {command} ")


def test_version(crucible: Callable[..., Any]) -> None:
    assert crucible("--version") == (0, f"crucible {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["normalize"],
        ["validate", "spec.yaml", "--frobnicate"],
        ["validate", "spec.yaml", "--format", "yaml"],
        ["validate", "spec.yaml", "--form", "json"],
        ["run", "spec.yaml", "--res"],
        ["explain", "spec.yaml", "epochs", "seed"],
        ["init", "a.yaml", "b.yaml"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_prints_nothing_to_stdout(
    crucible: Callable[..., Any], arguments: list[str]
) -> None:
    status, out, err = crucible(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: crucible")
