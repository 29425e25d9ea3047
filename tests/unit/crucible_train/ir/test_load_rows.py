"""The rows a reference names, before anything is read from them, and the ports they come through."""

from __future__ import annotations

import pytest

from crucible_train import NormalizeErrorCode, Ports
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.ir.normalize import normalize
from crucible_train.ir.resolve import RawDataset, load_rows, require_ports
from crucible_train.result import Err, Ok

STORE = MemoryDatasetStore({"odd": [{"frage": 1}, {"antwort": None}]})


def test_rows_are_neither_checked_nor_parsed() -> None:
    reference = {"name": "odd", "schema": {"text": "string"}, "options": {"columns": {"text": "frage"}}}
    normalized = normalize({"dataset_ref": reference}, stage="validate_data").unwrap()
    raw = load_rows(normalized, STORE, "dataset_ref").unwrap()
    assert raw == RawDataset(
        "odd", [{"frage": 1}, {"antwort": None}], {"text": "string"}, {"columns": {"text": "frage"}}
    )


def test_a_reference_that_is_not_set() -> None:
    normalized = normalize({"dataset_ref": {"name": "odd"}}, stage="validate_data").unwrap()
    match load_rows(normalized, STORE, "eval_dataset_ref"):
        case Err(error):
            assert error.code is NormalizeErrorCode.DATASET_RESOLUTION_FAILED
            assert [(one.code, one.message) for one in error.diagnostics] == [
                ("CRU604", "`eval_dataset_ref`: no data set is named")
            ]
        case raw:
            pytest.fail(str(raw))


def test_ports_in_the_order_asked_for() -> None:
    tokenizers = BytesTokenizerProvider()
    ports = Ports(dataset_store=STORE, tokenizer=tokenizers)
    assert require_ports(ports, "tokenizer", "dataset_store") == Ok((tokenizers, STORE))
    match require_ports(ports, "tokenizer", "training_client", "sampling_client"):
        case Err(error):
            assert error.code is NormalizeErrorCode.MISSING_PORTS
            assert error.message.startswith("needs training_client, sampling_client: ")
        case found:
            pytest.fail(str(found))
