"""`Table`: an immutable sequence of raw records, cut and reordered without copying a record.

A view is an index into records that are stored once. What a data set store returns can be a `Table` as it
is: the store only says, through `split_error`, what its error for an unknown split looks like.
"""

from __future__ import annotations

import copy
import hashlib
import random
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, cast

from crucible_train.result import Err, Ok, Result

E = TypeVar("E")

SplitError: TypeAlias = Callable[[str, str, tuple[str, ...]], E]
"""Makes the error for an unknown split from the table's origin, the split asked for, and those there are."""


class Table(Generic[E]):
    """Raw records with named splits. Every method that changes returns a new table over the same records.

    A table of several splits holds the records of all of them, split after split. Each record stays in its
    split through every other operation, so that `take(9).get_split("test")` is what is left of that split.
    """

    __slots__ = ("_index", "_origin", "_rows", "_split_error", "_splits")

    _rows: Sequence[Mapping[str, Any]]
    _index: range | array[int]
    _splits: Mapping[str, range]
    _origin: str
    _split_error: SplitError[E]

    def __init__(
        self,
        splits: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        origin: str,
        split_error: SplitError[E],
    ) -> None:
        rows: list[Mapping[str, Any]] = []
        ranges: dict[str, range] = {}
        for name, records in splits.items():
            ranges[name] = range(len(rows), len(rows) + len(records))
            rows.extend(records)
        self._rows = rows
        self._index = range(len(rows))
        self._splits = ranges
        self._origin = origin
        self._split_error = split_error

    def _view(
        self,
        index: range | array[int],
        *,
        splits: Mapping[str, range] | None = None,
        origin: str | None = None,
    ) -> Table[E]:
        view: Table[E] = Table.__new__(type(self))
        view._rows = self._rows
        view._index = index
        view._splits = self._splits if splits is None else splits
        view._origin = self._origin if origin is None else origin
        view._split_error = self._split_error
        return view

    @property
    def origin(self) -> str:
        """Where the records came from, for messages."""
        return self._origin

    def __len__(self) -> int:
        return len(self._index)

    def get_split(self, split: str) -> Result[Table[E], E]:
        """The records of one split, in this table's order; the store's error when there is no such split."""
        rows = self._splits.get(split)
        if rows is None:
            return Err(self._split_error(self._origin, split, tuple(self._splits)))
        if len(self._splits) == 1:
            return Ok(self)
        index = self._index
        kept = (
            range(max(index.start, rows.start), max(index.start, rows.start, min(index.stop, rows.stop)))
            if isinstance(index, range)
            else array("q", (row for row in index if row in rows))
        )
        return Ok(self._view(kept, splits={split: rows}, origin=f"{self._origin} [{split}]"))

    def shuffle(self, seed: int) -> Table[E]:
        """The same records in the order `permutation(len(self), seed)`."""
        return self.select(list(permutation(len(self), seed)))

    def take(self, count: int) -> Table[E]:
        """The first `count` records, or all of them when there are fewer. Below 0 raises `ValueError`."""
        return self._view(self._index[: _count(count)])

    def skip(self, count: int) -> Table[E]:
        """All but the first `count` records. Below 0 raises `ValueError`."""
        return self._view(self._index[_count(count) :])

    def select(self, indices: Sequence[int]) -> Table[E]:
        """The records at `indices`, in that order, as often as they are named.

        An index below 0 or past the end raises `IndexError`.
        """
        size = len(self._index)
        for position in indices:
            if not 0 <= position < size:
                raise IndexError(f"index {position} is outside a data set of {size} records")
        return self._view(array("q", (self._index[position] for position in indices)))

    def to_list(self) -> list[dict[str, Any]]:
        """The records as fresh mappings: changing one changes neither the table nor another list."""
        return [fresh_copy(self._rows[row]) for row in self._index]


def _count(count: int) -> int:
    if count < 0:
        raise ValueError(f"cannot take or skip {count} records")
    return count


def permutation(count: int, seed: int) -> array[int]:
    """A permutation of `range(count)` that depends on its arguments alone, on every machine and version.

    Fisher-Yates from the end (Knuth, TAOCP 2, 3.4.2, algorithm P), drawing from the Mersenne Twister seeded
    with SHA-256 of the seed's shortest two's complement bytes, so that negative and huge seeds count in full.
    A draw below n takes bits of n until one is below n: `Random.shuffle` promises no such thing.
    """
    spelled = seed.to_bytes(seed.bit_length() // 8 + 1, "big", signed=True)
    generator = random.Random(int.from_bytes(hashlib.sha256(spelled).digest(), "big"))
    order = array("q", range(count))
    for last in range(count - 1, 0, -1):
        num_bits = (last + 1).bit_length()
        pick = generator.getrandbits(num_bits)
        while pick > last:
            pick = generator.getrandbits(num_bits)
        order[last], order[pick] = order[pick], order[last]
    return order


def fresh_copy(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a record that shares no mapping or list with it, at any depth.

    Mappings become dicts and tuples lists, as in JSON; what JSON does not have is deep-copied. It works
    through a stack of its own, because a record may be nested deeper than Python recurses.
    """
    root: dict[str, Any] = dict(record)
    stack: list[dict[Any, Any] | list[Any]] = [root]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            value = holder[key]
            if value is None or isinstance(value, str | int | float):
                continue
            if isinstance(value, Mapping):
                inner = dict(cast("Mapping[Any, Any]", value))
            elif isinstance(value, list | tuple):
                inner = list(cast("Sequence[Any]", value))
            else:
                holder[key] = copy.deepcopy(value)
                continue
            holder[key] = inner
            stack.append(inner)
    return root
