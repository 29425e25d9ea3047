"""`Diagnostic`: how a finding reads, and in which order findings stand."""

from __future__ import annotations

import pytest

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, Span, format_loc, sort_key
from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode

SPAN = Span("spec.yaml", 3, 5, 3, 9)


def test_a_finding_reads_place_code_message_hint() -> None:
    finding = Diagnostic("CRU101", "unknown key `a`", ("a",), hint="did you mean `b`?")
    assert str(finding) == "CRU101 unknown key `a` (did you mean `b`?)"
    assert str(finding.at(SPAN)) == "spec.yaml:3:5: CRU101 unknown key `a` (did you mean `b`?)"
    assert finding.span is None


def test_a_warning_says_that_it_is_one() -> None:
    assert str(Diagnostic("CRU401", "no effect", severity=Severity.WARNING)) == "CRU401 warning: no effect"


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b"), "a.b"),
        (("a", 0, "b", 1, 2), "a[0].b[1][2]"),
        ((0, "a"), "[0].a"),
    ],
)
def test_places_read_like_code(loc: Loc, text: str) -> None:
    assert format_loc(loc) == text


def test_findings_stand_in_the_order_of_the_text() -> None:
    later = Diagnostic("CRU101", "a", span=Span("a.yaml", 10, 1, 10, 2))
    earlier = Diagnostic("CRU201", "b", span=Span("a.yaml", 9, 20, 9, 21))
    beside = Diagnostic("CRU101", "c", span=Span("a.yaml", 9, 20, 9, 21))
    other_file = Diagnostic("CRU001", "d", span=Span("b.yaml", 1, 1, 1, 2))
    nowhere = Diagnostic("CRU601", "e")
    assert sorted([other_file, later, earlier, beside, nowhere], key=sort_key) == [
        nowhere,
        beside,
        earlier,
        later,
        other_file,
    ]


def test_findings_are_values() -> None:
    assert Diagnostic("CRU101", "a", ("x",)) == Diagnostic("CRU101", "a", ("x",))
    with pytest.raises(AttributeError):
        Diagnostic("CRU101", "a").code = "CRU102"  # pyright: ignore[reportAttributeAccessIssue] - what is refused here


def test_an_error_prints_its_findings() -> None:
    error = NormalizeError(NormalizeErrorCode.MISSING_PORTS, "needs x", (Diagnostic("CRU604", "a"),))
    assert str(error) == "missing_ports: needs x\n  CRU604 a"


def test_the_codes_of_normalisation_are_pinned() -> None:
    assert [code.value for code in NormalizeErrorCode] == [
        "missing_training_config",
        "missing_ports",
        "dataset_resolution_failed",
        "unsupported_training_config",
    ]
