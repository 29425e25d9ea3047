"""The machine-readable report: one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crucible_train.cli.load import Checked
    from crucible_train.cli.reporters.report import Finding, Report


def render(report: Report) -> str:
    """`{"files", "valid", "findings", "unchecked"}`; `valid` has the stages of every valid file."""
    checked = report.checked
    content: dict[str, Any] = {
        "files": len(checked),
        "valid": {one.path: stages_json(one) for one in checked if one.normalized or one.experiment},
        "findings": [finding_json(finding) for finding in report.findings()],
        "unchecked": [f"{one.path}: {item}" for one in checked for item in one.unchecked],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def stages_json(one: Checked) -> list[dict[str, Any]]:
    """The stages a valid file stands for: one, or those of its pipeline."""
    if one.experiment is not None:
        planned = [(stage.label, stage.enabled, stage.normalized) for stage in one.experiment.stages]
    else:
        planned = [(one.normalized.stage, True, one.normalized)] if one.normalized is not None else []
    return [
        {
            "label": label,
            "stage": normalized.stage,
            "backend": getattr(normalized.config, "backend", None),
            "enabled": enabled,
            "fingerprint": normalized.fingerprint,
        }
        for label, enabled, normalized in planned
    ]


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding. Positions are `null` where a value was not written in a file."""
    path, said = finding
    span = said.span
    return {
        "path": path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "code": said.code,
        "severity": str(said.severity),
        "message": said.message,
        "loc": list(said.loc),
        "hint": said.hint,
    }
