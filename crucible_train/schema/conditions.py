"""Conditions of a schema on what a document says: keys that are set, and the value that takes effect.

A key that is absent and one that is null are both "not set".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from crucible_train.schema.generator import NULL

if TYPE_CHECKING:
    from crucible_train.schema.generator import Schema

Path: TypeAlias = tuple[str, ...]
"""Keys from the outermost mapping inwards."""

Places: TypeAlias = Callable[[str], Sequence[Path]]
"""Setting to the places where it may be written, highest precedence first."""

ANYTHING: Schema = {"not": NULL}
"""Whatever is set."""


def given(path: Path, rule: Schema = ANYTHING) -> Schema:
    """Something is set at `path`, and `rule` accepts it. A rule that accepts `null` is not meant here."""
    *outer, last = path
    found: Schema = {"properties": {last: rule}, "required": [last]}
    for key in reversed(outer):
        found = {"properties": {key: {"type": "object", **found}}, "required": [key]}
    return found


def set_somewhere(paths: Sequence[Path]) -> Schema:
    """Something is set at one of `paths`.

    The shortest comes first, then the last: it is what people write most, and tools that explain a refusal
    look at the first branch.
    """
    order = sorted(range(len(paths)), key=lambda index: (len(paths[index]), -index))
    return any_of(*(given(paths[index]) for index in order))


def unset(*paths: Path) -> Schema:
    """Nothing is set at any of `paths`."""
    tree: Schema = {}
    for path in paths:
        tree = merged(tree, within(path, NULL))
    return tree


def within(path: Path, rule: Schema) -> Schema:
    """If there is something at `path`, `rule` accepts it."""
    for key in reversed(path):
        rule = {"properties": {key: rule}}
    return rule


def merged(first: Schema, second: Schema) -> Schema:
    """Two schemas of `properties` as one."""
    result = dict(first)
    for key, value in second.items():
        below = result.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = merged(cast("Schema", below), cast("Schema", value))
        else:
            result[key] = value
    return result


def any_of(*schemas: Schema) -> Schema:
    """One of them accepts."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def all_of(*schemas: Schema) -> Schema:
    """All of them accept."""
    return schemas[0] if len(schemas) == 1 else {"allOf": list(schemas)}


def effective(paths: Sequence[Path], rule: Schema) -> Schema:
    """The first of `paths` that is set decides, and `rule` accepts its value; highest precedence first."""
    cases = [
        all_of(given(path, rule), unset(*paths[:index])) if index else given(path, rule)
        for index, path in enumerate(paths)
    ]
    return any_of(*cases)
