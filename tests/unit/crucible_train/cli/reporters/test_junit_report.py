from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from crucible_train.cli.reporters import junit_report
from crucible_train.project.inputs import Skipped
from tests.support.report_formats import checked, finding, junit_errors, report_of, valid, warning

if TYPE_CHECKING:
    from crucible_train.cli.reporters.report import Report


def suite(report: Report) -> ET.Element:
    text = junit_report.render(report)
    assert junit_errors(text) == []
    root = ET.fromstring(text)
    assert root.attrib == root[0].attrib
    return root[0]


def test_each_file_is_a_test_case_and_each_kind_is_counted() -> None:
    report = report_of(
        checked(finding(), path="wrong.yaml"),
        checked(finding("CRU001"), path="missing.yaml", readable=False),
        valid(path="valid.yaml"),
    )
    found = suite(report)
    assert found.attrib == {"name": "crucible validate", "tests": "3", "failures": "1", "errors": "1"}
    assert [(case.attrib, [child.tag for child in case]) for case in found] == [
        ({"classname": "crucible.validate", "name": "wrong.yaml"}, ["failure"]),
        ({"classname": "crucible.validate", "name": "missing.yaml"}, ["error"]),
        ({"classname": "crucible.validate", "name": "valid.yaml"}, ["system-out"]),
    ]


def test_a_failure_has_every_error_of_its_file() -> None:
    errors = (finding("CRU201", "one", at=(1, 2, 1, 3), hint="fix"), finding("CRU202", "two"))
    (failure,) = suite(report_of(checked(*errors))).iter("failure")
    assert failure.attrib == {"type": "CRU201", "message": "2 findings"}
    assert failure.text == "spec.yaml:1:2: CRU201 one\n    hint: fix\nspec.yaml: CRU202 two"


def test_a_lone_finding_is_the_message() -> None:
    (failure,) = suite(report_of(checked(finding(message="one")))).iter("failure")
    assert failure.attrib == {"type": "CRU202", "message": "CRU202 one"}


def test_warnings_and_what_was_not_checked_are_output() -> None:
    (case,) = suite(report_of(valid(warning())))
    assert [child.tag for child in case] == ["system-out"]
    assert (case[0].text or "").splitlines() == [
        "spec.yaml: CRU402 warning: unused",
        "spec.yaml: valid for supervised_train on the local backend",
        "    not checked: that the model 'byte-lm' can be loaded",
        "    not checked: that the data set 'a.jsonl' exists, and its columns",
    ]


def test_a_warning_is_a_failure_where_the_check_is_strict() -> None:
    found = suite(report_of(valid(warning()), strict=True))
    assert found.get("failures") == "1"
    assert [child.tag for child in found[0]] == ["failure", "system-out"]


def test_a_file_with_nothing_to_say_is_an_empty_case() -> None:
    assert '<testcase classname="crucible.validate" name="spec.yaml"/>' in junit_report.render(
        report_of(checked())
    )


def test_a_file_that_was_skipped_is_a_case_of_its_own() -> None:
    report = report_of(checked())
    report.skipped = [Skipped("k<.yaml", "extended by a&b\x00.yaml", "extended by others")]
    found = suite(report)
    assert found.attrib == {"name": "crucible validate", "tests": "2", "failures": "0", "errors": "0"}
    assert [(child.tag, child.text) for child in found[1]] == [("skipped", "extended by a&b\\x00.yaml")]


def test_what_xml_has_no_form_for_is_escaped() -> None:
    (case,) = suite(report_of(checked(finding(message="\x00\x1b\ufffe]]>"), path='<a&"\udcff.yaml')))
    assert case.get("name") == '<a&"\\udcff.yaml'
    assert case[0].text == '<a&"\\udcff.yaml: CRU202 \\x00\\x1b\\ufffe]]>'
