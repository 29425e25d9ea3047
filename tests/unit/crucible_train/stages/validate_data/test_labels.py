"""The balance of labels: a column's values, or answers that are labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import StageErrorCode
from tests.support.data_stage import chat, pairs, rejected, report

if TYPE_CHECKING:
    from pathlib import Path

NO_BALANCE = "no balance of labels: no column is named by `label`, and the answers do not repeat"


def test_answers_that_are_few_and_repeat(tmp_path: Path) -> None:
    rows = pairs(*((f"q{n}", "no" if n % 4 else "yes") for n in range(12)))
    found = report(tmp_path, rows)
    assert found["labels"] == {
        "source": "answers",
        "num_labels": 2,
        "num_labelled": 12,
        "num_missing": 0,
        "majority_share": 0.75,
        "entropy_bits": pytest.approx(0.8112781),
        "counts": [{"label": "no", "num_records": 9}, {"label": "yes", "num_records": 3}],
    }
    assert NO_BALANCE not in found["notes"]


def test_one_answer_to_everything(tmp_path: Path) -> None:
    found = report(tmp_path, pairs(*((f"q{n}", "yes") for n in range(5))))["labels"]
    assert (found["num_labels"], found["majority_share"], found["entropy_bits"]) == (1, 1.0, 0.0)


@pytest.mark.parametrize(
    "rows",
    [
        pairs(*((f"q{n}", f"a{n % 3}") for n in range(14))),
        pairs(*((f"q{n}", f"a{n % 101}") for n in range(606))),
        [chat(("user", f"q{n}"), ("assistant", "yes")) for n in range(20)],
        [{"text": "yes"}] * 20,
    ],
    ids=["seldom repeated", "too many", "conversations", "plain text"],
)
def test_answers_that_are_no_labels(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    found = report(tmp_path, rows)
    assert found["labels"] is None
    assert NO_BALANCE in found["notes"]


def test_a_column(tmp_path: Path) -> None:
    values: list[Any] = ["1", 1, 1, True, None, [1], float("nan")]
    rows = [{"text": f"t{n}", "kind": value} for n, value in enumerate(values)]
    found = report(tmp_path, [*rows, {"text": "t"}], label="kind")["labels"]
    assert (found["source"], found["num_labelled"], found["num_missing"]) == ("column `kind`", 6, 2)
    assert [(one["label"], one["num_records"]) for one in found["counts"]] == [
        (1, 2),
        ("1", 1),
        ("NaN", 1),
        ([1], 1),
        (True, 1),
    ]


def test_only_the_commonest_are_listed(tmp_path: Path) -> None:
    rows = [{"text": f"t{n}", "id": n} for n in range(30)]
    found = report(tmp_path, rows, label="id")["labels"]
    assert (found["num_labels"], len(found["counts"])) == (30, 20)
    assert found["entropy_bits"] == pytest.approx(4.9068906)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("lable", "`label`: train has no column `lable`; did you mean `label`?"),
        ("xyz", "`label`: train has no column `xyz`; it has text, label, none"),
        ("none", "`label`: train has no value in the column `none`"),
    ],
)
def test_a_column_that_is_not_there(tmp_path: Path, label: str, message: str) -> None:
    error = rejected(tmp_path, [{"text": "a", "label": 1, "none": None}], label=label)
    assert error.code is StageErrorCode.DATASET_RESOLUTION_FAILED
    assert [(one.code, one.message, one.loc) for one in error.diagnostics] == [
        ("CRU602", f"{message} (direct key)", ("label",))
    ]
