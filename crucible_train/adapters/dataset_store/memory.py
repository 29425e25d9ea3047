"""Data sets held in memory: for tests, notebooks and records that a program makes itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from crucible_train.diagnostics.suggest import nearest
from crucible_train.ports.dataset_store import DatasetError, DatasetErrorCode, DatasetRequest
from crucible_train.records.shapes import PARSE_OPTIONS
from crucible_train.records.table import Table, fresh_copy
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.ports.dataset_store import Dataset

__all__ = ["MemoryDatasetStore"]

Records: TypeAlias = Sequence[Mapping[str, Any]]


class MemoryDatasetStore:
    """Named data sets: `{"poems": [records]}` (one split, `train`) or `{"poems": {"train": [...], ...}}`.

    The records are copied in, so that changing them afterwards changes nothing here. It takes no options of
    its own, and its data sets have neither format nor version.
    """

    def __init__(self, datasets: Mapping[str, Records | Mapping[str, Records]]) -> None:
        self._datasets = {name: _copied(name, records) for name, records in datasets.items()}

    def load(self, request: DatasetRequest) -> Result[Dataset, DatasetError]:
        """The data set of that name.

        Errors: `not_found`, `empty`, `unknown_option` (also for a version), `unsupported_format` (for any).
        """
        unknown = next((key for key in request.options if key not in PARSE_OPTIONS), None)
        if unknown is not None:
            match = nearest(unknown, PARSE_OPTIONS)
            message = f"data sets in memory have no option `{unknown}`"
            return Err(
                DatasetError(DatasetErrorCode.UNKNOWN_OPTION, message, () if match is None else (match,))
            )
        if request.version is not None:
            message = f"data sets in memory have no versions, and `{request.version}` was asked for"
            return Err(DatasetError(DatasetErrorCode.UNKNOWN_OPTION, message))
        if request.format is not None:
            message = f"data sets in memory have no format, and `{request.format}` was asked for"
            return Err(DatasetError(DatasetErrorCode.UNSUPPORTED_FORMAT, message))
        splits = self._datasets.get(request.name)
        if splits is None:
            match = nearest(request.name, self._datasets)
            names = tuple(self._datasets) if match is None else (match,)
            message = f"there is no data set `{request.name}` in memory"
            return Err(DatasetError(DatasetErrorCode.NOT_FOUND, message, names))
        for split, records in splits.items():
            if not records:
                message = f"the split `{split}` of `{request.name}` has no records"
                return Err(DatasetError(DatasetErrorCode.EMPTY, message))
        return Ok(Table(splits, origin=request.name, split_error=_split_not_found))


def _copied(name: str, records: Records | Mapping[str, Records]) -> dict[str, list[dict[str, Any]]]:
    splits = records if isinstance(records, Mapping) else {"train": records}
    for split, rows in splits.items():
        for index, row in enumerate(cast("Sequence[object]", rows)):
            if not isinstance(row, Mapping):
                raise TypeError(
                    f"{name}, split {split}: record {index} is a {type(row).__name__}, not a mapping"
                )
    return {split: [fresh_copy(row) for row in rows] for split, rows in splits.items()}


def _split_not_found(origin: str, split: str, splits: tuple[str, ...]) -> DatasetError:
    return DatasetError(DatasetErrorCode.SPLIT_NOT_FOUND, f"`{origin}` has no split `{split}`", splits)
