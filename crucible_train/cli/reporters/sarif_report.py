"""SARIF 2.1.0 (OASIS, with errata 01), for code scanning. The numbers of its sections are in brackets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crucible_train import __version__
from crucible_train.cli.main import EXIT_USAGE
from crucible_train.cli.reporters.report import (
    fingerprints,
    json_text,
    repository_path,
    repository_root,
    well_formed,
)
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.diagnostic import format_loc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.cli.reporters.report import Finding, Report
    from crucible_train.diagnostics.diagnostic import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_FINGERPRINT = "crucibleLocHash/v1"


def render(report: Report) -> str:
    """One run [3.14]: the rules that found something, the results, and what was not checked.

    Columns are Unicode code points and ends are exclusive, as in a `Span`.
    """
    root = repository_root()
    findings = list(report.findings())
    reasons: list[str | None] = [None] * len(findings)
    for one in report.files:
        for said, reason in one.suppressed:
            findings.append((said.span.file if said.span else one.path, said))
            reasons.append(reason)
    codes = sorted({said.code for _, said in findings})
    index = {code: number for number, code in enumerate(codes)}
    made = fingerprints(findings)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Crucible",
                "version": __version__,
                "rules": [descriptor(code) for code in codes],
            }
        },
        "invocations": [_invocation(report, root)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(*pair, index, root) for pair in zip(findings, made, strict=True)],
    }
    if any(reasons):  # either all results say something of this [3.27.23], or none
        for result, reason in zip(run["results"], reasons, strict=True):
            result["suppressions"] = [] if reason is None else [_suppression(reason)]
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, len(findings))


def descriptor(code: str) -> dict[str, Any]:
    """A rule [3.49], from the catalogue; a plug-in's own code has no more than its name."""
    rule = RULES.get(code)
    if rule is None:
        return {"id": well_formed(code)}
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": _message(rule.what),
        "fullDescription": _message(f"{rule.what} {rule.why}"),
        "help": _message(f"Example:\n{rule.example}\n\nFix:\n{rule.fix}"),
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _message(text: str) -> dict[str, str]:
    """A message [3.11]. Links in square brackets are ours to make, not a key's in somebody's spec.

    Braces stay as they are although 3.11.5 has them doubled: viewers show a message without arguments as it
    is, and a fix with doubled braces would be a wrong one.
    """
    return {"text": well_formed(text).replace("](", "] (")}


def _result(finding: Finding, fingerprint: str, index: Mapping[str, int], root: str) -> dict[str, Any]:
    """A result [3.27]. What is not in a file, such as a value of `--set`, is about the file as a whole."""
    path, said = finding
    location = _location(path, said.span, root)
    if said.loc:
        location["logicalLocations"] = [{"fullyQualifiedName": well_formed(format_loc(said.loc))}]
    return {
        "ruleId": well_formed(said.code),
        "ruleIndex": index[said.code],
        "level": str(said.severity),
        "message": _message(f"{said.message}\nhint: {said.hint}" if said.hint else said.message),
        "locations": [location],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }


def _suppression(reason: str) -> dict[str, str]:
    """A suppression [3.35] by a comment."""
    return {"kind": "inSource", "justification": well_formed(reason)}


def _location(path: str, span: Span | None, root: str) -> dict[str, Any]:
    """A location [3.28] of a file, with its region [3.30] where there is one."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(path, root)}
    if span is not None:
        physical["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {"physicalLocation": physical}


def _artifact(path: str, root: str) -> dict[str, str]:
    """Where a file is [3.4]: relative to the repository, or a whole URI (RFC 8089) outside of it."""
    found = repository_path(path, root)
    uri = quote(found.encode("utf-8", "surrogateescape"))
    if Path(found).is_absolute():
        return {"uri": f"file://{'' if uri.startswith('/') else '/'}{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}


def _invocation(report: Report, root: str) -> dict[str, Any]:
    """How the check ended [3.20]; a file that could not be read was not checked, so that is no success."""
    notes = [(one.path, f"Not checked: {item}.") for one in report.files for item in one.unchecked]
    notes += [(one.path, f"Skipped: {one.reason}.") for one in report.skipped]
    return {
        "executionSuccessful": report.status != EXIT_USAGE,
        "exitCode": report.status,
        "toolExecutionNotifications": [
            {
                "level": "note",
                "message": _message(text),
                "locations": [_location(path, None, root)],
            }
            for path, text in notes
        ],
    }
