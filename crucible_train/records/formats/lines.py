"""What all formats share: options, errors, and the lines of a file as UTF-8 text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Format: TypeAlias = Literal["jsonl", "json", "csv", "txt"]
TextUnit: TypeAlias = Literal["line", "paragraph", "document"]
Splits: TypeAlias = dict[str, list[dict[str, Any]]]

UNNAMED = ""
"""The split of a file that does not name its splits."""

FORMATS: dict[Format, tuple[str, ...]] = {
    "jsonl": (".jsonl", ".ndjson"),
    "json": (".json",),
    "csv": (".csv",),
    "txt": (".txt",),
}
"""The formats that are read, and the file name endings that mean them."""

MAX_REPORTED_LINES = 20


class FormatErrorCode(StrEnum):
    """Why a file cannot be read."""

    NOT_UTF8 = "not_utf8"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class FormatError:
    """Why a file cannot be read; the message names file and line."""

    code: FormatErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read. `limit`: at most so many records of each split; what comes after is not looked at."""

    text_unit: TextUnit = "line"
    delimiter: str = ","
    limit: int | None = None


class NotUtf8Error(Exception):
    """Carries the byte offset out of an iterator of lines."""


@dataclass(slots=True)
class Faults:
    """Malformed places in one file: the first in words, the others by line, all counted."""

    name: str
    first: str = ""
    other_lines: list[int] = field(default_factory=list[int])
    num_others: int = 0

    def add(self, line: int, message: str, column: int | None = None) -> None:
        """Note a malformed place; line and column count from 1."""
        if not self.first:
            place = f"{self.name}:{line}" if column is None else f"{self.name}:{line}:{column}"
            self.first = f"{place}: {message}"
            return
        self.num_others += 1
        if len(self.other_lines) < MAX_REPORTED_LINES:
            self.other_lines.append(line)

    def error(self) -> FormatError:
        """All of them as one error."""
        message = self.first
        if self.num_others:
            lines = ", ".join(str(line) for line in self.other_lines)
            more = ", ..." if self.num_others > len(self.other_lines) else ""
            message += f"; {self.num_others:,} more malformed (lines {lines}{more})"
        return FormatError(FormatErrorCode.MALFORMED, message)


def decoded_lines(file: Iterable[bytes]) -> Iterator[str]:
    """Lines ended by LF only: U+2028 and its like may stand inside JSON text."""
    offset = 0
    for raw in file:
        if offset == 0 and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotUtf8Error("not UTF-8: it begins as UTF-16 does; save it as UTF-8")
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            where = offset + error.start
            raise NotUtf8Error(f"not UTF-8: byte 0x{raw[error.start]:02x} at offset {where:,}") from error
        yield line.removeprefix("\ufeff") if offset == 0 else line
        offset += len(raw)
