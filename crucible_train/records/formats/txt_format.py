"""Plain text: lines, paragraphs or the whole document as records of one column, `text`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from crucible_train.records.formats.lines import UNNAMED, FormatError, ReadOptions, Splits, decoded_lines
from crucible_train.result import Ok, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read_txt(file: BinaryIO, name: str, options: ReadOptions) -> Result[Splits, FormatError]:
    """One record a unit.

    Lines and paragraphs lose their line ends (a paragraph's inner ones become LF) and those of white space
    alone are not records; a document is kept to the letter.
    """
    lines = decoded_lines(file)
    if options.text_unit == "document":
        document = "".join(lines)
        texts = iter([document] if document.strip() else [])
    else:
        bare = (line.rstrip("\r\n") for line in lines)
        texts = (
            _paragraphs(bare) if options.text_unit == "paragraph" else (line for line in bare if line.strip())
        )
    records: list[dict[str, Any]] = [{"text": text} for text in islice(texts, options.limit)]
    return Ok({UNNAMED: records})


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    paragraph: list[str] = []
    for line in lines:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield "\n".join(paragraph)
            paragraph = []
    if paragraph:
        yield "\n".join(paragraph)
