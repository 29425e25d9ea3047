"""CSV with a header (RFC 4180). Every value is a string."""

from __future__ import annotations

import csv
from typing import Any, BinaryIO

from crucible_train.records.formats.lines import (
    UNNAMED,
    Faults,
    FormatError,
    ReadOptions,
    Splits,
    decoded_lines,
)
from crucible_train.result import Err, Ok, Result


def read_csv(file: BinaryIO, name: str, options: ReadOptions) -> Result[Splits, FormatError]:
    """One record a row. All rows of another length are reported; broken quoting ends the reading."""
    faults = Faults(name)
    records: list[dict[str, Any]] = []
    header: list[str] | None = None
    reader = csv.reader(decoded_lines(file), delimiter=options.delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if options.limit is not None and len(records) >= options.limit:
                break
            line, start = start, reader.line_num + 1
            if not row:
                continue
            if header is None:
                header = row
                problem = _header_problem(header)
                if problem is not None:
                    faults.add(line, problem)
                    break
            elif len(row) != len(header):
                faults.add(line, f"{len(row)} fields where the header has {len(header)}")
            else:
                records.append(dict(zip(header, row, strict=True)))
    except csv.Error as error:
        faults.add(start, _in_words(error))
    return Err(faults.error()) if faults.first else Ok({UNNAMED: records})


def _header_problem(header: list[str]) -> str | None:
    if any(not column.strip() for column in header):
        return "a column in the header has no name"
    twice = next((column for column in header if header.count(column) > 1), None)
    return None if twice is None else f"the header has the column {twice!r} twice"


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return (
            f"a field of more than {csv.field_size_limit():,} characters; the format jsonl has no such limit"
        )
    return text
