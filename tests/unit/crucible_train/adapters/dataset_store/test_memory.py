"""Data sets held in memory."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.ports.dataset_store import DatasetError, DatasetErrorCode, DatasetRequest
from crucible_train.result import Err


def refused(store: MemoryDatasetStore, name: str, **request: Any) -> DatasetError:
    result = store.load(DatasetRequest(name, **request))
    assert isinstance(result, Err)
    return result.error


def test_a_list_is_the_split_train() -> None:
    data = MemoryDatasetStore({"poems": [{"text": "a"}]}).load(DatasetRequest("poems")).unwrap()
    assert data.get_split("train").unwrap().to_list() == [{"text": "a"}]


def test_a_mapping_names_its_splits() -> None:
    store = MemoryDatasetStore({"poems": {"train": [{"text": "a"}], "test": [{"text": "b"}]}})
    data = store.load(DatasetRequest("poems")).unwrap()
    assert data.get_split("test").unwrap().to_list() == [{"text": "b"}]


def test_records_are_copied_in() -> None:
    record = {"tags": ["a"]}
    store = MemoryDatasetStore({"poems": [record]})
    record["tags"].append("changed")
    assert store.load(DatasetRequest("poems")).unwrap().to_list() == [{"tags": ["a"]}]


def test_an_empty_split_is_an_error_that_names_it() -> None:
    store = MemoryDatasetStore({"poems": {"train": [{"text": "a"}], "test": []}})
    error = refused(store, "poems")
    assert error.code == DatasetErrorCode.EMPTY
    assert "the split `test` of `poems`" in error.message


@pytest.mark.parametrize(("name", "candidates"), [("peoms", ("poems",)), ("xyzzy", ("poems", "riddles"))])
def test_an_unknown_name_lists_the_nearest_or_all(name: str, candidates: tuple[str, ...]) -> None:
    store = MemoryDatasetStore({"poems": [{}], "riddles": [{}]})
    error = refused(store, name)
    assert error.code == DatasetErrorCode.NOT_FOUND
    assert error.candidates == candidates


@pytest.mark.parametrize(("option", "candidates"), [("colums", ("columns",)), ("limit", ())])
def test_it_has_no_options(option: str, candidates: tuple[str, ...]) -> None:
    error = refused(MemoryDatasetStore({"poems": [{}]}), "poems", options={option: 1})
    assert error.code == DatasetErrorCode.UNKNOWN_OPTION
    assert error.candidates == candidates


def test_it_has_neither_versions_nor_formats() -> None:
    store = MemoryDatasetStore({"poems": [{}]})
    assert refused(store, "poems", version="1").code == DatasetErrorCode.UNKNOWN_OPTION
    assert refused(store, "poems", format="jsonl").code == DatasetErrorCode.UNSUPPORTED_FORMAT


def test_a_record_that_is_no_mapping_is_a_mistake_of_the_program() -> None:
    records: Any = [{}, "text"]
    with pytest.raises(TypeError, match="poems, split train: record 1 is a str"):
        MemoryDatasetStore({"poems": records})
