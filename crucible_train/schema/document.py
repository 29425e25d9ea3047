"""A schema as a document of its own: identified, titled, with what it needs and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train import __version__
from crucible_train.schema.for_tools import for_tools
from crucible_train.schema.generator import CHECKED_BY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.schema.generator import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

COMMENT = (
    f"{CHECKED_BY} lists what is checked and cannot be said here (`crucible rule CODE` explains a code). "
    "Besides, JSON Schema takes a float such as 3.0 for an integer; Crucible does not (CRU201)."
)


def document(name: str, schema: Schema, definitions: Schema) -> Schema:
    """`schema` as the document `name`, with those of `definitions` that it refers to."""
    own = {key: value for key, value in schema.items() if key not in ("$defs", CHECKED_BY, "title")}
    known = {**definitions, **schema.get("$defs", {})}
    used = _used(own, known)
    codes = sorted({code for part in (schema, used) for code in _codes(part)})
    return {
        "$schema": DIALECT,
        "$id": f"urn:crucible-train:schema:{__version__}:{name}",
        "$comment": COMMENT,
        "title": name,
        **for_tools(own),
        **({CHECKED_BY: codes} if codes else {}),
        **({"$defs": {name: for_tools(rules) for name, rules in used.items()}} if used else {}),
    }


def _used(schema: Schema, definitions: Schema) -> Schema:
    """The definitions that `schema` refers to, and those that these do, by name."""
    found: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        names = {reference.rpartition("/")[2] for reference in _values_of("$ref", waiting.pop())} - found
        found |= names & definitions.keys()
        waiting += [definitions[name] for name in names & definitions.keys()]
    return {name: definitions[name] for name in sorted(found)}


def _codes(schema: Any) -> Iterator[str]:
    for codes in _values_of(CHECKED_BY, schema):
        yield from codes


def _values_of(key: str, node: Any) -> Iterator[Any]:
    """Every value of the keyword `key` in a schema, at every depth."""
    if isinstance(node, dict):
        for name, value in cast("dict[str, Any]", node).items():
            if name == key:
                yield value
            else:
                yield from _values_of(key, value)
    elif isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _values_of(key, item)
