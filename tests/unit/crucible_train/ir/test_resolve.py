"""From references to data: every reason why that fails, with the words a person needs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, NormalizeErrorCode, Ports, StageErrorCode
from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.ir.normalize import normalize
from crucible_train.ir.resolve import Resolved, hold_out, resolve
from crucible_train.records import Conversation, TextRecord
from crucible_train.result import Err, Ok
from crucible_train.stages import SupervisedTrain
from tests.support.tiny_stage import DATASETS, SPEC, tiny_ports

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train import NormalizeError


def resolved(ports: Ports, **spec: Any) -> Resolved:
    match resolve(normalize({**SPEC, **spec}, ports=ports).unwrap(), ports):
        case Ok(found):
            return found
        case Err(error):
            pytest.fail(str(error))


def problem(ports: Ports | None, **spec: Any) -> NormalizeError:
    """The error of `resolve`; a stage gives the same, as its own."""
    given = {**SPEC, **spec}
    match (
        resolve(normalize(given).unwrap(), ports),
        SupervisedTrain().run(Context(ports=ports), {"training_config": given}),
    ):
        case Err(error), Err(of_stage):
            assert of_stage.code.value == error.code.value
            assert (of_stage.message, of_stage.diagnostics) == (error.message, error.diagnostics)
            assert of_stage.cause == error
            return error
        case unexpected:
            pytest.fail(str(unexpected))


def in_files(root: Path) -> Ports:
    return Ports(
        training_client=LocalTrainingClient(),
        dataset_store=FilesDatasetStore(root),
        tokenizer=BytesTokenizerProvider(),
    )


def write(path: Path, *rows: Any) -> None:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def test_the_records_of_the_named_data_set() -> None:
    found = resolved(tiny_ports())
    assert len(found.train) == len(DATASETS["talk"])
    assert all(isinstance(record, Conversation) for record in found.train)
    assert (found.evaluation, found.notes) == ((), ())


def test_a_split_of_it() -> None:
    ports = tiny_ports(datasets={"both": {"train": [{"text": "a"}], "test": [{"text": "b"}, {"text": "c"}]}})
    assert resolved(ports, dataset_ref={"name": "both"}).train == (TextRecord("a"),)
    assert len(resolved(ports, dataset_ref={"name": "both", "split": "test"}).train) == 2


def test_an_evaluation_set_of_its_own() -> None:
    found = resolved(tiny_ports(), options={"eval_dataset_ref": {"name": "poem"}, "eval_every": 2})
    assert len(found.train) == 12
    assert found.evaluation[0] == TextRecord("one fish 0 fish")


def test_columns_under_other_names() -> None:
    ports = tiny_ports(datasets={"qa": [{"frage": "2+2?", "antwort": "4", "quelle": "x"}]})
    options = {"columns": {"prompt": "frage", "completion": "antwort"}}
    found = resolved(ports, dataset_ref={"name": "qa", "options": options})
    assert [message.content for message in found.train[0].messages] == ["2+2?", "4"]
    assert found.notes == ("qa: columns not read: quelle",)


@pytest.mark.parametrize(
    ("ports", "missing"),
    [
        (None, "training_client, dataset_store, tokenizer"),
        (Ports(), "training_client, dataset_store, tokenizer"),
        (Ports(training_client=LocalTrainingClient()), "dataset_store, tokenizer"),
        (Ports(training_client=LocalTrainingClient(), tokenizer=BytesTokenizerProvider()), "dataset_store"),
    ],
)
def test_missing_ports_are_named(ports: Ports | None, missing: str) -> None:
    error = problem(ports)
    assert error.code is NormalizeErrorCode.MISSING_PORTS
    assert error.message.startswith(f"needs {missing}: ")


def test_no_data_set_is_named() -> None:
    ports = tiny_ports()
    match SupervisedTrain().run(Context(ports=ports), {"num_epochs": 1, "model_ref": SPEC["model_ref"]}):
        case Err(error):
            assert error.code is StageErrorCode.DATASET_RESOLUTION_FAILED
            assert [finding.code for finding in error.diagnostics] == ["CRU604"]
        case after:
            pytest.fail(str(after))


def test_no_model_is_named() -> None:
    match SupervisedTrain().run(Context(ports=tiny_ports()), {"dataset_ref": {"name": "talk"}}):
        case Err(error):
            assert error.code is StageErrorCode.DATASET_RESOLUTION_FAILED
            assert [(finding.code, finding.message) for finding in error.diagnostics] == [
                ("CRU604", "`model_ref`: no model is named")
            ]
        case after:
            pytest.fail(str(after))


def fails(ports: Ports, code: str, *words: str, **spec: Any) -> None:
    """`dataset_resolution_failed`, with one finding of this code that says all of these words."""
    error = problem(ports, **spec)
    assert error.code is NormalizeErrorCode.DATASET_RESOLUTION_FAILED
    (finding,) = error.diagnostics
    assert finding.code == code
    said = f"{finding.message}; {finding.hint}"
    assert [word for word in words if word not in said] == [], said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", {"text": "a"})
    fails(
        in_files(tmp_path),
        "CRU601",
        "`dataset_ref`: there is no file",
        "(nearest: train.jsonl)",
        dataset_ref={"name": "tarin.jsonl"},
    )


def test_a_split_that_is_not_there() -> None:
    fails(
        tiny_ports(),
        "CRU601",
        "no split `test`",
        "nearest: train",
        dataset_ref={"name": "talk", "split": "test"},
    )


def test_a_line_that_is_malformed(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a"}\n{broken\n', encoding="utf-8")
    fails(in_files(tmp_path), "CRU601", "train.jsonl:2:", dataset_ref={"name": "train.jsonl"})


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes(b"\x80\x81")
    fails(in_files(tmp_path), "CRU601", "not UTF-8", dataset_ref={"name": "train.jsonl"})


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("", encoding="utf-8")
    fails(in_files(tmp_path), "CRU601", "no records", dataset_ref={"name": "train.jsonl"})


def test_an_option_the_store_does_not_know() -> None:
    fails(tiny_ports(), "CRU601", "no option `limt`", dataset_ref={"name": "talk", "options": {"limt": 3}})


def test_columns_of_no_known_shape() -> None:
    ports = tiny_ports(datasets={"qa": [{"frage": "2+2?", "antwort": "4"}]})
    fails(
        ports,
        "CRU602",
        "columns found: frage, antwort",
        "prompt_completion: prompt, completion",
        "options: {columns: {prompt: YOURS, completion: YOURS}}",
        dataset_ref={"name": "qa"},
    )


def test_records_that_differ_from_their_schema() -> None:
    ports = tiny_ports(datasets={"notes": [{"text": "a"}, {"text": 3}, {"texts": "b"}]})
    fails(
        ports,
        "CRU603",
        "notes: record 1, text: expected string, found the number 3; record 2, text: the column is missing",
        "the record has `texts`",
        dataset_ref={"name": "notes", "schema": {"text": "string"}},
    )


def test_many_mismatches_are_counted() -> None:
    ports = tiny_ports(datasets={"notes": [{"text": n} for n in range(9)]})
    fails(ports, "CRU603", "and 4 more", dataset_ref={"name": "notes", "schema": {"text": "string"}})


def test_a_broken_evaluation_set_is_said_to_be_that() -> None:
    fails(
        tiny_ports(),
        "CRU601",
        "`options.eval_dataset_ref`: there is no data set `peom`",
        options={"eval_dataset_ref": {"name": "peom"}, "eval_every": 1},
    )


@pytest.mark.parametrize("fraction", [0.99, 0.04])
def test_a_split_off_that_leaves_nothing(fraction: float) -> None:
    ports = tiny_ports(datasets={"one": [{"text": "a"}]})
    fails(
        ports,
        "CRU601",
        f"`validation_split` {fraction} of 1 records leaves one side empty",
        dataset_ref={"name": "one"},
        validation_split=fraction,
        options={"eval_every": 1},
    )


def test_a_model_without_a_tokenizer() -> None:
    normalized = normalize({**SPEC, "model_ref": {"id": "llama"}}).unwrap()
    match resolve(normalized, tiny_ports()):
        case Err(error):
            assert error.code is NormalizeErrorCode.UNSUPPORTED_TRAINING_CONFIG
            assert error.message == "the bytes tokenizer belongs to the model 'byte-lm', not to 'llama'"
            assert [(finding.code, finding.loc) for finding in error.diagnostics] == [
                ("CRU501", ("model_ref",))
            ]
        case found:
            pytest.fail(str(found))


def test_a_seed_that_is_no_number_is_the_backends_to_refuse() -> None:
    spec = {key: value for key, value in SPEC.items() if key != "seed"}
    normalized = normalize({**spec, "validation_split": 0.5, "options": {"eval_every": 1}}).unwrap()
    odd = normalized.config.model_copy(
        update={"training_config": {**normalized.config.training_config, "seed": "odd"}}
    )
    assert len(resolve(replace(normalized, config=odd), tiny_ports()).unwrap().evaluation) == 6


class TestHoldOut:
    RECORDS = tuple(TextRecord(str(n)) for n in range(20))

    def test_both_parts_keep_their_order_and_lose_nothing(self) -> None:
        train, held_out = hold_out(self.RECORDS, 0.25, 0)
        assert len(held_out) == 5
        assert sorted([*train, *held_out], key=self.RECORDS.index) == list(self.RECORDS)
        assert list(train) == sorted(train, key=self.RECORDS.index)
        assert list(held_out) == sorted(held_out, key=self.RECORDS.index)

    def test_the_choice_is_pinned(self) -> None:
        """The same records on every machine, and in every version: a change here changes users' results."""
        assert [record.text for record in hold_out(self.RECORDS, 0.2, 0)[1]] == ["4", "7", "15", "18"]
        assert hold_out(self.RECORDS, 0.2, 1)[1] != hold_out(self.RECORDS, 0.2, 0)[1]

    def test_at_least_one_is_held_out(self) -> None:
        assert len(hold_out(self.RECORDS, 0.001, 0)[1]) == 1
        assert hold_out((), 0.5, 0) == ((), ())
