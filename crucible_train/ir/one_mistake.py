"""One mistake, one finding: what to do where two findings are about the same slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from crucible_train.ir.spec import KEY_CODES
from crucible_train.ir.unknown_keys import foreign_name

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
    foreign = foreign_name(str(finding.loc[-1])) if finding.code == "CRU104" else None
    return [(foreign.ours.partition(".")[0],)] if foreign and foreign.ours else []


def without_rivals(findings: list[Diagnostic]) -> list[Diagnostic]:
    """`findings`, no two of which would give one key to two settings: nobody knows which of them is meant."""
    wanted = Counter(_renamed(finding) for finding in findings if _renames(finding))
    return [
        replace(finding, fix=None) if _renames(finding) and wanted[_renamed(finding)] > 1 else finding
        for finding in findings
    ]


def _renames(finding: Diagnostic) -> bool:
    return finding.fix is not None and finding.code in KEY_CODES


def _renamed(finding: Diagnostic) -> tuple[object, ...]:
    return (finding.span and finding.span.file, *finding.loc[:-1], finding.fix)


def without_taken(finding: Diagnostic, values: Mapping[Any, Any]) -> Diagnostic:
    """`finding`, without the new name of a key where `values`, the source it stands in, has it already."""
    if not _renames(finding):
        return finding
    for part in finding.loc[:-1]:
        below = values.get(part)
        values = cast("Mapping[Any, Any]", below) if isinstance(below, Mapping) else {finding.fix: None}
    return replace(finding, fix=None) if finding.fix in values else finding
