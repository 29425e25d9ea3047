from __future__ import annotations

from crucible_train.cli.reporters import text_report
from tests.support.report_formats import checked, finding, report_of, valid, warning


def test_a_finding_without_a_position_is_about_its_file() -> None:
    assert text_report.render(report_of(checked(finding(message="wrong (--set)")))) == (
        "spec.yaml: CRU202 wrong (--set)\n"
        "1 file, 1 error, 0 warnings (`crucible rule CRU202` explains a code)"
    )


def test_a_strict_check_says_why_it_failed() -> None:
    (*_, last) = text_report.render(report_of(valid(warning()), strict=True)).splitlines()
    assert (
        last
        == "1 file, 0 errors, 1 warning; --strict: warnings fail (`crucible rule CRU402` explains a code)"
    )
    (*_, last) = text_report.render(report_of(valid(), strict=True)).splitlines()
    assert last == "1 file, 0 errors, 0 warnings"
