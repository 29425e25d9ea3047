"""One mistake, one finding: what to do where two findings are about the same slip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Diagnostic, Loc


def with_hint_of(warning: Diagnostic, findings: list[Diagnostic]) -> list[Diagnostic]:
    """`findings`, the one about the value of `warning` with its hint.

    `epochs: 1_000` is no number, and that is the error; that it looks like one is still worth saying.
    """
    return [
        replace(finding, hint=warning.hint)
        if finding.hint is None and finding.span == warning.span
        else finding
        for finding in findings
    ]


def without_answered(findings: list[Diagnostic]) -> list[Diagnostic]:
    """`findings` without the missing keys that an unknown key beside them was meant to be."""
    if not any(finding.code == "CRU102" for finding in findings):
        return findings
    meant = {place for finding in findings for place in _meant(finding)}
    return [finding for finding in findings if finding.code != "CRU102" or finding.loc not in meant]


def _meant(finding: Diagnostic) -> list[Loc]:
    """The key that the writer of an unknown one meant, if that is known."""
    beside = finding.loc[:-1]
    if finding.code == "CRU101" and finding.hint is not None:
        parts = finding.hint.split("`")
        return [(*beside, parts[1])] if parts[0] == "did you mean " else []
    if finding.code == "CRU104":
        return [(FOREIGN_NAMES[str(finding.loc[-1])].ours.partition(".")[0],)]
    return []
