from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.cli.load import STDIN_NAME
from crucible_train.cli.reporters import github_report
from tests.support.report_formats import checked, finding, report_of, valid, warning, workflow_command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def commands(*args: Any, **fields: Any) -> list[str]:
    return github_report.render(report_of(checked(*args, **fields))).splitlines()


def test_a_finding_is_an_annotation_of_its_place() -> None:
    assert commands(finding(message="too few", at=(2, 9, 2, 10), hint="write 1")) == [
        (
            "::error file=spec.yaml,line=2,endLine=2,col=9,endColumn=10,title=CRU202 out-of-range"
            "::spec.yaml:2:9: CRU202 too few%0Ahint: write 1"
        )
    ]


def test_columns_of_a_finding_over_several_lines_are_left_out() -> None:
    assert commands(finding(at=(2, 9, 4, 3))) == [
        "::error file=spec.yaml,line=2,endLine=4,title=CRU202 out-of-range::spec.yaml:2:9: CRU202 wrong"
    ]


def test_a_finding_without_a_position_is_about_its_file() -> None:
    assert commands(finding()) == [
        "::error file=spec.yaml,title=CRU202 out-of-range::spec.yaml: CRU202 wrong"
    ]


def test_standard_input_is_no_file() -> None:
    assert commands(finding(at=(2, 1, 2, 2), file=STDIN_NAME), path=STDIN_NAME) == [
        "::error line=2,endLine=2,col=1,endColumn=2,title=CRU202 out-of-range::<stdin>:2:1: CRU202 wrong"
    ]


def test_a_code_of_a_plug_in_is_its_own_title() -> None:
    assert commands(finding("ACME1")) == ["::error file=spec.yaml,title=ACME1::spec.yaml: ACME1 wrong"]


def test_errors_come_first_in_the_order_of_their_files() -> None:
    report = report_of(
        valid(warning(message="first"), path="a.yaml"),
        checked(warning(), finding(message="second"), path="b.yaml"),
        checked(finding(message="third"), path="c.yaml", readable=False),
    )
    found = [workflow_command(line) for line in github_report.render(report).splitlines()]
    assert [(one.name, one.properties["file"]) for one in found] == [
        ("error", "b.yaml"),
        ("error", "c.yaml"),
        ("warning", "a.yaml"),
        ("warning", "b.yaml"),
    ]


def test_properties_and_messages_are_escaped_each_in_its_way() -> None:
    (line,) = commands(finding(message="100%: a, b::c"), path="a:b,c%25\r\n::error.yaml")
    assert "file=a%3Ab%2Cc%2525%0D%0A%3A%3Aerror.yaml," in line
    assert line.endswith("::a:b,c%2525\\r\\n::error.yaml: CRU202 100%25: a, b::c")
    command = workflow_command(line)
    assert command.properties["file"] == "a:b,c%25\r\n::error.yaml"
    assert command.data == "a:b,c%25\\r\\n::error.yaml: CRU202 100%: a, b::c"


def test_a_file_is_named_from_the_root_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "specs").mkdir()
    monkeypatch.chdir(tmp_path / "specs")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (line,) = commands(finding(), path="a.yaml")
    assert workflow_command(line).properties["file"] == "specs/a.yaml"
    assert workflow_command(line).data == "a.yaml: CRU202 wrong"


def test_nothing_to_say_is_nothing() -> None:
    assert github_report.render(report_of(valid())) == ""
