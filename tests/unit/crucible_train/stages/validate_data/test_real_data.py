"""What the stage finds in real data, where that is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, Ports, RunControl
from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.result import Err, Ok
from crucible_train.stages import ValidateData
from tests.support.golden import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DATA = REPOSITORY.parent / "shared" / "data"


def look(directory: Path, name: str, **options: Any) -> dict[str, Any]:
    if not (DATA / name).exists():
        pytest.skip("the data is not here")
    control = RunControl(directory=str(directory))
    given = {"dataset_ref": {"name": name}, "control": control, **options}
    match ValidateData().run(Context(ports=Ports(dataset_store=FilesDatasetStore(DATA))), given):
        case Ok(context):
            return context.outputs["validate_data"]
        case Err(error):
            pytest.fail(str(error))


def test_instructions(tmp_path: Path) -> None:
    found = look(tmp_path, "alpaca_en_demo.json")
    assert (found["dataset"]["shape"], found["dataset"]["num_records"]) == ("alpaca", 999)
    assert found["duplicates"]["num_records"] == 14
    assert found["duplicates"]["examples"][0] == {"record": 275, "same_as": 117}
    assert [found[name]["num_records"] for name in ("refused", "conflicts", "empty", "unanswered")] == [0] * 4


def test_preferences_read_as_conversations(tmp_path: Path) -> None:
    found = look(tmp_path, "dpo_en_demo.json")
    assert [one["name"] for one in found["dataset"]["columns"] if one["read_as"] is None] == [
        "chosen",
        "rejected",
    ]
    assert found["unanswered"]["num_records"] == 194
    assert found["duplicates"]["num_records"] == 5


def test_questions(tmp_path: Path) -> None:
    found = look(tmp_path, "gsm8k_test.jsonl", eval_dataset_ref={"name": "gsm8k_test.jsonl"}, max_length=1000)
    assert (found["dataset"]["shape"], found["dataset"]["num_records"]) == ("question_answer", 1319)
    assert found["evaluation"]["overlap"]["share"] == 1.0
    assert found["duplicates"]["num_records"] == 0
    assert found["labels"] is None
