"""JUnit XML, for whatever shows test results: each file is a test case.

There is no standard; this keeps to what the schema of Jenkins' xUnit plug-in allows and what Jenkins and
GitLab read. Both read one `failure` of a test case, so all findings of a file stand in one.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crucible_train.cli.reporters.text_report import count, finding_lines, outcome_lines, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.cli.reporters.report import FileReport, Report
    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.project.inputs import Skipped

_SUITE = "crucible validate"
_CLASS = "crucible.validate"


def render(report: Report) -> str:
    """One suite. A file with errors is a failure, one that could not be read an error; a warning is output.

    XML has no form for most control characters: what a terminal would act on is escaped, as in the text.
    """
    errors = sum(not one.readable for one in report.files)
    failures = sum(one.readable and _fails(one, report) for one in report.files)
    tests = len(report.files) + len(report.skipped)
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"'
    cases = (line for one in report.files for line in _case(one, report))
    skipped = (line for one in report.skipped for line in _skipped_case(one))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="{_SUITE}" {counts}>',
            f'  <testsuite name="{_SUITE}" {counts}>',
            *cases,
            *skipped,
            "  </testsuite>",
            "</testsuites>",
        ]
    )


def _skipped_case(one: Skipped) -> list[str]:
    """The test case of a file that was not checked."""
    return [
        f'    <testcase classname="{_CLASS}" name="{escape(printable(one.path))}">',
        f"      <skipped>{escape(printable(one.reason), quote=False)}</skipped>",
        "    </testcase>",
    ]


def _fails(one: FileReport, report: Report) -> bool:
    return any(report.fails(finding) for finding in one.findings)


def _case(one: FileReport, report: Report) -> list[str]:
    """The test case of one file."""
    failing = [finding for finding in one.findings if report.fails(finding)]
    passing = [finding for finding in one.findings if not report.fails(finding)]
    output = [*_lines(one.path, passing), *outcome_lines(one)]
    inner: list[str] = []
    if failing:
        kind = "failure" if one.readable else "error"
        content = escape("\n".join(_lines(one.path, failing)), quote=False)
        inner.append(f"      <{kind} {_what(failing)}>{content}</{kind}>")
    if output:
        inner.append("      <system-out>" + escape("\n".join(output), quote=False) + "</system-out>")
    head = f'    <testcase classname="{_CLASS}" name="{escape(printable(one.path))}"'
    return [f"{head}>", *inner, "    </testcase>"] if inner else [f"{head}/>"]


def _what(findings: Sequence[Diagnostic]) -> str:
    """A failure's attributes: the first finding's code, and its message, or how many there are."""
    first = findings[0]
    said = f"{first.code} {first.message}" if len(findings) == 1 else count(len(findings), "finding")
    return f'type="{escape(printable(first.code))}" message="{escape(printable(said))}"'


def _lines(path: str, findings: Sequence[Diagnostic]) -> list[str]:
    return [line for finding in findings for line in finding_lines(path, finding)]
