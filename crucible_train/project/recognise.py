"""Whether a file that nobody named is a spec: by keys that only specs have, in its bytes, then in its data.

A directory holds many files of other kinds. Looking for the keys where a top-level key can stand costs next
to nothing, and needs no text that parses: so another tool's template is told from a spec with a mistake.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crucible_train.result import Ok, Result
from crucible_train.source.files import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.source import Document, Format, SourceError

REFERENCES = frozenset({"model_ref", "dataset_ref", "training_config"})
"""A top-level key of these makes a spec."""

_PIPELINE, _EXTENDS = "pipeline", "extends"
"""A list of stages makes an experiment; other tools have keys of this name, too. So they have of the second,
which makes a spec where the files that it names do."""

_OWN = "|".join(sorted({*REFERENCES, _PIPELINE}))
_EITHER = f"{_OWN}|{_EXTENDS}"
_PROPERTIES = rb"(?:[&!][^\s]*[ \t]+)*"  # an anchor, a tag
# A mark of the byte order, then what may come before the content.
_MARK = rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
_YAML_START = re.compile(
    _MARK
    + rb"(?:(?:[ \t]*(?:#[^\r\n]*)?|[%][^\r\n]*|---[ \t]*(?:#[^\r\n]*)?)[\r\n])*(?:---[ \t]+)?([ ]*)"
    + _PROPERTIES
    + rb"(\{(?!\{))?"  # two of them are another tool's
)
_LINE_START = rb"(?:%s|[\r\n])" % _MARK
_JSON_START = re.compile(_MARK + rb"\s*[{/\"]")
_NAMED = re.compile(rb"[^\s\"',\[\]]+\.(?:ya?ml|json|toml)\b")
_NAMED_WITHIN = 2_000
"""Bytes behind `extends` in which the files are named."""


def has_own_key(data: bytes, file_format: Format) -> bool:
    """Whether a key that only specs have may stand at the top level."""
    return _key(data, file_format, _OWN) is not None


def may_be_spec(data: bytes, file_format: Format) -> bool:
    """Whether it is worth reading on: a spec's own key, or one that extends other files."""
    return _key(data, file_format, _EITHER) is not None


def _key(data: bytes, file_format: Format, names: str) -> int | None:
    """Where one of the keys `names` ends, if one may stand at the top level."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16, which is worth saying of a spec
        data = data.replace(b"\0", b"")
    if not any(name in data for name in _split(names)):
        return None
    if file_format == "json":
        found = _JSON_START.match(data) and _in_json(names).search(data)
    elif file_format == "toml":
        found = _in_toml(names).search(data)
    else:
        start = _YAML_START.match(data)
        assert start is not None  # it may be empty
        inside = _in_flow(names) if start[2] else _in_block(names, len(start[1]))
        found = inside.search(data)
    return found.end() if found else None


@cache
def _split(names: str) -> list[bytes]:
    return names.encode().split(b"|")


@cache
def _in_json(names: str) -> re.Pattern[bytes]:
    return re.compile(rb'"(?:%s)"\s*:' % names.encode())


@cache
def _in_toml(names: str) -> re.Pattern[bytes]:
    key = rb"[\"']?(?:%s)[\"']?[ \t]*" % names.encode()
    return re.compile(_LINE_START + rb"[ \t]*(?:%s[=.]|\[\[?[ \t]*%s[\].])" % (key, key))


@cache
def _in_flow(names: str) -> re.Pattern[bytes]:
    return re.compile(rb"[{,\s][\"']?(?:%s)[\"']?\s*[:,}]" % names.encode())


@cache
def _in_block(names: str, indent: int) -> re.Pattern[bytes]:
    quoted = rb"[\"'](?:%s)[\"'][ \t]*:" % names.encode()
    plain = rb"(?:%s)[ \t]*:(?=\s|\Z)" % names.encode()
    explicit = rb"\?[ \t]+[\"']?(?:%s)[\"']?[ \t]*[#\r\n]" % names.encode()
    start = _LINE_START + b" " * indent + _PROPERTIES
    return re.compile(start + rb"(?:%s|%s|%s)" % (quoted, plain, explicit))


def is_spec(data: Mapping[str, Any]) -> bool:
    """Whether a document, with all that it extends, is a spec or an experiment."""
    return not REFERENCES.isdisjoint(data) or isinstance(data.get(_PIPELINE), list)


def reads_as_spec(
    data: bytes, file_format: Format, read: Result[Document, SourceError], directory: str
) -> bool:
    """Whether what was `read` from `data`, where `may_be_spec`, is a spec, perhaps with mistakes in it."""
    if isinstance(read, Ok):
        return is_spec(read.value.data)
    found = read.error.diagnostics
    if read.error.document is not None:
        # A value that was left out has a finding; it was there all the same.
        return is_spec(read.error.document.data) or any(one.loc and one.loc[0] in REFERENCES for one in found)
    if any(one.code == "CRU004" for one in found):
        return False  # it is well formed, and has no top-level keys
    return has_own_key(data, file_format) or _names_a_spec(data, file_format, directory)


def _names_a_spec(data: bytes, file_format: Format, directory: str) -> bool:
    """Whether a text that cannot be parsed extends a spec, as far as one can see."""
    at = _key(data, file_format, _EXTENDS) or 0
    for name in _NAMED.findall(data, at, at + _NAMED_WITHIN):
        base = read_file(Path(directory, os.fsdecode(name)))
        if isinstance(base, Ok) and has_own_key(*base.value):
            return True
    return False
