from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.cli.reporters.report import (
    MAX_INDENTED,
    fingerprints,
    json_text,
    repository_path,
    repository_root,
    well_formed,
)
from tests.support.report_formats import checked, finding, report_of, warning

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from crucible_train.diagnostics import Diagnostic


def identities(*found: Diagnostic, path: str = "spec.yaml") -> list[str]:
    return fingerprints(list(report_of(checked(*found, path=path)).findings()))


def test_a_finding_is_in_the_file_its_span_says_or_else_in_the_one_that_was_checked() -> None:
    report = report_of(checked(finding(at=(1, 1, 1, 2), file="base.yaml"), finding()))
    assert [path for path, _ in report.findings()] == ["base.yaml", "spec.yaml"]


def test_warnings_fail_only_where_the_check_is_strict() -> None:
    for strict in (False, True):
        report = report_of(checked(warning()), strict=strict)
        assert report.fails(warning()) is strict
        assert report.fails(finding())
        assert report.status == int(strict)


def test_a_fingerprint_depends_on_file_code_and_loc_and_on_nothing_else() -> None:
    (same,) = identities(finding(loc=("a", 0), at=(3, 1, 3, 2)))
    (moved,) = identities(finding(loc=("a", 0), at=(9, 4, 9, 5), message="other words"))
    assert same == moved
    others = [
        *identities(finding("CRU201", loc=("a", 0))),
        *identities(finding(loc=("a", "0"))),
        *identities(finding(loc=("a", 0)), path="other.yaml"),
    ]
    assert len({same, *others}) == 4


def test_findings_of_one_identity_are_counted() -> None:
    first, second = identities(finding(), finding())
    assert first != second
    assert identities(finding()) == [first]


def test_a_fingerprint_is_the_same_from_any_directory_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "specs").mkdir()
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    from_above = identities(finding(), path="specs/a.yaml")
    monkeypatch.chdir(tmp_path / "specs")
    assert identities(finding(), path="a.yaml") == from_above


def test_the_root_is_what_the_ci_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository_root() == "."
    monkeypatch.setenv("CI_PROJECT_DIR", "/gitlab")
    assert repository_root() == "/gitlab"
    monkeypatch.setenv("GITHUB_WORKSPACE", "/github")
    assert repository_root() == "/github"
    monkeypatch.setenv("GITHUB_WORKSPACE", "")
    assert repository_root() == "/gitlab"


def test_a_path_starts_at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "checkout" / "specs"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    root = str(tmp_path / "checkout")
    assert repository_path("a.yaml", root) == "specs/a.yaml"
    assert repository_path("./a.yaml", root) == "specs/a.yaml"
    assert repository_path("../b.yaml", root) == "b.yaml"
    assert repository_path(str(inside / "a.yaml"), root) == "specs/a.yaml"
    assert repository_path(".", root) == "specs"
    assert repository_path("..", root) == "."


def test_a_path_outside_of_the_root_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path)
    assert repository_path("a.yaml", "checkout") == (tmp_path.resolve() / "a.yaml").as_posix()
    assert repository_path("checkout-2/a.yaml", "checkout").endswith("/checkout-2/a.yaml")


def test_a_root_may_be_given_through_a_symbolic_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    assert repository_path("a.yaml", str(tmp_path / "link")) == "a.yaml"
    assert repository_path(str(tmp_path / "link" / "a.yaml"), ".") == "a.yaml"


def test_a_file_that_is_a_symbolic_link_keeps_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    monkeypatch.chdir(tmp_path)
    assert repository_path("link.yaml", ".") == "link.yaml"


def test_half_a_surrogate_pair_is_written_out() -> None:
    assert well_formed("sp\udcffec ä") == "sp\\udcffec ä"


def test_json_is_indented_for_people_and_not_for_thousands_of_findings() -> None:
    assert json_text({"a": "é"}, MAX_INDENTED) == '{\n  "a": "é"\n}'
    assert json_text({"a": "é"}, MAX_INDENTED + 1) == '{"a": "é"}'
