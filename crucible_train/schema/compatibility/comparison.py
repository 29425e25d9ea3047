"""`compare`: every change from one schema to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.result import Err, Ok
from crucible_train.schema.compatibility.annotations import annotation_changes
from crucible_train.schema.compatibility.changes import Change, ChangeKind
from crucible_train.schema.compatibility.proof import objections_to
from crucible_train.schema.compatibility.reading import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.schema.compatibility.nodes import SchemaDocument

_ORDER = list(ChangeKind)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every change from `old` to `new`, breaking ones first, then by path.

    Both are JSON Schemas (2020-12). A change is breaking where a document that `old` accepts may be refused
    by `new`; also where that cannot be told, as with another `pattern`, and where a `default` is another one.
    With nothing breaking, every document that is valid under `old` is valid under `new`. References are
    followed, recursive ones too; definitions may be renamed, branches and properties rearranged. `format`
    counts as refusing what it does not describe, and so do the codes of `x-crucible-checked-by`.

    Raises `ValueError` where one of them is no schema that can be compared: `read_schema` tells beforehand.
    """
    return compare_documents(_read(old, "old"), _read(new, "new"))


def _read(schema: Mapping[str, Any], which: str) -> SchemaDocument:
    match read_schema(schema):
        case Ok(document):
            return document
        case Err(problem):
            raise ValueError(f"the {which} schema cannot be compared: {problem}")


def compare_documents(old: SchemaDocument, new: SchemaDocument) -> tuple[Change, ...]:
    """Every change between two schemas that have been read."""
    found: dict[tuple[str, str], Change] = {}
    breaking = objections_to(old.root, new.root)
    for objection in breaking:
        _add(found, Change(ChangeKind.BREAKING, objection.place, objection.lost))
    undecided = {(objection.other, objection.place) for objection in breaking}
    for objection in objections_to(new.root, old.root):
        if objection.is_undecided and (objection.place, objection.other) in undecided:
            continue  # said already, as breaking
        place = objection.place if objection.other is None else objection.other
        _add(found, Change(ChangeKind.COMPATIBLE, place, objection.gained))
    for change in annotation_changes(old.root, new.root):
        _add(found, change)
    return tuple(sorted(found.values(), key=lambda change: (_ORDER.index(change.kind), *change[1:])))


def _add(found: dict[tuple[str, str], Change], change: Change) -> None:
    """Keep the graver of two changes that read alike."""
    known = found.setdefault((change.path, change.message), change)
    if _ORDER.index(change.kind) < _ORDER.index(known.kind):
        found[change.path, change.message] = change
