"""The data set store contract, on both built-in adapters and on stores that break it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.ports.dataset_store import DatasetError, DatasetErrorCode, DatasetRequest, DatasetStore
from crucible_train.result import Err, Ok, Result
from crucible_train.testing.dataset_store import DatasetStoreContract

if TYPE_CHECKING:
    from pathlib import Path

Datasets = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]


class TestMemoryDatasetStore(DatasetStoreContract):
    def make_store(self, datasets: Datasets) -> DatasetStore:
        return MemoryDatasetStore(datasets)


class TestFilesOfJsonLines(DatasetStoreContract):
    """A directory per data set, a file per split."""

    @pytest.fixture(autouse=True)
    def _root(self, tmp_path: Path) -> None:
        self.root = tmp_path

    def make_store(self, datasets: Datasets) -> DatasetStore:
        for name, splits in datasets.items():
            (self.root / name).mkdir(exist_ok=True)
            for split, records in splits.items():
                lines = "".join(json.dumps(record) + "\n" for record in records)
                (self.root / name / f"{split}.jsonl").write_text(lines, encoding="utf-8")
        return FilesDatasetStore(self.root)


class TestFilesOfJson(DatasetStoreContract):
    """A file per data set that names its splits, its ending left out and the format said."""

    @pytest.fixture(autouse=True)
    def _root(self, tmp_path: Path) -> None:
        self.root = tmp_path

    def make_store(self, datasets: Datasets) -> DatasetStore:
        for name, splits in datasets.items():
            (self.root / name).write_text(json.dumps(splits), encoding="utf-8")
        return _AsJson(self.root)


class _AsJson(FilesDatasetStore):
    def load(self, request: DatasetRequest) -> Result[Any, DatasetError]:
        wanted = request.format or "json"
        return super().load(
            DatasetRequest(request.name, request.version, wanted, request.split, request.options)
        )


class PlainDataset:
    """A correct data set in as few lines as possible, to break one line at a time."""

    def __init__(self, rows: list[tuple[str, dict[str, Any]]], splits: list[str]) -> None:
        self.rows = rows
        self.splits = splits
        self.origin = "poems"

    def view(self, rows: list[tuple[str, dict[str, Any]]], splits: list[str] | None = None) -> PlainDataset:
        return type(self)(rows, self.splits if splits is None else splits)

    def __len__(self) -> int:
        return len(self.rows)

    def get_split(self, split: str) -> Result[PlainDataset, DatasetError]:
        if split not in self.splits:
            code = DatasetErrorCode.SPLIT_NOT_FOUND
            return Err(DatasetError(code, f"no split {split}", tuple(self.splits)))
        return Ok(self.view([row for row in self.rows if row[0] == split], [split]))

    def shuffle(self, seed: int) -> PlainDataset:
        rows = list(self.rows)
        random.Random(str(seed)).shuffle(rows)
        return self.view(rows)

    def take(self, count: int) -> PlainDataset:
        return self.view(self.rows[: self.checked(count)])

    def skip(self, count: int) -> PlainDataset:
        return self.view(self.rows[self.checked(count) :])

    def checked(self, count: int) -> int:
        if count < 0:
            raise ValueError(count)
        return count

    def select(self, indices: list[int]) -> PlainDataset:
        if any(index < 0 for index in indices):
            raise IndexError(indices)
        return self.view([self.rows[index] for index in indices])

    def to_list(self) -> list[dict[str, Any]]:
        return [json.loads(json.dumps(record)) for _, record in self.rows]


class PlainStore:
    """A correct store of `PlainDataset`s."""

    dataset: type[PlainDataset] = PlainDataset

    def __init__(self, datasets: Datasets) -> None:
        self.rows = {
            name: [(split, dict(record)) for split, records in splits.items() for record in records]
            for name, splits in datasets.items()
        }
        self.splits = {name: list(splits) for name, splits in datasets.items()}

    def load(self, request: DatasetRequest) -> Result[Any, DatasetError]:
        for option in request.options:
            if option not in ("columns", "shape"):
                return Err(DatasetError(DatasetErrorCode.UNKNOWN_OPTION, f"no option {option}"))
        if request.format is not None:
            return Err(DatasetError(DatasetErrorCode.UNSUPPORTED_FORMAT, "no formats"))
        if request.name not in self.rows:
            return Err(DatasetError(DatasetErrorCode.NOT_FOUND, "no such data", tuple(self.rows)))
        if not self.rows[request.name]:
            return Err(DatasetError(DatasetErrorCode.EMPTY, "no records"))
        return Ok(self.dataset(list(self.rows[request.name]), self.splits[request.name]))


def contract_of(store: type[PlainStore]) -> DatasetStoreContract:
    class Contract(DatasetStoreContract):
        def make_store(self, datasets: Datasets) -> DatasetStore:
            return store(datasets)

    return Contract()


CHECKS = sorted(name for name in vars(DatasetStoreContract) if name.startswith("test_"))


def failing(store: type[PlainStore]) -> set[str]:
    failed: set[str] = set()
    for check in CHECKS:
        try:
            getattr(contract_of(store), check)()
        except AssertionError:
            failed.add(check)
    return failed


def with_dataset(**methods: Callable[..., Any]) -> type[PlainStore]:
    broken = type("BrokenDataset", (PlainDataset,), methods)
    return type("BrokenStore", (PlainStore,), {"dataset": broken})


def with_load(change: Callable[[PlainStore, DatasetRequest], Result[Any, DatasetError]]) -> type[PlainStore]:
    return type("BrokenStore", (PlainStore,), {"load": change})


def _forgets_candidates(store: PlainStore, request: DatasetRequest) -> Result[Any, DatasetError]:
    match PlainStore.load(store, request):
        case Err(error):
            return Err(DatasetError(error.code, error.message))
        case loaded:
            return loaded


def _sorts_in_place(data: PlainDataset, seed: int) -> PlainDataset:
    random.Random(str(seed)).shuffle(data.rows)
    return data


_streams: Iterator[int] = iter(range(10**9))


def _broken() -> Iterator[tuple[str, type[PlainStore], str]]:
    view = PlainDataset.view
    plain = PlainStore.load
    yield (
        "shuffle ignores the seed",
        with_dataset(shuffle=lambda data, seed: view(data, data.rows[::-1])),
        "test_shuffle_depends_on_the_seed_alone",
    )
    yield (
        "shuffle takes its order from elsewhere",
        with_dataset(shuffle=lambda data, seed: PlainDataset.shuffle(data, next(_streams))),
        "test_shuffle_depends_on_the_seed_alone",
    )
    yield (
        "shuffle takes -1 for 1",
        with_dataset(shuffle=lambda data, seed: PlainDataset.shuffle(data, abs(seed))),
        "test_shuffle_depends_on_the_seed_alone",
    )
    yield (
        "shuffle draws with replacement",
        with_dataset(
            shuffle=lambda data, seed: view(data, random.Random(seed).choices(data.rows, k=len(data)))
        ),
        "test_shuffle_keeps_every_record_once",
    )
    yield (
        "shuffle changes the data set itself",
        with_dataset(shuffle=_sorts_in_place),
        "test_operations_leave_the_data_set_as_it_was",
    )
    yield (
        "shuffle loses the splits",
        with_dataset(shuffle=lambda data, seed: view(PlainDataset.shuffle(data, seed), data.rows, [])),
        "test_splits_survive_other_operations",
    )
    yield (
        "take is off by one",
        with_dataset(take=lambda data, count: view(data, data.rows[: count + 1])),
        "test_take_and_skip_split_a_data_set_in_two",
    )
    yield (
        "skip wraps around",
        with_dataset(skip=lambda data, count: view(data, data.rows[count % len(data) :])),
        "test_take_and_skip_split_a_data_set_in_two",
    )
    yield (
        "take counts from the end",
        with_dataset(take=lambda data, count: view(data, data.rows[:count])),
        "test_a_negative_count_raises",
    )
    yield (
        "select counts from the end",
        with_dataset(select=lambda data, indices: view(data, [data.rows[index] for index in indices])),
        "test_an_index_outside_the_data_raises",
    )
    yield (
        "select leaves out what is not there",
        with_dataset(
            select=lambda data, indices: view(
                data, [data.rows[index] for index in indices if index < len(data)]
            )
        ),
        "test_an_index_outside_the_data_raises",
    )
    yield (
        "select sorts",
        with_dataset(select=lambda data, indices: PlainDataset.select(data, sorted(indices))),
        "test_select_gives_records_by_index",
    )
    yield (
        "to_list gives the records themselves",
        with_dataset(to_list=lambda data: [record for _, record in data.rows]),
        "test_to_list_gives_fresh_records",
    )
    yield (
        "to_list copies one level",
        with_dataset(to_list=lambda data: [dict(record) for _, record in data.rows]),
        "test_to_list_gives_fresh_records",
    )
    yield (
        "len is that of the whole store",
        with_dataset(__len__=lambda data: 47),
        "test_take_and_skip_split_a_data_set_in_two",
    )
    yield (
        "get_split gives everything",
        with_dataset(get_split=lambda data, split: Ok(data)),
        "test_a_split_holds_its_records_in_order",
    )
    yield (
        "get_split gives nothing for an unknown split",
        with_dataset(
            get_split=lambda data, split: (
                PlainDataset.get_split(data, split) if split in data.splits else Ok(view(data, []))
            )
        ),
        "test_an_unknown_split_is_an_error_that_names_those_there_are",
    )
    yield (
        "load gives the first split only",
        with_load(lambda store, request: plain(store, request).unwrap().get_split("train")),
        "test_loaded_data_holds_all_splits",
    )
    yield (
        "load takes any option",
        with_load(lambda store, request: plain(store, DatasetRequest(request.name, format=request.format))),
        "test_an_unknown_option_is_an_error",
    )
    yield (
        "load takes any format",
        with_load(lambda store, request: plain(store, DatasetRequest(request.name, options=request.options))),
        "test_an_unknown_format_is_an_error",
    )
    yield (
        "load refuses the options of record parsing",
        with_load(
            lambda store, request: (
                Err(DatasetError(DatasetErrorCode.UNKNOWN_OPTION, "shufle"))
                if request.options
                else plain(store, request)
            )
        ),
        "test_the_options_of_record_parsing_are_left_alone",
    )
    yield (
        "load names no candidates",
        with_load(_forgets_candidates),
        "test_an_unknown_name_is_an_error_with_the_nearest_names",
    )
    yield (
        "load gives another order each time",
        with_load(
            lambda store, request: (
                Ok(plain(store, request).unwrap().shuffle(next(_streams)))
                if request.name in store.rows
                else plain(store, request)
            )
        ),
        "test_loading_twice_gives_the_same",
    )
    yield (
        "load gives an empty data set",
        with_load(
            lambda store, request: (
                Ok(PlainDataset([], ["train"]))
                if store.rows.get(request.name) == []
                else plain(store, request)
            )
        ),
        "test_an_empty_split_is_an_error",
    )


def test_the_plain_store_passes() -> None:
    assert failing(PlainStore) == set()


@pytest.mark.parametrize(
    ("store", "check"), [pytest.param(store, check, id=name) for name, store, check in _broken()]
)
def test_a_broken_store_is_caught(store: type[PlainStore], check: str) -> None:
    with pytest.raises(AssertionError):
        getattr(contract_of(store), check)()


def test_every_check_catches_something() -> None:
    caught = {check for _, store, _ in _broken() for check in _failing_or_crashing(store)}
    assert caught >= set(CHECKS) - {"test_origin_says_where_the_records_came_from"}


def _failing_or_crashing(store: type[PlainStore]) -> set[str]:
    failed: set[str] = set()
    for check in CHECKS:
        try:
            getattr(contract_of(store), check)()
        except Exception:  # noqa: BLE001 -- a broken store may fail in any way
            failed.add(check)
    return failed


def test_a_data_set_that_forgets_its_name_is_caught() -> None:
    class Nameless(PlainDataset):
        def __init__(self, rows: Any, splits: Any) -> None:
            super().__init__(rows, splits)
            self.origin = "somewhere"

    store = type("NamelessStore", (PlainStore,), {"dataset": Nameless})
    assert failing(store) == {"test_origin_says_where_the_records_came_from"}


def test_the_contract_wants_a_store() -> None:
    with pytest.raises(NotImplementedError):
        DatasetStoreContract().make_store({})
