from __future__ import annotations

import json
from typing import Any

from crucible_train.cli.reporters import gitlab_report
from crucible_train.cli.reporters.report import fingerprints
from tests.support.report_formats import checked, code_quality_errors, finding, report_of, valid, warning


def issues(*args: Any, **fields: Any) -> list[dict[str, Any]]:
    text = gitlab_report.render(report_of(checked(*args, **fields)))
    assert code_quality_errors(text) == []
    return json.loads(text)


def test_an_issue_has_exactly_these_keys() -> None:
    error = finding(message="too few", loc=("epochs",), at=(2, 9, 3, 1), hint="write 1")
    assert issues(error) == [
        {
            "description": "CRU202 too few (write 1)",
            "check_name": "CRU202",
            "fingerprint": fingerprints(list(report_of(checked(error)).findings()))[0],
            "severity": "major",
            "location": {"path": "spec.yaml", "lines": {"begin": 2, "end": 3}},
        }
    ]


def test_a_warning_is_minor() -> None:
    assert [issue["severity"] for issue in issues(finding(), warning())] == ["major", "minor"]


def test_a_finding_without_a_position_is_at_the_first_line() -> None:
    assert issues(finding())[0]["location"] == {"path": "spec.yaml", "lines": {"begin": 1}}


def test_a_path_that_is_not_utf8_is_text_all_the_same() -> None:
    assert issues(finding(), path="sp\udcffec.yaml")[0]["location"]["path"] == "sp\\udcffec.yaml"


def test_nothing_to_say_is_an_empty_list() -> None:
    assert json.loads(gitlab_report.render(report_of(valid()))) == []
