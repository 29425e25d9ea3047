"""The machine-readable report: one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.cli.reporters.report import json_text

if TYPE_CHECKING:
    from crucible_train.cli.reporters.report import Finding, Report


def render(report: Report) -> str:
    """`{"files", "valid", "findings", "suppressed", "fixed", "unchecked", "skipped"}`.

    `valid` has the stages of valid files. What is suppressed or fixed is not among the findings.
    """
    content: dict[str, Any] = {
        "files": len(report.files),
        "valid": {one.path: [stage._asdict() for stage in one.stages] for one in report.files if one.stages},
        "findings": [finding_json(finding) for finding in report.findings()],
        "suppressed": [
            {**finding_json((one.path, said)), "reason": reason}
            for one in report.files
            for said, reason in one.suppressed
        ],
        "fixed": [finding_json((one.path, said)) for one in report.files for said in one.fixed],
        "unchecked": [f"{one.path}: {item}" for one in report.files for item in one.unchecked],
        "skipped": [{"path": one.path, "reason": one.reason} for one in report.skipped],
    }
    return json_text(content, len(content["findings"]) + len(content["suppressed"]))


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding. Positions are `null` where a value was not written in a file."""
    path, said = finding
    span = said.span
    return {
        "path": span.file if span else path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "code": said.code,
        "severity": str(said.severity),
        "message": said.message,
        "loc": list(said.loc),
        "hint": said.hint,
        "fix": said.fix,
    }
