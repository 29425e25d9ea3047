"""A run of the data stage: what it takes, what it writes, and every reason to fail."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, Ports, RunControl, StageErrorCode
from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.result import Err, Ok
from crucible_train.stages import ValidateData
from tests.support.data_stage import chat, outcome, pairs, rejected, report

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train import StageError

ROWS = pairs(*((f"q{n}", "yes" if n % 2 else "no") for n in range(10)), ("q0", "no"))


def test_output_metrics_and_artifacts(tmp_path: Path) -> None:
    match outcome(tmp_path, ROWS, ROWS[:2], max_length=99):
        case Ok(context):
            pass
        case Err(error):
            pytest.fail(str(error))
    assert context.metrics == {
        f"validate_data.{name}": value
        for name, value in {
            "num_records": 11.0,
            "num_readable": 11.0,
            "num_refused": 0.0,
            "num_duplicates": 1.0,
            "num_conflicts": 0.0,
            "num_empty": 0.0,
            "num_unanswered": 0.0,
            "num_too_long": 0.0,
            "length_median": 4.0,
            "length_p95": 5.0,
            "length_max": 5.0,
            "length_total": 49.0,
            "num_labels": 2.0,
            "majority_share": 6 / 11,
            "label_entropy_bits": pytest.approx(0.9940302),
            "num_eval_records": 2.0,
            "num_eval_refused": 0.0,
            "num_overlap": 2.0,
        }.items()
    }
    assert context.artifacts == {
        "validate_data.report": str(tmp_path / "report.json"),
        "validate_data.report_markdown": str(tmp_path / "report.md"),
    }
    assert json.loads((tmp_path / "report.json").read_bytes()) == context.outputs["validate_data"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "report.json", "report.md"]
    config = json.loads((tmp_path / "config.json").read_bytes())
    assert (config["stage"], len(config["fingerprint"])) == ("validate_data", 64)


def test_a_run_writes_over_its_own_report(tmp_path: Path) -> None:
    report(tmp_path, ROWS)
    first = (tmp_path / "report.json").read_bytes()
    report(tmp_path, ROWS[:3])
    assert (tmp_path / "report.json").read_bytes() != first
    report(tmp_path, ROWS)
    assert (tmp_path / "report.json").read_bytes() == first


def test_a_training_run_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    error = rejected(tmp_path, ROWS)
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert error.message == f"`{tmp_path}` holds a training run; choose another --out"
    assert (tmp_path / "config.json").read_text(encoding="utf-8") == "{}"


def test_without_a_directory_it_makes_one_by_its_fingerprint(tmp_path: Path) -> None:
    control = RunControl(runs_dir=str(tmp_path / "runs"))
    report(tmp_path, ROWS, control=control)
    (made,) = (tmp_path / "runs").iterdir()
    name, _, fingerprint = made.name.rpartition("-")
    assert (name, len(fingerprint)) == ("validate_data", 8)
    report(tmp_path, ROWS, control=control, max_length=9)
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_what_to_know_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    control = RunControl(directory=str(tmp_path), notify=told.append)
    report(tmp_path, [{"text": "a", "id": 1}], control=control)
    assert told[0] == "train: columns not read: id"


def test_no_port_but_those_it_needs() -> None:
    for options, missing in (
        ({}, "dataset_store"),
        ({"model_ref": {"id": "byte-lm"}}, "dataset_store, tokenizer"),
    ):
        error = failed(Ports(), dataset_ref={"name": "a"}, **options)
        assert error.code is StageErrorCode.MISSING_PORTS
        assert error.message.startswith(f"needs {missing}: ")


def failed(ports: Ports, **options: Any) -> StageError:
    match ValidateData().run(Context(ports=ports), options):
        case Err(error):
            return error
        case after:
            pytest.fail(str(after))


def test_no_data_set_is_named() -> None:
    error = failed(Ports())
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
    assert [(one.code, one.loc) for one in error.diagnostics] == [("CRU102", ("dataset_ref",))]


def test_a_model_without_a_tokenizer(tmp_path: Path) -> None:
    error = rejected(tmp_path, ROWS, model_ref={"id": "llama"})
    assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
    assert [(one.code, one.loc) for one in error.diagnostics] == [("CRU501", ("model_ref",))]


@pytest.mark.parametrize("name", ["dataset_ref", "eval_dataset_ref"])
def test_a_data_set_that_is_not_there(tmp_path: Path, name: str) -> None:
    error = rejected(tmp_path, ROWS, **{name: {"name": "tarin"}})
    assert error.code is StageErrorCode.DATASET_RESOLUTION_FAILED
    assert [(one.code, one.loc) for one in error.diagnostics] == [("CRU601", (name,))]
    assert not (tmp_path / "report.json").exists()


def test_columns_of_no_known_shape(tmp_path: Path) -> None:
    error = rejected(tmp_path, [{"frage": "a", "antwort": "b"}])
    assert error.code is StageErrorCode.DATASET_RESOLUTION_FAILED
    (finding,) = error.diagnostics
    assert (finding.code, finding.loc) == ("CRU602", ("dataset_ref",))
    assert "columns found: frage, antwort" in (finding.hint or "")


def test_a_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    error = rejected(tmp_path / "file" / "below", ROWS)
    assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
    assert str(tmp_path / "file" / "below") in error.message


def test_text_that_utf8_has_no_form_for(tmp_path: Path) -> None:
    rows = [{"text": "a", "k": "\udfff", "\ud800": 1}, {"text": "\ud800"}]
    found = report(tmp_path, rows, label="k", max_refused=1)
    assert found["labels"]["counts"] == [{"label": "\udfff", "num_records": 1}]
    assert json.loads((tmp_path / "report.json").read_bytes()) == found
    assert r"\udfff" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_it_reads_files(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a"}\n{"text": "a"}\n', encoding="utf-8")
    ports = Ports(dataset_store=FilesDatasetStore(tmp_path))
    options = {"dataset_ref": {"name": "train.jsonl"}, "control": RunControl(directory=str(tmp_path / "out"))}
    match ValidateData().run(Context(ports=ports), options):
        case Ok(context):
            assert context.outputs["validate_data"]["duplicates"]["num_records"] == 1
        case Err(error):
            pytest.fail(str(error))


def test_a_split_of_the_data(tmp_path: Path) -> None:
    store = MemoryDatasetStore({"both": {"train": [{"text": "a"}, {"text": "b"}], "test": [{"text": "b"}]}})
    options = {
        "dataset_ref": {"name": "both"},
        "eval_dataset_ref": {"name": "both", "split": "test"},
        "control": RunControl(directory=str(tmp_path)),
    }
    match ValidateData().run(Context(ports=Ports(dataset_store=store)), options):
        case Ok(context):
            evaluation = context.outputs["validate_data"]["evaluation"]
            assert (evaluation["origin"], evaluation["overlap"]["num_records"]) == ("both [test]", 1)
        case Err(error):
            pytest.fail(str(error))


def test_describing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom crucible_train.stages import ValidateData\nValidateData().describe()\n"
        "print({'numpy', 'crucible_train.stages.validate_data.run', 'crucible_train.stages.supervised'} "
        "& set(sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"


MARKDOWN = """\
# Data report: train

