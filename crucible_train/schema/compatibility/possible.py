"""What one schema leaves possible: the kinds of value, the values it lists, the range of its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_train.schema.compatibility.json_values import ALL_KINDS, kind, kinds

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.nodes import Node

BRANCHES = ("anyOf", "oneOf")
_NONE: frozenset[str] = frozenset()
_MAX_DEPTH = 50


class Bound(NamedTuple):
    """A lower end of a range of numbers. The greater of two bounds is the tighter."""

    value: float
    is_strict: bool = False


def possible_types(node: Node, depth: int = 0) -> frozenset[str]:
    """The kinds of value that a schema may accept; all where it is too deep to tell."""
    if node.value is False:
        return _NONE
    if depth > _MAX_DEPTH:
        return ALL_KINDS
    if node.types is not None:
        return node.types
    said = node.keywords
    found = kinds(said["type"]) if "type" in said else ALL_KINDS
    if "enum" in said:
        found &= set(map(kind, said["enum"]))
    if "const" in said:
        found &= {kind(said["const"])}
    for one in (*node.many("allOf"), *((node.target(),) if "$ref" in said else ())):
        found &= possible_types(one, depth + 1)
    for keyword in BRANCHES:
        if keyword in said:
            found &= _NONE.union(*(possible_types(one, depth + 1) for one in node.many(keyword)))
    node.types = found
    return found


def listed(node: Node, depth: int = 0) -> list[Any] | None:
    """The values that a schema lists, itself or in all its branches, whether or not it accepts each."""
    said = node.keywords
    if "const" in said:
        return [said["const"]]
    if "enum" in said:
        return said["enum"]
    if "type" in said and kinds(said["type"]) <= {"null", "boolean"}:
        return [None, True, False]
    if depth > _MAX_DEPTH:
        return None
    if "$ref" in said:
        return listed(node.target(), depth + 1)
    for keyword in BRANCHES:
        if keyword in said:
            lists = [listed(one, depth + 1) for one in node.many(keyword)]
            if None not in lists:
                return [value for one in lists for value in one or ()]
    return None


def lower_bound(node: Node, *, whole: bool) -> Bound:
    """The lower end of the numbers that a schema accepts; where `whole`, of its whole numbers."""
    return _bound(node, ("minimum", "exclusiveMinimum"), sign=1, whole=whole)


def upper_bound(node: Node, *, whole: bool) -> Bound:
    """The upper end of the numbers that a schema accepts, negated; where `whole`, of its whole numbers."""
    return _bound(node, ("maximum", "exclusiveMaximum"), sign=-1, whole=whole)


def _bound(node: Node, keywords: tuple[str, str], *, sign: int, whole: bool) -> Bound:
    bounds = [
        Bound(sign * node.keywords[keyword], keyword.startswith("exclusive"))
        for keyword in keywords
        if keyword in node.keywords
    ]
    if whole:
        bounds = [
            Bound(math.floor(bound.value) + 1 if bound.is_strict else math.ceil(bound.value))
            for bound in bounds
        ]
    return max(bounds, default=Bound(-math.inf))
