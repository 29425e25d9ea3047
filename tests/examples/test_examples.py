"""Every file in `invalid/` gives exactly the findings written down beside it; every one in `valid/` none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.cli.load import is_experiment
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.ir.normalize import normalize
from crucible_train.result import Err, Ok
from crucible_train.schema import schema
from crucible_train.schema.export import EXPERIMENT, SPEC
from crucible_train.source import Document, SourceError, load_path
from tests.examples.update import EXPECTED, INVALID, VALID, expectation, findings, report, specs
from tests.support.schema_agreement import Agreement, agreement
from tests.support.schema_judges import judge_of

if TYPE_CHECKING:
    from pathlib import Path

IN_A_RUN_ONLY = "CRU6"
"""Codes of what only a run can find, because it needs the data."""

NOT_IN_A_FILE = {
    "CRU006": "too deep a file would have to be committed: test_a_bomb_is_not_read_to_its_end",
    "CRU015": "5,000 digits would have to be committed: test_an_integer_of_5000_digits",
    "CRU001": "about a path, not a file: test_a_path_that_is_no_file",
    "CRU008": "about a directory: test_a_directory_without_a_spec",
    "CRU025": "not beside an error, and every file here has one: tests/examples/rules/CRU025",
    "CRU106": "the command line always has a backend: test_no_backend_to_ask",
    "CRU206": "a value that no file format has: test_a_value_that_json_has_no_form_for",
    "CRU505": "needs a broken package: tests/unit/crucible_train/test_registry.py",
}
"""Codes that no example file can show, why, and the test that does."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRUCIBLE_BACKEND", raising=False)


@pytest.mark.parametrize("spec", specs(INVALID), ids=lambda spec: spec.name)
def test_an_invalid_spec_gives_exactly_these_findings(spec: Path) -> None:
    path = expectation(spec)
    assert path.exists(), "run `python tests/examples/update.py`, and read what it wrote"
    assert findings(spec) == json.loads(path.read_text(encoding="utf-8"))


def test_every_expectation_belongs_to_a_file() -> None:
    assert {expectation(spec) for spec in specs(INVALID)} == set(INVALID.glob(f"*{EXPECTED}"))


@pytest.mark.parametrize("spec", specs(VALID), ids=lambda spec: spec.name)
def test_a_valid_spec_gives_no_finding_and_no_warning(spec: Path) -> None:
    whole = report(spec.name, directory=VALID)
    assert whole["findings"] == []
    assert {one["backend"] for one in whole["valid"][spec.name]} <= {"local", None}


NOT_SEEN_BY_AN_EDITOR = {
    "integral-float.yaml": "CRU201 on an integral float",
    "unknown-backend.yaml": "CRU502",
    "unknown-dataset-store.yaml": "CRU504",
    "experiment-same-file.yaml": "CRU304",
}
"""What no schema can say: JSON Schema takes 3.0 for an integer, and knows neither plug-ins nor files."""


def seen_by_an_editor(document: dict[str, Any]) -> Agreement:
    """What becomes of a document by the schema that editors are given for its kind of file."""
    name = EXPERIMENT if is_experiment(document) else SPEC
    return agreement(name, schema(name).unwrap(), judge_of(name), [document])


@pytest.mark.parametrize("spec", specs(VALID), ids=lambda spec: spec.name)
def test_an_editor_accepts_a_valid_spec(spec: Path) -> None:
    seen = seen_by_an_editor(load_path(spec).unwrap().data)
    assert (seen.accepted, seen.unexplained) == (1, [])


@pytest.mark.parametrize("spec", specs(INVALID), ids=lambda spec: spec.name)
def test_an_editor_refuses_every_mistake_a_schema_can_say(spec: Path) -> None:
    match load_path(spec):
        case Ok(document) | Err(SourceError(document=Document() as document)):
            seen = seen_by_an_editor(document.data)
            assert seen.unexplained == []
            assert "".join(seen.explained) == NOT_SEEN_BY_AN_EDITOR.get(spec.name, "")
        case Err():
            pass  # the text is no document: editors say so by themselves


