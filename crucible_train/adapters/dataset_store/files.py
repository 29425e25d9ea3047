"""Data sets in files: jsonl, json, csv and txt, with the standard library alone."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from crucible_train.diagnostics.suggest import nearest, one_of
from crucible_train.ports.dataset_store import DatasetError, DatasetErrorCode, DatasetRequest
from crucible_train.records.errors import describe
from crucible_train.records.formats import (
    FORMATS,
    UNNAMED,
    Format,
    FormatError,
    FormatErrorCode,
    ReadOptions,
    Splits,
    read_records,
)
from crucible_train.records.shapes import PARSE_OPTIONS
from crucible_train.records.table import Table
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.ports.dataset_store import Dataset
    from crucible_train.settings import Settings

__all__ = ["FilesDatasetStore"]

TEXT_UNITS = ("line", "paragraph", "document")
OPTIONS: dict[str, Format | None] = {"text_unit": "txt", "delimiter": "csv", "limit": None}
"""The store's options, and the one format each belongs to."""

OTHER_DATA_SUFFIXES = frozenset(
    {".parquet", ".arrow", ".feather", ".tsv", ".xlsx", ".gz", ".zst", ".bz2", ".xz"}
)
"""Endings that mean data this store does not read. In a directory they are refused, not passed over."""

Source: TypeAlias = tuple[str | None, Path, Format]
"""The split a file is, the file, its format. `None`: `train`, or the splits that the file itself names."""


class FilesDatasetStore:
    """Data sets by path, relative to `root` (by default the current directory).

    A file is one split, `train`, unless it is a JSON mapping of splits. In a directory every file whose name
    ends in `.jsonl`, `.ndjson`, `.json`, `.csv` or `.txt` is the split its stem names; hidden files and
    directories are not looked into, and `format` narrows the choice. See `crucible_train.records.formats` for
    what the formats hold.

    Options:
        text_unit  txt only: `line` (default), `paragraph` or `document` is one record
        delimiter  csv only: one character, by default a comma
        limit      read at most so many records of each split; what follows is not checked

    Files have no versions: a request with one is refused.
    """

    known_options: ClassVar[frozenset[str]] = frozenset(OPTIONS)
    """The options above, for those who check a spec without loading anything."""

    def __init__(self, root: str | Path | None = None) -> None:
        self._root = Path() if root is None else Path(root)

    @classmethod
    def from_settings(cls, settings: Settings) -> FilesDatasetStore:
        """The store below `data_root`."""
        return cls(settings.data_root)

    def load(self, request: DatasetRequest) -> Result[Dataset, DatasetError]:
        """Read the files that `request.name` names. Memory grows with the data, not with the files' number.

        Errors: `not_found` (with the nearest names), `unreadable` (permissions, not UTF-8, not a file),
        `unsupported_format`, `malformed` (with file and line), `empty`, `unknown_option` (also a value that
        an option cannot have, and any version).
        """
        match self._plan(request):
            case Err() as failed:
                return failed
            case Ok((sources, options)):
                pass
        splits: Splits = {}
        for split, path, file_format in sources:
            match _read(path, file_format, options):
                case Err() as failed:
                    return failed
                case Ok(read) if split is not None and list(read) != [UNNAMED]:
                    message = f"`{path}` names splits; in a directory each file is one split and holds a list"
                    return _err(DatasetErrorCode.MALFORMED, message)
                case Ok(read):
                    splits.update({name or split or "train": records for name, records in read.items()})
        return Ok(Table(splits, origin=request.name, split_error=_split_not_found))

    def _plan(self, request: DatasetRequest) -> Result[tuple[tuple[Source, ...], ReadOptions], DatasetError]:
        """Which files to read and how, before any is opened."""
        if request.version is not None:
            message = f"files have no versions, and version `{request.version}` was asked for"
            return _err(DatasetErrorCode.UNKNOWN_OPTION, message)
        match _read_options(request.options), _format_of(request):
            case (Err() as failed, _) | (_, Err() as failed):
                return failed
            case Ok(options), Ok(wanted):
                pass
        match _sources(self._root, request.name, wanted):
            case Err() as failed:
                return failed
            case Ok(sources):
                pass
        formats = sorted({file_format for _, _, file_format in sources})
        for option, belongs_to in OPTIONS.items():
            if option in request.options and belongs_to is not None and belongs_to not in formats:
                message = f"the option `{option}` is for {belongs_to} files; these are {one_of(formats)}"
                return _err(DatasetErrorCode.UNKNOWN_OPTION, message)
        return Ok((sources, options))


def _err(code: DatasetErrorCode, message: str, *candidates: str) -> Err[DatasetError]:
    return Err(DatasetError(code, message, candidates))


def _split_not_found(origin: str, split: str, splits: tuple[str, ...]) -> DatasetError:
    return DatasetError(DatasetErrorCode.SPLIT_NOT_FOUND, f"`{origin}` has no split `{split}`", splits)


