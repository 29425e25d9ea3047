"""The immutable view both data set stores return."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crucible_train.records.table import Table, fresh_copy, permutation
from crucible_train.result import Err, Ok


def table(**splits: int) -> Table[str]:
    return Table(
        {split: [{"split": split, "n": n} for n in range(count)] for split, count in splits.items()},
        origin="data",
        split_error=lambda origin, split, splits: f"{origin} has {splits}, not {split}",
    )


def names(data: Table[str]) -> list[str]:
    return [f"{record['split']}{record['n']}" for record in data.to_list()]


class TestSplits:
    """A record stays in its split."""

    def test_a_table_holds_all_splits_in_order(self) -> None:
        assert names(table(train=2, test=1)) == ["train0", "train1", "test0"]

    def test_an_unknown_split_is_the_stores_error(self) -> None:
        assert table(train=1, test=1).get_split("dev") == Err("data has ('train', 'test'), not dev")

    def test_the_only_split_is_the_table_itself(self) -> None:
        data = table(train=2)
        assert data.get_split("train") == Ok(data)
        assert data.origin == "data"

    def test_one_of_several_says_so_in_its_origin(self) -> None:
        test = table(train=2, test=2).get_split("test").unwrap()
        assert names(test) == ["test0", "test1"]
        assert test.origin == "data [test]"
        assert test.take(1).origin == "data [test]"
        assert isinstance(test.get_split("train"), Err)

    @pytest.mark.parametrize(
        ("skip", "take", "left"),
        [
            (0, 9, ["b0", "b1", "b2"]),
            (3, 2, ["b1", "b2"]),
            (3, 1, ["b1"]),
            (0, 1, []),
            (6, 9, []),
            (0, 0, []),
        ],
    )
    def test_what_is_left_of_a_split_in_a_cut_table(self, skip: int, take: int, left: list[str]) -> None:
        data = table(a=2, b=3, c=4).skip(skip).take(take)
        assert names(data.get_split("b").unwrap()) == left

    def test_the_order_of_a_shuffled_table_is_kept(self) -> None:
        data = table(a=5, b=5).select([9, 0, 7, 1, 5])
        assert names(data.get_split("b").unwrap()) == ["b4", "b2", "b0"]


class TestPermutation:
    """The order of a shuffle is part of the contract: a run resumes on another machine."""

    @pytest.mark.parametrize(
        ("seed", "order"),
        [
            (0, [9, 7, 3, 2, 4, 0, 5, 8, 6, 1]),
            (42, [3, 4, 8, 7, 1, 6, 9, 0, 5, 2]),
            (-42, [5, 4, 2, 9, 0, 3, 1, 8, 7, 6]),
            (2**200, [4, 5, 3, 2, 8, 6, 1, 9, 7, 0]),
        ],
    )
    def test_it_never_changes(self, seed: int, order: list[int]) -> None:
        assert list(permutation(10, seed)) == order

    @pytest.mark.parametrize("count", [0, 1])
    def test_nothing_to_permute(self, count: int) -> None:
        assert list(permutation(count, 1)) == list(range(count))

    def test_every_position_is_as_likely(self) -> None:
        counts = [0] * 5
        for seed in range(2000):
            counts[list(permutation(5, seed)).index(0)] += 1
        assert all(330 < count < 470 for count in counts), counts


class TestFreshCopy:
    """Copies share nothing that can be changed."""

    def test_mappings_and_lists_at_any_depth(self) -> None:
        inner: dict[str, Any] = {"c": [1, {"d": None}]}
        record = {"a": inner, "b": (inner, True, 2.5)}
        copied = fresh_copy(record)
        assert copied == {"a": {"c": [1, {"d": None}]}, "b": [{"c": [1, {"d": None}]}, True, 2.5]}
        inner["c"][1]["d"] = "changed"
        assert copied["a"]["c"][1]["d"] is None

    def test_what_json_does_not_have(self) -> None:
        tags = {"x"}
        copied = fresh_copy({"day": date(2026, 1, 2), "tags": tags})
        tags.add("y")
        assert copied == {"day": date(2026, 1, 2), "tags": {"x"}}

    def test_nesting_deeper_than_python_recurses(self) -> None:
        deep: dict[str, Any] = {}
        level = deep
        for _ in range(20_000):
            level["a"] = [{}]
            level = level["a"][0]
        copied = fresh_copy(deep)
        depth = 0
        while copied:
            copied, depth = copied["a"][0], depth + 1
        assert depth == 20_000


@pytest.mark.parametrize("call", ["take", "skip"])
def test_a_negative_count_is_a_mistake(call: str) -> None:
    with pytest.raises(ValueError, match="-1"):
        getattr(table(train=1), call)(-1)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_outside_is_a_mistake(index: int) -> None:
    with pytest.raises(IndexError, match=f"index {index} is outside a data set of 3 records"):
        table(train=3).select([0, index])
