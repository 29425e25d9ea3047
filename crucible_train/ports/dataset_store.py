"""The data-set port: from a name in a spec to records."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.result import Result


class DatasetErrorCode(StrEnum):
    """Why a data set could not be loaded."""

    NOT_FOUND = "not_found"
    """No such data set; `candidates` holds the nearest names there are."""
    UNREADABLE = "unreadable"
    """It exists and cannot be read: permissions, encoding, a directory."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """The format is not one the store reads."""
    MALFORMED = "malformed"
    """A record cannot be parsed; the message names the file and line."""
    EMPTY = "empty"
    """There are no records."""
    SPLIT_NOT_FOUND = "split_not_found"
    """The data set has no such split; `candidates` holds those there are."""
    UNKNOWN_OPTION = "unknown_option"
    """`options` holds a key the store does not know."""
    MISSING_DEPENDENCY = "missing_dependency"
    """The adapter's extra is not installed; the message holds the install line."""


@dataclass(frozen=True, slots=True)
class DatasetError:
    """Why a data set could not be loaded, in words, with the nearest names that exist."""

    code: DatasetErrorCode
    message: str
    candidates: tuple[str, ...] = ()

    def __str__(self) -> str:
        nearest = f" (nearest: {', '.join(self.candidates)})" if self.candidates else ""
        return f"{self.message}{nearest}"


@dataclass(frozen=True, slots=True)
class DatasetRequest:
    """A data set as a spec names it: the fields of the IR's `DatasetRef` that a store needs."""

    name: str
    version: str | None = None
    format: str | None = None
    split: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Dataset(Protocol):
    """An immutable sequence of raw records. Every method that changes returns a new data set."""

    @property
    def origin(self) -> str:
        """Where the records came from, for messages: a file name, a hub id."""
        ...

    def __len__(self) -> int:
        """Number of records."""
        ...

    def get_split(self, split: str) -> Result[Dataset, DatasetError]:
        """The records of one split; `Err` `split_not_found` names those there are."""
        ...

    def shuffle(self, seed: int) -> Dataset:
        """The same records in an order that depends on `seed` alone."""
        ...

    def take(self, count: int) -> Dataset:
        """The first `count` records, or all of them when there are fewer."""
        ...

    def skip(self, count: int) -> Dataset:
        """All but the first `count` records."""
        ...

    def select(self, indices: list[int]) -> Dataset:
        """The records at `indices`, in that order. An index outside the data set raises `IndexError`."""
        ...

    def to_list(self) -> list[dict[str, Any]]:
        """The records, as fresh mappings of column to value."""
        ...


class DatasetStore(Protocol):
    """Loads data sets by name."""

    def load(self, request: DatasetRequest) -> Result[Dataset, DatasetError]:
        """The data set `request` names, all of its splits (the caller then asks `get_split`)."""
        ...
