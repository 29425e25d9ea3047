from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, TextIO

import pytest

from crucible_train.cli.reporters import terminal_report, text_report
from crucible_train.cli.reporters.terminal_report import Terminal, terminal_of
from tests.support.report_formats import checked, finding, report_of, valid, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = Terminal(color=False, width=60)


class Tty(io.StringIO):
    """A stream that says it is a terminal, and has no size."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "on_a_terminal", "in_a_pipe"),
    [
        ("auto", {}, True, None),
        ("auto", {"TERM": "dumb"}, False, None),
        ("auto", {"NO_COLOR": "1"}, False, None),
        ("auto", {"NO_COLOR": "0"}, False, None),
        ("auto", {"NO_COLOR": ""}, True, None),
        ("auto", {"FORCE_COLOR": "1"}, True, True),
        ("auto", {"FORCE_COLOR": "0"}, True, None),
        ("auto", {"FORCE_COLOR": ""}, True, None),
        ("auto", {"CLICOLOR_FORCE": "1"}, True, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, True, None),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, None),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        ("never", {"FORCE_COLOR": "1"}, False, None),
    ],
)
def test_who_gets_colour(
    choice: str, variables: dict[str, str], on_a_terminal: bool, in_a_pipe: bool | None
) -> None:
    on = terminal_of(Tty(), choice, variables)
    assert on is not None
    assert on.color is on_a_terminal
    piped = terminal_of(io.StringIO(), choice, variables)
    assert (piped and piped.color) is in_a_pipe


def test_a_file_gets_colour_only_where_the_command_says_so() -> None:
    assert terminal_of(None, "auto", {"FORCE_COLOR": "1"}) is None
    assert terminal_of(None, "never", {}) is None
    assert terminal_of(None, "always", {}) == Terminal(color=True, width=100)


@pytest.fixture
def pseudo_terminal() -> Iterator[io.TextIOWrapper]:
    pty = pytest.importorskip("pty", reason="only POSIX has them")
    import termios

    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 72))
    with os.fdopen(leader, "rb"), os.fdopen(follower, "w", encoding="utf-8") as stream:
        yield stream


def test_how_wide_a_terminal_is(pseudo_terminal: io.TextIOWrapper) -> None:
    def width(columns: str, stream: TextIO) -> int:
        terminal = terminal_of(stream, "auto", {"COLUMNS": columns})
        assert terminal is not None
        return terminal.width

    assert width("", pseudo_terminal) == 72
    assert width("50", pseudo_terminal) == 50
    assert width("0", pseudo_terminal) == 72
    assert width("wide", pseudo_terminal) == 72
    assert width("", Tty()) == 100


TEXT = "id: a\nepochs: 0\noptions:\n  a: 1\n  b: 2\n  c: 3\n"


def test_the_source_line_is_shown_between_the_finding_and_its_hint() -> None:
    one = checked(finding(message="too few", at=(2, 9, 2, 10), hint="more"), texts={"spec.yaml": TEXT})
    assert terminal_report.render(report_of(one), PLAIN).splitlines() == [
        "spec.yaml:2:9: CRU202 too few",
        "    2 | epochs: 0",
        "      |         ^",
        "    hint: more",
        "1 file, 1 error, 0 warnings (`crucible rule CRU202` explains a code)",
    ]


def test_lines_left_out_are_dots() -> None:
    one = checked(finding(at=(3, 1, 6, 7)), texts={"spec.yaml": TEXT})
    assert terminal_report.render(report_of(one), PLAIN).splitlines()[1:-1] == [
        "    3 | options:",
        "      | ^^^^^^^^",
        "  ...",
        "    6 |   c: 3",
        "      |   ^^^^",
    ]
    next_line = checked(finding(at=(3, 1, 4, 7)), texts={"spec.yaml": TEXT})
    assert "  ..." not in terminal_report.render(report_of(next_line), PLAIN).splitlines()


def test_an_empty_line_has_no_trailing_space() -> None:
    one = checked(finding(at=(2, 1, 2, 1)), texts={"spec.yaml": "a: 1\n\n"})
    assert terminal_report.render(report_of(one), PLAIN).splitlines()[1:-1] == ["    2 |", "      | ^"]


def test_numbers_of_many_digits_have_room() -> None:
    one = checked(finding(at=(99_999, 1, 99_999, 2)), texts={"spec.yaml": "a: 1\n" * 99_999})
    assert terminal_report.render(report_of(one), PLAIN).splitlines()[1:-1] == [
        " 99999 | a: 1",
        "       | ^",
    ]


def test_the_text_of_each_file_is_its_own() -> None:
    found = (finding(at=(1, 1, 1, 3)), finding(at=(1, 1, 1, 3), file="base.yaml"))
    one = checked(*found, texts={"spec.yaml": "id: spec", "base.yaml": "id: base"})
    lines = terminal_report.render(report_of(one), PLAIN).splitlines()
    assert [line for line in lines if "id:" in line] == ["    1 | id: spec", "    1 | id: base"]


def test_no_line_is_wider_than_the_terminal_but_messages() -> None:
    one = checked(finding(at=(1, 500, 1, 600)), texts={"spec.yaml": "x" * 1000})
    lines = terminal_report.render(report_of(one), PLAIN).splitlines()
    assert max(map(len, lines[1:3])) == 60


def test_what_cannot_be_shown_is_said_as_in_the_text() -> None:
    report = report_of(
        checked(finding(at=(1, 1, 1, 1)), path="unreadable.yaml", readable=False),
        checked(finding(message="from --set"), path="spec.yaml", texts={"spec.yaml": "a"}),
        valid(warning(), path="valid.yaml"),
    )
    assert terminal_report.render(report, PLAIN) == text_report.render(report)


def test_colours_say_what_is_an_error_and_what_a_warning() -> None:
    report = report_of(
        checked(
            finding(message="\x1b[8mhidden", at=(1, 1, 1, 2), hint="fix"),
            warning(at=(1, 1, 1, 2)),
            texts={"spec.yaml": " \x1b[8m"},
        )
    )
    lines = terminal_report.render(report, Terminal(color=True, width=60)).splitlines()
    assert lines == [
        "\x1b[1mspec.yaml:1:1\x1b[0m: \x1b[1;31mCRU202\x1b[0m \\x1b[8mhidden",
        "\x1b[36m    1 |\x1b[0m  \\x1b[8m",
        "\x1b[36m      |\x1b[0m \x1b[1;31m^\x1b[0m",
        "    \x1b[36mhint:\x1b[0m fix",
        "\x1b[1mspec.yaml:1:1\x1b[0m: \x1b[1;33mCRU402\x1b[0m \x1b[1;33mwarning:\x1b[0m unused",
        "\x1b[36m    1 |\x1b[0m  \\x1b[8m",
        "\x1b[36m      |\x1b[0m \x1b[1;33m^\x1b[0m",
        "\x1b[1;31m1 file, 1 error, 1 warning (`crucible rule CRU202` explains a code)\x1b[0m",
    ]


def test_a_check_that_passes_ends_in_green() -> None:
    last = terminal_report.render(report_of(valid()), Terminal(color=True, width=60)).splitlines()[-1]
    assert last == "\x1b[32m1 file, 0 errors, 0 warnings\x1b[0m"
