from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crucible_train import __version__
from crucible_train.cli.load import STDIN_NAME
from crucible_train.cli.reporters import sarif_report
from crucible_train.diagnostics.catalogue import RULES
from tests.support.report_formats import checked, finding, report_of, sarif_errors, valid, warning

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from crucible_train.cli.reporters.report import Report


def run_of(report: Report) -> dict[str, Any]:
    text = sarif_report.render(report)
    assert sarif_errors(text) == []
    log = json.loads(text)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    return log["runs"][0]


def result_of(*args: Any, **fields: Any) -> dict[str, Any]:
    (result,) = run_of(report_of(checked(*args, **fields)))["results"]
    return result


def uri_of(path: str) -> dict[str, str]:
    return result_of(finding(), path=path)["locations"][0]["physicalLocation"]["artifactLocation"]


def test_a_result_has_its_rule_its_place_and_its_identity() -> None:
    result = result_of(finding(message="too few", loc=("a", 0), at=(2, 9, 3, 1), hint="write 1"))
    fingerprint = result.pop("partialFingerprints")["crucibleLocHash/v1"]
    assert len(fingerprint) == 64
    assert result == {
        "ruleId": "CRU202",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "too few\nhint: write 1"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "spec.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 2, "startColumn": 9, "endLine": 3, "endColumn": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": "a[0]"}],
            }
        ],
    }


def test_the_rules_are_those_that_found_something() -> None:
    run = run_of(report_of(checked(finding(), warning(), finding("CRU101"), finding(), finding("ACME1"))))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ACME1", "CRU101", "CRU202", "CRU402"]
    assert [result["ruleIndex"] for result in run["results"]] == [2, 3, 1, 2, 0]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error", "error", "error"]


def test_a_rule_is_described_from_the_catalogue() -> None:
    assert sarif_report.descriptor("CRU402") == {
        "id": "CRU402",
        "name": "held-out-unused",
        "shortDescription": {"text": RULES["CRU402"].what},
        "fullDescription": {"text": f"{RULES['CRU402'].what} {RULES['CRU402'].why}"},
        "help": {
            "text": f"Example:\n{RULES['CRU402'].example}\n\nFix:\n{RULES['CRU402'].fix}",
        },
        "defaultConfiguration": {"level": "warning"},
    }


def test_every_rule_of_the_catalogue_is_a_rule_of_sarif() -> None:
    run = run_of(report_of(checked(*(finding(code) for code in RULES))))
    assert len(run["tool"]["driver"]["rules"]) == len(RULES)


def test_the_tool_and_its_columns() -> None:
    run = run_of(report_of(valid()))
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"]) == ("Crucible", __version__)
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == []


def test_a_finding_without_a_position_is_about_its_file() -> None:
    (location,) = result_of(finding())["locations"]
    assert location == {
        "physicalLocation": {"artifactLocation": {"uri": "spec.yaml", "uriBaseId": "%SRCROOT%"}}
    }


def test_a_path_is_percent_encoded() -> None:
    assert uri_of("a b/ä:#?%[1].yaml")["uri"] == "a%20b/%C3%A4%3A%23%3F%25%5B1%5D.yaml"
    assert uri_of("sp\udcffec.yaml")["uri"] == "sp%FFec.yaml"
    assert uri_of(STDIN_NAME) == {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}


def test_a_file_outside_of_the_repository_has_a_whole_uri(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_WORKSPACE", "checkout")
    assert uri_of("a b.yaml") == {"uri": (tmp_path.resolve() / "a b.yaml").as_uri()}
    assert uri_of("checkout/a.yaml") == {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}


def test_a_message_cannot_make_a_link() -> None:
    assert result_of(finding(message="[click](x) {0}"))["message"]["text"] == "[click] (x) {0}"


def invocation(report: Report) -> dict[str, Any]:
    (one,) = run_of(report)["invocations"]
    return one


def test_the_invocation_says_how_it_ended() -> None:
    for report, successful, status in [
        (report_of(valid()), True, 0),
        (report_of(checked(finding())), True, 1),
        (report_of(valid(warning()), strict=True), True, 1),
        (report_of(checked(finding(), readable=False)), False, 2),
    ]:
        ended = invocation(report)
        assert (ended["executionSuccessful"], ended["exitCode"]) == (successful, status)


def test_what_was_not_checked_is_a_note() -> None:
    notes = invocation(report_of(valid(path="a.yaml"), checked(finding())))["toolExecutionNotifications"]
    assert [(note["level"], note["message"]["text"]) for note in notes] == [
        ("note", "Not checked: that the model 'byte-lm' can be loaded."),
        ("note", "Not checked: that the data set 'a.jsonl' exists, and its columns."),
    ]
    places = [note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for note in notes]
    assert places == ["a.yaml", "a.yaml"]
