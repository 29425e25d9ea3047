"""Bytes, text and command-line values to data: the checks every format shares, then the format's reader."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from crucible_train.result import Err, Ok, Result
from crucible_train.source.budget import BUDGET_HINT, MAX_BYTES, TOO_LARGE_MESSAGE
from crucible_train.source.findings import Findings
from crucible_train.source.positions import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.source.document import Document, Format, SourceError

_BARE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-"
_BARE_BUT_SYNTAX = frozenset(("-", "---", "..."))


def load_path(path: str | os.PathLike[str]) -> Result[Document, SourceError]:
    """Read the spec in the file `path`, and what it extends; its suffix (.yaml, .yml, .json, .toml) says the
    format.

    Err, unreadable: CRU001 (no such file, no regular file, no permission), CRU002, CRU006 (too large) and
    CRU007. Err, readable: as `load_text`.
    """
    from crucible_train.source.files import read_file

    result = read_file(path)
    if isinstance(result, Err):
        return result
    data, file_format = result.value
    name = os.fspath(path)
    return _extended(read_bytes(data, file_format, name), os.path.split(name)[0])


def load_bytes(
    data: bytes,
    *,
    format: Format,  # noqa: A002 - the public name of the argument
    name: str,
    directory: str | None = None,
) -> Result[Document, SourceError]:
    """Read a spec from the bytes of a UTF-8 text, with or without a byte order mark.

    `directory` is as in `load_text`. Err, unreadable: CRU002 with the byte offset, CRU006 (too large). Err,
    readable: as `load_text`.
    """
    return _extended(read_bytes(data, format, name), directory)


def read_bytes(data: bytes, file_format: Format, name: str) -> Result[Document, SourceError]:
    """One file, whose `extends` is a key like any other. Err: as `load_bytes`, without CRU021 to CRU023."""
    if len(data) > MAX_BYTES:
        return _unreadable("CRU006", TOO_LARGE_MESSAGE, "", name, BUDGET_HINT)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = f"not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start:,}"
        return _unreadable("CRU002", message, before, name, _encoding_hint(data))
    return _nul(text, name) or _reader(file_format)(text.removeprefix("\ufeff"), name)


def load_text(
    text: str,
    *,
    format: Format,  # noqa: A002 - the public name of the argument
    name: str = "<text>",
    directory: str | None = None,
) -> Result[Document, SourceError]:
    """Read a spec from `text`.

    The files that it extends are found from `directory`, as if the text were a file there.

    Err, unreadable: CRU002 (NUL, or half a surrogate pair: no text), CRU006 (too large). Err, readable:
    CRU003 (empty), CRU004 (no mapping at the top), CRU005 (several documents), CRU006 (over a budget),
    CRU011 (syntax), CRU012 (duplicate key), CRU013 (tag), CRU014 (NaN, infinity), CRU015 (integer too long),
    CRU016 (key not text), CRU017 (recursive alias), CRU021 (a file to extend cannot be read, or there is no
    directory to find it from), CRU022 (files extend one another), CRU023 (a file outside the project); for
    every file that is extended, too. CRU018 is a warning of the document.
    """
    read = _no_text(text, name) or _reader(format)(text.removeprefix("\ufeff"), name)
    return _extended(read, directory)


def parse_scalar(text: str) -> Result[Any, SourceError]:
    """One value as YAML 1.2 in flow style, as in `--set key=value`: `1e-4`, `[1, 2]`, `{a: b}`, `"1"`.

    No text is null. The words of CRU018 (`no`, `1_000`) are text without a warning: nobody but this reader
    gets to see them. Err: as `load_text` for YAML, without CRU004; CRU011 also for block style and comments.
    """
    name = "<value>"
    if not text.strip():
        return Ok(None)
    if text.strip(_BARE) or text in _BARE_BUT_SYNTAX:
        failed = _no_text(text, name)
        if failed is not None:
            return failed
        from crucible_train.source.yaml_text import read_yaml_value

        return read_yaml_value(text, name)

    # A bare word or number needs no parser, so that an override does not pay for importing PyYAML.
    from crucible_train.source.odd import DROPPED, Odd
    from crucible_train.source.yaml_scalars import resolve_plain

    value = resolve_plain(text)
    if not isinstance(value, Odd):
        return Ok(value)
    if value.value is not DROPPED:
        return Ok(value.value)
    findings = Findings(Lines(text, name))
    findings.add(value.code, value.message, (0, len(text)), hint=value.hint)
    return findings.fail()


def _extended(read: Result[Document, SourceError], directory: str | None) -> Result[Document, SourceError]:
    """What was read, over what it extends, if it extends anything."""
    document = read.value if isinstance(read, Ok) else read.error.document
    if document is None or "extends" not in document.data:
        return read
    from crucible_train.source.extends import follow  # few specs extend others

    return follow(read, document, directory)


@cache
def _reader(file_format: Format) -> Callable[[str, str], Result[Document, SourceError]]:
    """The reader of a format, imported when first needed: a JSON spec does not wait for PyYAML."""
    match file_format:
        case "yaml":
            from crucible_train.source.yaml_text import read_yaml

            return read_yaml
        case "json":
            from crucible_train.source.json_text import read_json

            return read_json
        case "toml":
            from crucible_train.source.toml_text import read_toml

            return read_toml
        case _:
            assert_never(file_format)


def _no_text(text: str, name: str) -> Err[SourceError] | None:
    if len(text) > MAX_BYTES:
        return _unreadable("CRU006", TOO_LARGE_MESSAGE, "", name, BUDGET_HINT)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            message = f"U+{ord(text[error.start]):04X}, half of a surrogate pair, is no character"
            return _unreadable("CRU002", message, text[: error.start], name, "read the text as UTF-8")
    return _nul(text, name)


def _nul(text: str, name: str) -> Err[SourceError] | None:
    if "\0" not in text:
        return None
    before = text[: text.index("\0")]
    message = f"no text: NUL byte at offset {len(before.encode()):,}"
    return _unreadable("CRU002", message, before, name, "this looks like a binary file or UTF-16 text")


def _encoding_hint(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "this looks like UTF-16: save the file as UTF-8"
    if b"\0" in data:
        return "this looks like a binary file, not a spec"
    return "save the file as UTF-8"


def _unreadable(code: str, message: str, before: str, name: str, hint: str) -> Err[SourceError]:
    """An error at the character that follows `before`."""
    before = before.removeprefix("\ufeff")
    findings = Findings(Lines(before + "?", name))
    findings.add(code, message, (len(before), len(before) + 1), hint=hint)
    return findings.fail(readable=False)
