"""Files of records, read record by record: jsonl, json, csv, txt. UTF-8 only; a byte order mark is accepted.

    jsonl   one JSON object a line; blank lines do not count
    json    a list of objects, {"data": [...]}, or {split: [...], ...}
    csv     RFC 4180 with a header; every value is a string; blank lines do not count
    txt     one record {"text": ...} per non-empty line, per paragraph, or for the whole document

Nothing is repaired or left out: a duplicate key, NaN, a row of another length make the file malformed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, TypeAlias

from crucible_train.records.formats.csv_format import read_csv
from crucible_train.records.formats.json_format import read_json, read_jsonl
from crucible_train.records.formats.lines import (
    FORMATS,
    UNNAMED,
    Format,
    FormatError,
    FormatErrorCode,
    NotUtf8Error,
    ReadOptions,
    Splits,
    TextUnit,
)
from crucible_train.records.formats.txt_format import read_txt
from crucible_train.result import Err, Result

__all__ = [
    "FORMATS",
    "UNNAMED",
    "Format",
    "FormatError",
    "FormatErrorCode",
    "ReadOptions",
    "Splits",
    "TextUnit",
    "read_records",
]

_Reader: TypeAlias = Callable[[BinaryIO, str, ReadOptions], Result[Splits, FormatError]]

_READERS: dict[Format, _Reader] = {"jsonl": read_jsonl, "json": read_json, "csv": read_csv, "txt": read_txt}


def read_records(
    file: BinaryIO, file_format: Format, name: str, options: ReadOptions
) -> Result[Splits, FormatError]:
    """The records of an open file by split; `name` is what messages call it.

    Errors: `not_utf8` (with the byte offset), `malformed` (with the line). A file without records gives an
    empty split.
    """
    try:
        return _READERS[file_format](file, name, options)
    except NotUtf8Error as error:
        return Err(FormatError(FormatErrorCode.NOT_UTF8, f"{name}: {error}"))
