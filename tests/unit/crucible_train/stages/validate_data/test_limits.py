"""Limits: what makes the data rejected, and the words and the place of each finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Severity, StageErrorCode
from crucible_train.ir.normalize import normalize
from crucible_train.result import Err
from crucible_train.stages.validate_data.limits import percent
from tests.support.data_stage import chat, pairs, rejected, report

if TYPE_CHECKING:
    from pathlib import Path

REPEATED = pairs(("a", "1"), ("b", "2"), ("b", "2"), ("c", "3"))

CASES: list[tuple[list[Any], list[Any] | None, dict[str, Any], str, str]] = [
    (
        [{"text": "a"}, {"text": 1}],
        None,
        {"max_refused": 0.25},
        "1 of 2 records (50 %) cannot be read, or differ from the schema; at most 25 % may",
        "; the first: 1 (text: expected text, found the number 1)",
    ),
    (
        REPEATED,
        None,
        {"max_duplicates": 0.1},
        "1 of 4 records (25 %) repeat an earlier one; at most 10 % may",
        "; the first: 2",
    ),
    (
        pairs(("a", "1"), ("a", "2"), ("b", "1")),
        None,
        {"max_conflicts": 0},
        "2 of 3 records (66.67 %) share their prompt with a record that has another answer; none may",
        "; the first: 1",
    ),
    (
        pairs(("a", "1"), ("", "2")),
        None,
        {"max_empty": 0.4},
        "1 of 2 records (50 %) have an empty message; at most 40 % may",
        "; the first: 1",
    ),
    (
        [chat(("user", "a"))],
        None,
        {"max_unanswered": 0.5, "num_examples": 0},
        "1 of 1 records (100 %) are conversations in which no assistant says anything; at most 50 % may",
        "",
    ),
    (
        [{"text": "abc"}],
        None,
        {"max_too_long": 0, "max_length": 2},
        "1 of 1 records (100 %) are longer than `max_length`; none may",
        "; the first: 0",
    ),
    (
        [{"text": t, "k": k} for t, k in ("ax", "bx", "cy")],
        None,
        {"max_majority": 0.5, "label": "k"},
        "2 of 3 labels (66.67 %) are 'x'; at most 50 % may be the same",
        "",
    ),
    (
        REPEATED,
        REPEATED[:1],
        {"max_overlap": 0},
        "1 of 1 evaluation records (100 %) are among the records to train on; none may",
        "; the first: 0",
    ),
]


@pytest.mark.parametrize(
    ("rows", "test", "options", "message", "first"), CASES, ids=[next(iter(case[2])) for case in CASES]
)
def test_each_limit(
    tmp_path: Path,
    rows: list[Any],
    test: list[Any] | None,
    options: dict[str, Any],
    message: str,
    first: str,
) -> None:
    limit = next(iter(options))
    error = rejected(tmp_path, rows, test, **options)
    assert error.code is StageErrorCode.DATA_REJECTED
    assert error.message == f"the data is rejected: 1 limit is exceeded (see {tmp_path / 'report.md'})"
    (finding,) = error.diagnostics
    assert (finding.code, finding.loc, finding.severity) == ("CRU605", (limit,), Severity.ERROR)
    assert finding.message == f"`{limit}`: {message}{first} (direct key)"
    assert finding.hint == f"see {tmp_path / 'report.md'}"
    assert report(tmp_path, rows, test, **{**options, limit: 1})["accepted"]


def test_a_limit_that_is_met_exactly_is_not_exceeded(tmp_path: Path) -> None:
    rows = [{"text": str(n)} for n in range(71)] + [{"text": "0"}] * 29
    assert report(tmp_path, rows, max_duplicates=0.29)["accepted"]
    assert rejected(tmp_path, rows, max_duplicates=0.28).code is StageErrorCode.DATA_REJECTED


def test_refused_records_are_rejected_by_default_at_the_reference(tmp_path: Path) -> None:
    error = rejected(tmp_path, [{"text": "a"}, {"text": 3}], [{"text": 4}, {"text": "b"}])
    assert [(one.loc, one.message.partition(";")[0]) for one in error.diagnostics] == [
        (("dataset_ref",), "`dataset_ref`: 1 of 2 records (50 %) cannot be read, or differ from the schema"),
        (
            ("eval_dataset_ref",),
            "`eval_dataset_ref`: 1 of 2 evaluation records (50 %) cannot be read, or differ from the schema",
        ),
    ]


def test_every_exceeded_limit_is_found_and_the_report_written(tmp_path: Path) -> None:
    error = rejected(tmp_path / "new" / "one", REPEATED, max_duplicates=0, max_majority=0.1, max_conflicts=0)
    assert error.message.startswith("the data is rejected: 2 limits are exceeded")
    assert [one.loc for one in error.diagnostics] == [("max_duplicates",), ("max_majority",)]
    written = json.loads((tmp_path / "new" / "one" / "report.json").read_bytes())
    assert written["accepted"] is False
    assert [one["limit"] for one in written["limits"] if one["exceeded"]] == [
        "max_duplicates",
        "max_majority",
    ]
    assert "**Rejected**: `max_duplicates` (dataset_ref), `max_majority` (labels) exceeded." in (
        tmp_path / "new" / "one" / "report.md"
    ).read_text(encoding="utf-8")


def test_a_majority_nobody_can_judge_is_no_pass(tmp_path: Path) -> None:
    error = rejected(tmp_path, REPEATED, max_majority=0.9)
    (finding,) = error.diagnostics
    assert finding.message == "`max_majority` cannot be judged: no labels were found (direct key)"
    assert finding.hint == "name their column with `label`"


def test_all_limits_that_apply_are_in_the_report(tmp_path: Path) -> None:
    limits = report(tmp_path, REPEATED, REPEATED[:1], max_length=9)["limits"]
    assert [(one["limit"], one["of"], one["accepted"], one["measured"]) for one in limits] == [
        ("max_refused", "dataset_ref", 0.0, 0.0),
        ("max_duplicates", "dataset_ref", 1.0, 0.25),
        ("max_conflicts", "dataset_ref", 1.0, 0.0),
        ("max_empty", "dataset_ref", 1.0, 0.0),
        ("max_unanswered", "dataset_ref", 1.0, 0.0),
        ("max_too_long", "dataset_ref", 1.0, 0.0),
        ("max_refused", "eval_dataset_ref", 0.0, 0.0),
        ("max_overlap", "eval_dataset_ref", 1.0, 1.0),
    ]


@pytest.mark.parametrize(
    ("options", "limit", "needed"),
    [
        ({"max_too_long": 0.1}, "max_too_long", "max_length"),
        ({"max_overlap": 0.1}, "max_overlap", "eval_dataset_ref"),
    ],
)
def test_a_limit_of_what_is_not_measured_is_a_warning(
    options: dict[str, Any], limit: str, needed: str
) -> None:
    normalized = normalize({"dataset_ref": {"name": "a"}, **options}, stage="validate_data").unwrap()
    (warning,) = normalized.warnings
    assert (warning.code, warning.severity) == ("CRU405", Severity.WARNING)
    assert warning.message == f"`{limit}` has no effect: without `{needed}` nothing is measured"


def test_a_wrong_max_length_says_nothing_about_its_limit() -> None:
    spec = {"dataset_ref": {"name": "a"}, "max_too_long": 0.1, "max_length": "long"}
    match normalize(spec, stage="validate_data"):
        case Err(error):
            assert [finding.loc for finding in error.diagnostics] == [("max_length",)]
        case normalized:
            pytest.fail(str(normalized))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.1, "10 %"),
        (1 / 3, "33.33 %"),
        (0.005, "0.5 %"),
        (1e-6, "under 0.01 %"),
        (1 - 1e-6, "over 99.99 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text