Accepted: no limit is exceeded.

3 records of the shape `messages`, 2 readable.
Evaluation data: 1 records of the shape `messages`, 1 readable.

| found | records | share | of them |
|---|---|---|---|
| unreadable, or not as the schema says | 1 | 33.33 % | unreadable 1 |
| repeat an earlier record | 0 | 0 % |  |
| same prompt, another answer | 0 | 0 % |  |
| an empty message | 1 | 33.33 % | system 1 |
| no answer of an assistant | 1 | 33.33 % |  |
| longer than `max_length` | 1 | 33.33 % | answer_cut_off 1 |
| evaluation data: unreadable, or not as the schema says | 0 | 0 % |  |
| evaluation records among those to train on | 1 | 100 % | prompt 1 |

## Examples

Records are counted from 0.

- unreadable, or not as the schema says: 2 (messages: expected a list of messages, found the number 3)
- an empty message: 1 (role system)
- no answer of an assistant: 1
- longer than `max_length`: 0 (length 8)
- evaluation records among those to train on: 0 (same prompt, training record 0)

## Lengths in characters

| of | min | median | p95 | max | total |
|---|---|---|---|---|---|
| record | 5 | 5 | 8 | 8 | 13 |
| prompt | 5 | 5 | 7 | 7 | 12 |
| answer | 0 | 0 | 1 | 1 | 1 |

## Labels: column \\`a\\|b\\`

2 labels, entropy 1.00 bits, 1 records have none.

| label | records | share |
|---|---|---|
| \\*x\\* \\<y> | 1 | 50 % |
| 7 | 1 | 50 % |

## Columns

| column | records with a value | read as |
|---|---|---|
| messages | 3 | messages |
| a\\|b | 2 | not read |

- train: columns not read: a\\|b
"""


def test_the_report_for_people(tmp_path: Path) -> None:
    rows = [
        {**chat(("user", "1234567"), ("assistant", "8")), "a|b": "*x*\n<y>"},
        {**chat(("system", ""), ("user", "other")), "a|b": 7},
        {"messages": 3},
    ]
    test = [chat(("user", "1234567"), ("assistant", "9"))]
    report(tmp_path, rows, test, label="a|b", max_refused=1, max_length=6)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == MARKDOWN


def test_long_text_of_the_data_is_cut_in_the_report_for_people(tmp_path: Path) -> None:
    report(tmp_path, [{"text": "a", "k": "x" * 500}], label="k")
    lines = (tmp_path / "report.md").read_text(encoding="utf-8").splitlines()
    assert f"| {'x' * 99}… | 1 | 100 % |" in lines
