"""The contract of the `dataset_store` port, as tests to inherit.

    class TestMyStore(DatasetStoreContract):
        def make_store(self, datasets):
            return MyStore(...)  # holding exactly these data sets

pytest collects the subclass and runs every `test_` method. The checks are plain assertions, so that any
other runner can call them, too.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from crucible_train.ports.dataset_store import DatasetErrorCode, DatasetRequest
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crucible_train.ports.dataset_store import Dataset, DatasetError, DatasetStore

NUM_TRAIN = 40
NUM_TEST = 7
SEEDS = (0, 1, -1, 42, 2**31, -(2**63), 10**30)


def _records(split: str, count: int) -> list[dict[str, Any]]:
    return [
        {"text": f"{split} {number} ä€😀", "number": number, "nested": {"tags": ["a", {"b": None}]}}
        for number in range(count)
    ]


class DatasetStoreContract:
    """What every data set store must do. A subclass says how to make one."""

    def make_store(self, datasets: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> DatasetStore:
        """A store with exactly these data sets: name -> split -> records (JSON data)."""
        raise NotImplementedError

    def _store(self) -> DatasetStore:
        return self.make_store(
            {
                "poems": {"train": _records("train", NUM_TRAIN), "test": _records("test", NUM_TEST)},
                "riddles": {"train": _records("riddle", 3)},
            }
        )

    def _load(self, name: str = "poems") -> Dataset:
        return _ok(self._store().load(DatasetRequest(name)))

    def _train(self) -> Dataset:
        return _ok(self._load().get_split("train"))

    def test_a_split_holds_its_records_in_order(self) -> None:
        """`get_split` gives that split's records and no others, equal to what was put in."""
        data = self._load()
        assert _ok(data.get_split("train")).to_list() == _records("train", NUM_TRAIN), "train differs"
        assert _ok(data.get_split("test")).to_list() == _records("test", NUM_TEST), "test differs"

    def test_loaded_data_holds_all_splits(self) -> None:
        """What `load` returns holds the records of every split: the caller chooses one."""
        data = self._load()
        assert len(data) == NUM_TRAIN + NUM_TEST, "records of a split are missing or repeated"
        numbers = sorted(record["text"] for record in data.to_list())
        wanted = [*_records("train", NUM_TRAIN), *_records("test", NUM_TEST)]
        assert numbers == sorted(record["text"] for record in wanted), (
            "other records than those of the splits"
        )

    def test_a_split_has_its_own_name_as_its_only_split(self) -> None:
        """Asking a split for itself changes nothing; asking it for another is an error."""
        train = self._train()
        assert _ok(train.get_split("train")).to_list() == train.to_list(), "train's train is not train"
        assert _err(train.get_split("test")).code == DatasetErrorCode.SPLIT_NOT_FOUND

    def test_an_unknown_split_is_an_error_that_names_those_there_are(self) -> None:
        """`split_not_found`, with the splits as candidates."""
        error = _err(self._load().get_split("trian"))
        assert error.code == DatasetErrorCode.SPLIT_NOT_FOUND, f"{error.code} for an unknown split"
        assert "train" in error.candidates, "the nearest split is not among the candidates"
        assert "trian" in str(error), "the message does not say what was asked for"

    def test_splits_survive_other_operations(self) -> None:
        """A record stays in its split when the data set is shuffled or cut."""
        data = self._load().shuffle(3)
        test = [record for record in data.to_list() if record["text"].startswith("test")]
        assert _ok(data.get_split("test")).to_list() == test, "the shuffled order of the split is lost"
        assert _ok(data.skip(len(data)).get_split("test")).to_list() == [], (
            "a split is there after all was cut"
        )

    def test_an_unknown_name_is_an_error_with_the_nearest_names(self) -> None:
        """`not_found`, with the nearest name as a candidate."""
        error = _err(self._store().load(DatasetRequest("peoms")))
        assert error.code == DatasetErrorCode.NOT_FOUND, f"{error.code} for an unknown name"
        assert "poems" in error.candidates, "the nearest name is not among the candidates"

    def test_an_unknown_option_is_an_error(self) -> None:
        """`unknown_option` names it. No option is accepted and ignored."""
        error = _err(self._store().load(DatasetRequest("poems", options={"shufle": True})))
        assert error.code == DatasetErrorCode.UNKNOWN_OPTION, f"{error.code} for an unknown option"
        assert "shufle" in str(error), "the message does not name the option"

    def test_the_options_of_record_parsing_are_left_alone(self) -> None:
        """`columns` and `shape` are for the caller: the store accepts them and changes nothing."""
        options = {"columns": {"text": "number"}, "shape": "text"}
        data = _ok(self._store().load(DatasetRequest("poems", options=options)))
        assert data.to_list() == self._load().to_list(), "`columns` or `shape` changed the records"

    def test_an_unknown_format_is_an_error(self) -> None:
        """`unsupported_format`, and never another format in its place."""
        error = _err(self._store().load(DatasetRequest("poems", format="papyrus")))
        assert error.code == DatasetErrorCode.UNSUPPORTED_FORMAT, f"{error.code} for an unknown format"

    def test_an_empty_split_is_an_error(self) -> None:
        """`empty`: a training set of nothing is a mistake, and known when it is loaded."""
        error = _err(self.make_store({"void": {"train": []}}).load(DatasetRequest("void")))
        assert error.code == DatasetErrorCode.EMPTY, f"{error.code} for a data set without records"

    def test_loading_twice_gives_the_same(self) -> None:
        """Order included."""
        store = self._store()
        first, second = (_ok(store.load(DatasetRequest("poems"))) for _ in range(2))
        assert first.to_list() == second.to_list(), "two loads differ"

    def test_origin_says_where_the_records_came_from(self) -> None:
        """It holds the name, through every operation."""
        data = self._load()
        for each in (data, data.take(2), data.shuffle(1), _ok(data.get_split("train"))):
            assert "poems" in each.origin, f"origin {each.origin!r} does not tell the data set"

    def test_take_and_skip_split_a_data_set_in_two(self) -> None:
        """`take(n)` then `skip(n)` are all records, for every n, also past the end."""
        train = self._train()
        whole = train.to_list()
        for count in (0, 1, NUM_TRAIN - 1, NUM_TRAIN, NUM_TRAIN + 5):
            taken, rest = train.take(count), train.skip(count)
            assert taken.to_list() == whole[:count], f"take({count}) differs"
            assert rest.to_list() == whole[count:], f"skip({count}) differs"
            assert len(taken) == min(count, NUM_TRAIN), f"len(take({count})) is {len(taken)}"
            assert len(taken) + len(rest) == NUM_TRAIN, (
                f"take({count}) and skip({count}) overlap or leave a gap"
            )

    def test_a_negative_count_raises(self) -> None:
        """`ValueError`: it is a programmer's error, and slicing from the end would hide it."""
        train = self._train()
        _raises(ValueError, lambda: train.take(-1), "take(-1)")
        _raises(ValueError, lambda: train.skip(-1), "skip(-1)")

    def test_select_gives_records_by_index(self) -> None:
        """In the order asked for, repeated when asked for twice."""
        train = self._train()
        whole = train.to_list()
        picked = train.select([5, 0, 5, NUM_TRAIN - 1])
        assert picked.to_list() == [whole[5], whole[0], whole[5], whole[-1]], "other records were selected"
        assert len(picked) == 4, "len is not the number of indices"
        assert train.select([]).to_list() == [], "selecting nothing gives something"

    def test_an_index_outside_the_data_raises(self) -> None:
        """`IndexError`, below zero too, and relative to the view."""
        train = self._train()
        _raises(IndexError, lambda: train.select([0, NUM_TRAIN]), f"select([{NUM_TRAIN}])")
        _raises(IndexError, lambda: train.select([-1]), "select([-1])")
        _raises(IndexError, lambda: train.take(3).select([3]), "take(3).select([3])")

    def test_shuffle_keeps_every_record_once(self) -> None:
        """For any integer seed."""
        train = self._train()
        whole = sorted(record["number"] for record in train.to_list())
        for seed in SEEDS:
            shuffled = [record["number"] for record in train.shuffle(seed).to_list()]
            assert sorted(shuffled) == whole, f"shuffle({seed}) lost or repeated records"

    def test_shuffle_depends_on_the_seed_alone(self) -> None:
        """The same seed gives the same order in any store; other seeds, also -n and n, give others."""
        orders: list[list[int]] = []
        for seed in SEEDS:
            first = [record["number"] for record in self._train().shuffle(seed).to_list()]
            second = [record["number"] for record in self._train().shuffle(seed).to_list()]
            assert first == second, f"shuffle({seed}) is not repeatable"
            assert first not in orders, f"shuffle({seed}) gives the order of another seed"
            assert first != list(range(NUM_TRAIN)), f"shuffle({seed}) does not shuffle"
            orders.append(first)

    def test_operations_leave_the_data_set_as_it_was(self) -> None:
        """A data set is immutable: every method that changes returns another."""
        train = self._train()
        before = train.to_list()
        train.shuffle(1)
        train.take(2)
        train.skip(2)
        train.select([1])
        train.get_split("train")
        assert train.to_list() == before, "an operation changed the data set it was called on"
        assert len(train) == NUM_TRAIN, "an operation changed the length of the data set it was called on"

    def test_to_list_gives_fresh_records(self) -> None:
        """Changing a returned record, at any depth, reaches neither the data set nor the store."""
        store = self._store()
        data = _ok(_ok(store.load(DatasetRequest("poems"))).get_split("train"))
        before = copy.deepcopy(data.to_list())
        for record in data.to_list():
            record["nested"]["tags"][1]["b"] = "changed"
            record["nested"]["tags"].append("changed")
            record["text"] = "changed"
        assert data.to_list() == before, "a change to a returned record reached the data set"
        again = _ok(_ok(store.load(DatasetRequest("poems"))).get_split("train"))
        assert again.to_list() == before, "a change to a returned record reached the store"

    def test_operations_compose(self) -> None:
        """Each works on the view it is called on, not on the records underneath."""
        train = self._train().shuffle(7)
        whole = train.to_list()
        assert train.skip(3).take(4).to_list() == whole[3:7], "take after skip differs"
        assert train.skip(3).skip(4).to_list() == whole[7:], "skip after skip differs"
        assert train.skip(3).select([1, 0]).to_list() == [whole[4], whole[3]], "select after skip differs"
        reshuffled = train.take(10).shuffle(7).to_list()
        assert sorted(each["number"] for each in reshuffled) == sorted(each["number"] for each in whole[:10])


def _ok(result: Result[Dataset, DatasetError]) -> Dataset:
    match result:
        case Ok(dataset):
            return dataset
        case Err(error):
            raise AssertionError(f"expected a data set, got {error.code}: {error}")


def _err(result: Result[Dataset, DatasetError]) -> DatasetError:
    match result:
        case Ok(dataset):
            raise AssertionError(f"expected an error, got a data set of {len(dataset)} records")
        case Err(error):
            return error


def _raises(expected: type[Exception], call: Callable[[], object], what: str) -> None:
    try:
        call()
    except expected:
        return
    raise AssertionError(f"{what} did not raise {expected.__name__}")