def expected() -> list[dict[str, Any]]:
    return [
        finding
        for spec in specs(INVALID)
        for finding in json.loads(expectation(spec).read_text(encoding="utf-8"))
    ]


def test_every_code_that_a_file_can_show_is_shown_by_one() -> None:
    shown = {finding["code"] for finding in expected()}
    codes = {code for code in RULES if not code.startswith(IN_A_RUN_ONLY)}
    assert codes - shown == set(NOT_IN_A_FILE)


def test_every_finding_is_placed_ordered_and_said_once() -> None:
    for spec in specs(INVALID):
        found = json.loads(expectation(spec).read_text(encoding="utf-8"))
        places = [(finding["line"], finding["column"]) for finding in found]
        assert found, spec.name
        assert places == sorted(places), spec.name
        said = [(finding["code"], finding["message"]) for finding in found]
        assert len(said) == len(set(said)), spec.name
        assert {finding["path"] for finding in found} == {spec.name}
        assert {finding["severity"] for finding in found} <= {"error", "warning"}
        assert any(finding["severity"] == "error" for finding in found), f"{spec.name} is valid"


def test_severities_are_those_of_the_catalogue() -> None:
    assert {finding["code"]: finding["severity"] for finding in expected()} == {
        code: str(rule.severity)
        for code, rule in RULES.items()
        if code in {finding["code"] for finding in expected()}
    }


BOMBS = {
    "lists.yaml": "a: " + "[" * 50_000,
    "mappings.yaml": "{a: " * 50_000,
    "lists.json": '{"a": ' + "[" * 50_000,
    "aliases.yaml": "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(20)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_not_read_to_its_end(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(BOMBS[name], encoding="utf-8")
    assert [finding["code"] for finding in report(name, directory=tmp_path)["findings"]] == ["CRU006"]


def test_an_integer_of_5000_digits(tmp_path: Path) -> None:
    spec = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: a.jsonl}\nseed: " + "9" * 5000
    (tmp_path / "digits.yaml").write_text(spec, encoding="utf-8")
    found = report("digits.yaml", directory=tmp_path)["findings"]
    assert [(one["code"], one["line"], one["column"]) for one in found] == [("CRU015", 4, 7)]


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("id: a", encoding="utf-8")
    found = report("spec.yml", "nowhere/spec.yaml", directory=tmp_path)["findings"]
    assert [(one["path"], one["code"], one["message"], one["hint"]) for one in found] == [
        ("spec.yml", "CRU001", "no such file", "did you mean `spec.yaml`?"),
        ("nowhere/spec.yaml", "CRU001", "no such file", "there is no directory `nowhere`"),
    ]


def test_a_directory_without_a_spec(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("kind: ConfigMap", encoding="utf-8")
    (found,) = report(".", directory=tmp_path)["findings"]
    assert (found["path"], found["code"]) == (".", "CRU008")
    assert found["message"] == "no spec is in this directory; skipped: not specs (1)"


def test_no_backend_to_ask() -> None:
    match normalize(model_ref={"id": "x"}, options={"lr_shedule": "cosine"}):
        case Ok(normalized):
            assert [finding.code for finding in normalized.warnings] == ["CRU106"]
        case failed:
            pytest.fail(str(failed))


def test_a_value_that_json_has_no_form_for() -> None:
    spec = {"id": "a", "model_ref": {"id": "x", "metadata": {"made": {1, 2}}}, "dataset_ref": {"name": "a"}}
    match normalize(spec):
        case Err(error):
            assert [(finding.code, finding.loc) for finding in error.diagnostics] == [
                ("CRU206", ("model_ref", "metadata", "made"))
            ]
        case unexpected:
            pytest.fail(str(unexpected))


def test_an_unknown_stage(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("id: a", encoding="utf-8")
    found = report("spec.yaml", "--stage", "supervised_trian", directory=tmp_path)["findings"]
    assert [(one["code"], one["hint"]) for one in found] == [("CRU503", "did you mean `supervised_train`?")]
