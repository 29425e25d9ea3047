"""Which properties and items are left over for `additionalProperties` and the two `unevaluated` keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crucible_train.schema.compatibility.in_place import gathered

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.nodes import Node

_CHOOSING = ("anyOf", "oneOf", "if", "dependentSchemas")
"""What decides by the value which of its schemas evaluate something."""


class Reach(NamedTuple):
    """What a rule for the rest does not apply to."""

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    num_items: int = 0


def leftovers(node: Node) -> list[tuple[Node, Reach]]:
    """The rules that a schema has for the properties that nothing else in it is for."""
    found: list[tuple[Node, Reach]] = []
    if "additionalProperties" in node.keywords:
        found.append((node.one("additionalProperties"), additional(node)))
    reach = unevaluated_properties(node)
    if reach is not None:
        found.append((node.one("unevaluatedProperties"), reach))
    return found


def additional(node: Node) -> Reach:
    """What `additionalProperties` does not apply to."""
    return Reach(frozenset(node.named("properties")), frozenset(node.named("patternProperties")))


def is_decidable(node: Node, keyword: str) -> bool:
    """Whether it is the same for all values what the `unevaluated` keyword applies to, if to anything."""
    choosing = (*_CHOOSING, "contains") if keyword == "unevaluatedItems" else _CHOOSING
    return not any(word in member.keywords for member in gathered([node]) for word in choosing)


def unevaluated_properties(node: Node) -> Reach | None:
    """What `unevaluatedProperties` does not apply to; None where it is not there, not decidable, or idle."""
    if "unevaluatedProperties" not in node.keywords or not is_decidable(node, "unevaluatedProperties"):
        return None
    family = gathered([node])
    if any("additionalProperties" in member.keywords for member in family):
        return None
    if any("unevaluatedProperties" in member.keywords for member in family if member is not node):
        return None
    reaches = [additional(member) for member in family]
    return Reach(
        frozenset().union(*(reach.names for reach in reaches)),
        frozenset().union(*(reach.patterns for reach in reaches)),
    )


def unevaluated_items(node: Node) -> Reach | None:
    """What `unevaluatedItems` does not apply to; None where it is not there, not decidable, or idle."""
    if "unevaluatedItems" not in node.keywords or not is_decidable(node, "unevaluatedItems"):
        return None
    family = gathered([node])
    if any("items" in member.keywords for member in family):
        return None
    if any("unevaluatedItems" in member.keywords for member in family if member is not node):
        return None
    return Reach(num_items=max(len(member.many("prefixItems")) for member in family))
