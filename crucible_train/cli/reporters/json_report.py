"""The machine-readable report: one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.cli.load import Checked
    from crucible_train.diagnostics.diagnostic import Diagnostic


def render(checked: Sequence[Checked], stage: str) -> str:
    """`{"files", "stage", "backends", "findings", "unchecked"}`."""
    valid = [(one.path, one.normalized) for one in checked if one.normalized is not None]
    report: dict[str, Any] = {
        "files": len(checked),
        "stage": stage,
        "backends": {path: normalized.config.backend for path, normalized in valid},
        "findings": [finding_json(one.path, finding) for one in checked for finding in one.findings],
        "unchecked": [f"{path}: {item}" for path, normalized in valid for item in normalized.unchecked],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def finding_json(path: str, finding: Diagnostic) -> dict[str, Any]:
    """One finding. Positions are `null` where a value was not written in a file."""
    span = finding.span
    return {
        "path": span.file if span else path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "loc": list(finding.loc),
        "hint": finding.hint,
    }
