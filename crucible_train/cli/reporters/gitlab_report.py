"""GitLab's code quality report: a JSON list, as GitLab documents it under "Code Quality report format".

A merge request shows what is in the report of its branch and not in that of the target: by fingerprint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.cli.reporters.report import (
    fingerprints,
    json_text,
    repository_path,
    repository_root,
    well_formed,
)
from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from crucible_train.cli.reporters.report import Finding, Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def render(report: Report) -> str:
    """`[{"description", "check_name", "fingerprint", "severity", "location"}]`."""
    root = repository_root()
    findings = list(report.findings())
    pairs = zip(findings, fingerprints(findings), strict=True)
    issues = [issue(finding, fingerprint, root) for finding, fingerprint in pairs]
    return json_text(issues, len(issues))


def issue(finding: Finding, fingerprint: str, root: str) -> dict[str, Any]:
    """One finding. A line is obligatory: where there is none, it is the first."""
    path, said = finding
    hint = f" ({said.hint})" if said.hint else ""
    lines = {"begin": said.span.line, "end": said.span.end_line} if said.span else {"begin": 1}
    return {
        "description": well_formed(f"{said.code} {said.message}{hint}"),
        "check_name": well_formed(said.code),
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[said.severity],
        "location": {"path": well_formed(repository_path(path, root)), "lines": lines},
    }
