"""What is wrong with a data-set reference without looking at the data."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.ir.dataset_check import dataset_findings


def found(**reference: Any) -> list[tuple[str, tuple[Any, ...], str | None]]:
    findings = dataset_findings("dataset_ref", {"name": "train.csv", **reference})
    return [(finding.code, finding.loc, finding.hint) for finding in findings]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"limit": 3, "delimiter": ";", "text_unit": "line"},
        {"columns": {"prompt": "frage"}, "shape": "text"},
    ],
)
def test_nothing_is_wrong(options: dict[str, Any]) -> None:
    assert found(options=options, schema={"frage": "string?"}) == []


def test_an_option_the_named_store_does_not_have() -> None:
    loc = ("dataset_ref", "options", "colums")
    assert found(provider="files", options={"colums": {}}) == [("CRU101", loc, "did you mean `columns`?")]


def test_settings_may_name_another_store_so_it_is_a_warning() -> None:
    (finding,) = dataset_findings("dataset_ref", {"name": "a", "options": {"zzz": 1}})
    assert finding.severity is Severity.WARNING
    assert str(finding.hint).startswith("known here: columns, delimiter")


def test_a_store_nobody_knows_is_somebody_elses_finding() -> None:
    assert found(provider="nowhere", options={"zzz": 1}) == []


def test_a_column_that_no_shape_has() -> None:
    loc = ("dataset_ref", "options", "columns", "promt")
    assert found(options={"columns": {"promt": "frage"}}) == [("CRU101", loc, "did you mean `prompt`?")]
    (finding,) = found(options={"columns": {"zzz": "frage"}})
    assert str(finding[2]).startswith("known here: answer, completion")


def test_a_type_that_the_schema_does_not_have() -> None:
    (finding,) = dataset_findings("dataset_ref", {"name": "a", "schema": {"frage": "str"}})
    assert (finding.code, finding.loc) == ("CRU603", ("dataset_ref", "schema", "frage"))
    assert "there are `string`" in finding.message
