"""`extends`: a document over the files it names, each read once and laid under what names it.

The first of a list is the lowest. A file that is reached twice stays where it was reached first, below
everything that extends it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from crucible_train.diagnostics import Diagnostic, Loc, sort_key
from crucible_train.result import Err, Ok, Result
from crucible_train.source.bases import Base, base_at, project_root
from crucible_train.source.budget import (
    BUDGET_HINT,
    CHAIN_FILES_MESSAGE,
    CHAIN_MANY_MESSAGE,
    CHAIN_SIZE_MESSAGE,
    MAX_BYTES,
    MAX_FILES,
    MAX_NODES,
    num_nodes,
)
from crucible_train.source.chain import Chain, Layer
from crucible_train.source.document import Document, SourceError
from crucible_train.source.files import read_file
from crucible_train.source.findings import shown
from crucible_train.source.load import read_bytes

if TYPE_CHECKING:
    from crucible_train.source.positions import Positions

KEY = "extends"


def follow(
    read: Result[Document, SourceError], document: Document, directory: str | None
) -> Result[Document, SourceError]:
    """What was `read`, whose `document` has the key `extends`, over the files that it extends.

    Without a `directory` there is nowhere to find them. Err, with a document: what is wrong with any of the
    files, and CRU006, CRU021, CRU022 or CRU023 at the value that names one that is not read. The `loc` of
    such a finding, and of those of a base that gives no data, begins with `extends`: that is what was left
    out, and nobody knows which keys it had.
    """
    return _Reader(document, directory).whole(read)


class _Reader:
    """Reads the files of one chain, each after those it extends."""

    def __init__(self, top: Document, directory: str | None) -> None:
        self._top = top
        self._directory = directory
        self._layers: list[Layer] = []
        self._texts: dict[str, str] = {}
        self._warnings: list[Diagnostic] = []
        self._errors: list[Diagnostic] = []
        self._errors_of: list[tuple[int, Diagnostic]] = []
        """What is wrong with the values of one layer, by its index."""
        self._trail: list[Base] = []
        """The files that are being read, each extending the next."""
        self._reached: set[str] = set()
        self._num_bytes = sum(len(text.encode()) for text in top.texts.values())
        self._num_nodes = num_nodes(top.data)
        self._is_over_budget = False

    def whole(self, read: Result[Document, SourceError]) -> Result[Document, SourceError]:
        """The top, as it was `read`, over everything that it extends."""
        top = self._top
        real = os.path.realpath(Path(self._directory or "", Path(top.name).name))
        self._add(read, top, Base(top.name, real), self._directory or "")
        chain = Chain(self._layers)
        document = Document(
            top.name, top.format, chain.data(), tuple(sorted(self._warnings, key=sort_key)), chain
        )
        errors = self._errors
        for index, found in self._errors_of:
            # What a higher file says in its place is not what this finding is about.
            is_replaced = any(_has(layer.data, found.loc) for layer in self._layers[index + 1 :])
            errors.append(replace(found, loc=()) if is_replaced else found)
        if not errors:
            return Ok(document)
        return Err(SourceError(tuple(sorted(errors, key=sort_key)), document=document, texts=self._texts))

    @cached_property
    def _root(self) -> str:
        return project_root(self._directory or "")

    def _add(
        self, read: Result[Document, SourceError], document: Document, base: Base, directory: str
    ) -> None:
        """Add the file `base` in `directory`, `read` as `document`, above everything that it extends."""
        data = dict(document.data)
        named: object = data.pop(KEY, None)
        self._reached.add(base.real)
        self._texts |= document.texts
        self._trail.append(base)
        for loc, value in self._named(document, named):
            if not self._is_over_budget:
                self._extend(document, loc, value, directory)
        self._trail.pop()
        if isinstance(read, Err):
            self._errors_of += [(len(self._layers), found) for found in read.error.diagnostics]
        self._warnings += document.warnings
        self._layers.append(Layer(data, cast("Positions", document.positions)))

    def _named(self, document: Document, named: object) -> list[tuple[Loc, str]]:
        """The files that `document` names, lowest first, and where."""
        if named is None:
            return []
        items = cast("list[object]", named) if isinstance(named, list) else [named]
        if not items:
            self._refuse(document, (KEY,), "CRU021", f"`{KEY}` names no file", "remove it, or name one")
        elif len(items) >= MAX_FILES:
            self._stop(document, (KEY,), CHAIN_FILES_MESSAGE)
            return []
        found: list[tuple[Loc, str]] = []
        for index, item in enumerate(items):
            loc: Loc = (KEY, index) if isinstance(named, list) else (KEY,)
            if isinstance(item, str) and item.strip():
                found.append((loc, item))
            else:
                message = f"`{KEY}` names a file, or a list of files, and this is no path"
                self._refuse(document, loc, "CRU021", message, "write a path, such as `base.yaml`")
        if found and self._directory is None:
            message = f"this text is in no file, so there is no directory to find {shown(found[0][1])} from"
            self._refuse(document, found[0][0], "CRU021", message, "write the spec to a file")
            return []
        return found

    def _extend(self, document: Document, loc: Loc, value: str, directory: str) -> None:
        """Add the file that `document`, in `directory`, calls `value`, and what that one extends."""
        match base_at(value, directory, self._root):
            case Err(refused):
                self._refuse(document, loc, *refused)
                return
            case Ok(base):
                pass
        trail = [one.real for one in self._trail]
        if base.real in trail:
            cycle = [one.name for one in self._trail[trail.index(base.real) :]]
            path = " -> ".join(map(shown, (*cycle, cycle[0])))
            hint = "remove one of these `extends`"
            self._refuse(document, loc, "CRU022", f"files extend one another in a cycle: {path}", hint)
        elif base.real in self._reached:
            pass  # it is below this file already, or why it is not has been said
        elif len(self._reached) == MAX_FILES:
            self._stop(document, loc, CHAIN_FILES_MESSAGE)
        else:
            self._reached.add(base.real)
            self._read(document, loc, value, base)

    def _read(self, document: Document, loc: Loc, value: str, base: Base) -> None:
        match read_file(base.name):
            case Err(error):
                found = error.diagnostics[0]
                code = found.code if found.code == "CRU006" else "CRU021"
                message = f"{shown(value)} cannot be read: {found.message}"
                self._refuse(document, loc, code, message, found.hint)
                return
            case Ok((data, file_format)):
                pass
        self._num_bytes += len(data)
        if self._num_bytes > MAX_BYTES:
            self._stop(document, loc, CHAIN_SIZE_MESSAGE)
            return
        read = read_bytes(data, file_format, base.name)
        match read:
            case Ok(below) | Err(SourceError(document=Document() as below)):
                self._num_nodes += num_nodes(below.data)
            case Err(error):
                self._texts |= error.texts
                self._errors += [replace(found, loc=(KEY,)) for found in error.diagnostics]
                return
        if self._num_nodes > MAX_NODES:
            self._stop(document, loc, CHAIN_MANY_MESSAGE)
            return
        self._add(read, below, base, os.path.split(base.name)[0])

    def _stop(self, document: Document, loc: Loc, message: str) -> None:
        """Say that a budget is spent, and read nothing more."""
        self._is_over_budget = True
        self._refuse(document, loc, "CRU006", message, BUDGET_HINT)

    def _refuse(self, document: Document, loc: Loc, code: str, message: str, hint: str | None) -> None:
        self._errors.append(Diagnostic(code, message, loc, document.span(loc), hint))


def _has(value: Any, loc: Loc) -> bool:
    """Whether there is something at `loc`."""
    for part in loc:
        if isinstance(value, dict) and part in value:
            value = cast("dict[Any, Any]", value)[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[part]
        else:
            return False
    return True
