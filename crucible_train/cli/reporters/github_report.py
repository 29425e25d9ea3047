"""GitHub's workflow commands: each finding is an annotation of the file it is in.

`::error file=F,line=L,endLine=M,col=C,endColumn=D,title=T::message`, as GitHub documents under "Workflow
commands for GitHub Actions" and its runner takes apart (actions/runner, ActionCommand.cs). A step shows ten
errors and ten warnings, so errors come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.cli.load import STDIN_NAME
from crucible_train.cli.reporters.report import repository_path, repository_root, well_formed
from crucible_train.cli.reporters.text_report import finding_lines
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from crucible_train.cli.reporters.report import Finding, Report

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """One command a finding, errors first; nothing when there are none."""
    root = repository_root()
    findings = sorted(report.findings(), key=lambda finding: finding[1].severity is not Severity.ERROR)
    return "\n".join(command(finding, root) for finding in findings)


def command(finding: Finding, root: str) -> str:
    """One command, in one line.

    The runner refuses columns where a finding spans lines, and a file that is not in the repository gets no
    annotation. The message begins with the place, for whoever reads the log.
    """
    path, said = finding
    properties: dict[str, object] = {}
    if path != STDIN_NAME:
        properties["file"] = repository_path(path, root)
    if said.span is not None:
        properties |= {"line": said.span.line, "endLine": said.span.end_line}
        if said.span.line == said.span.end_line:
            properties |= {"col": said.span.column, "endColumn": said.span.end_column}
    rule = RULES.get(said.code)
    properties["title"] = said.code if rule is None else f"{said.code} {rule.name}"
    values = ",".join(
        f"{name}={well_formed(str(value)).translate(_PROPERTY)}" for name, value in properties.items()
    )
    message = "\n".join(line.strip() for line in finding_lines(path, said))
    return f"::{said.severity} {values}::{message.translate(_DATA)}"