def _read_options(given: Mapping[str, Any]) -> Result[ReadOptions, DatasetError]:
    code = DatasetErrorCode.UNKNOWN_OPTION
    for name in given:
        if name not in OPTIONS and name not in PARSE_OPTIONS:
            known = [*OPTIONS, *sorted(PARSE_OPTIONS)]
            match = nearest(name, known)
            message = f"data set files have no option `{name}`"
            return _err(code, message, *(known if match is None else [match]))
    text_unit = given.get("text_unit", "line")
    if text_unit not in TEXT_UNITS:
        message = f"`text_unit` is {one_of(TEXT_UNITS)}, not {describe(text_unit)}"
        match = nearest(str(text_unit), TEXT_UNITS)
        return _err(code, message, *(TEXT_UNITS if match is None else [match]))
    delimiter = given.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        return _err(code, f"`delimiter` is one character other than a quote, not {describe(delimiter)}")
    limit = given.get("limit")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        return _err(code, f"`limit` is a number of records above 0, not {describe(limit)}")
    return Ok(ReadOptions(text_unit, delimiter, limit))


def _format_of(request: DatasetRequest) -> Result[Format | None, DatasetError]:
    if request.format is None:
        return Ok(None)
    for known in FORMATS:
        if request.format == known:
            return Ok(known)
    match = nearest(request.format, FORMATS)
    return _unsupported(f"the format `{request.format}`", *(() if match is None else (match,)))


def _unsupported(what: str, *candidates: str) -> Err[DatasetError]:
    message = f"{what} is not read in this version, only {one_of(FORMATS)}"
    return _err(DatasetErrorCode.UNSUPPORTED_FORMAT, message, *candidates)


def _by_suffix(path: Path) -> Format | None:
    suffix = path.suffix.lower()
    return next((name for name, suffixes in FORMATS.items() if suffix in suffixes), None)


def _sources(root: Path, name: str, wanted: Format | None) -> Result[tuple[Source, ...], DatasetError]:
    if not name:
        return _err(DatasetErrorCode.NOT_FOUND, "the data set's name is empty; it is a path")
    path = root / name
    try:
        if path.is_dir():
            return _in_directory(path, wanted)
        if not path.exists():
            return _err(DatasetErrorCode.NOT_FOUND, f"there is no file `{path}`", *_nearest_paths(root, name))
        if not path.is_file():
            return _err(DatasetErrorCode.UNREADABLE, f"`{path}` is neither a file nor a directory")
    except (OSError, ValueError) as error:
        return _err(DatasetErrorCode.UNREADABLE, f"`{name}` cannot be opened: {error}")
    file_format = wanted or _by_suffix(path)
    if file_format is None:
        return _unsupported(f"`{path}`: the ending `{path.suffix}`")
    return Ok(((None, path, file_format),))


def _in_directory(directory: Path, wanted: Format | None) -> Result[tuple[Source, ...], DatasetError]:
    sources: list[Source] = []
    for path in sorted(directory.iterdir()):
        if path.name.startswith(".") or path.is_dir():
            continue
        file_format = _by_suffix(path)
        if file_format is not None and wanted in (None, file_format):
            sources.append((path.stem, path, file_format))
        elif wanted is None and path.suffix.lower() in OTHER_DATA_SUFFIXES:
            return _unsupported(f"`{path}`: the ending `{path.suffix}`")
    if not sources:
        kinds = one_of([wanted] if wanted else FORMATS)
        return _err(DatasetErrorCode.EMPTY, f"the directory `{directory}` holds no {kinds} file")
    stems = [split for split, _, _ in sources]
    twice = [path.name for split, path, _ in sources if stems.count(split) > 1]
    if twice:
        message = f"`{directory}`: {', '.join(twice)} would be one split; say which with `format`"
        return _err(DatasetErrorCode.UNSUPPORTED_FORMAT, message, *twice)
    return Ok(tuple(sources))


def _nearest_paths(root: Path, name: str) -> list[str]:
    """`name` with its first part that does not exist replaced by the nearest names that do."""
    parts = Path(name).parts
    last = len(parts) - 1
    depth = next((n for n in range(last) if not root.joinpath(*parts[: n + 1]).exists()), last)
    parent, part, rest = root.joinpath(*parts[:depth]), parts[depth], parts[depth + 1 :]
    entries = sorted(parent.iterdir()) if parent.is_dir() else []
    # By stem: a shared ending must not make names alike, and `train` stands for `train.jsonl`.
    by_stem = {entry.stem: entry.name for entry in entries if not entry.name.startswith(".")}
    stem = Path(part).stem
    alike = [stem] if stem in by_stem else difflib.get_close_matches(stem, by_stem)
    matches = [by_stem[each] for each in alike]
    paths = [Path(*parts[:depth], match) for match in matches]
    wholes = [path.joinpath(*rest) for path in paths]
    return [
        str(whole if (root / whole).exists() else path) for path, whole in zip(paths, wholes, strict=True)
    ]


def _read(path: Path, file_format: Format, options: ReadOptions) -> Result[Splits, DatasetError]:
    try:
        with path.open("rb") as file:
            read = read_records(file, file_format, str(path), options)
    except OSError as error:
        return _err(DatasetErrorCode.UNREADABLE, f"`{path}` cannot be read: {error.strerror or error}")
    match read:
        case Err(FormatError(FormatErrorCode.NOT_UTF8, message)):
            return _err(DatasetErrorCode.UNREADABLE, message)
        case Err(FormatError(_, message)):
            return _err(DatasetErrorCode.MALFORMED, message)
        case Ok(splits):
            for split, records in splits.items():
                if not records:
                    where = f"the split `{split}` of `{path}`" if split else f"`{path}`"
                    return _err(DatasetErrorCode.EMPTY, f"{where} has no records")
            return Ok(splits)
