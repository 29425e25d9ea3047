"""What the values of a claim are called in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.in_place import gathered
from crucible_train.schema.compatibility.json_values import shown_all, types_in_words
from crucible_train.schema.compatibility.nodes import definition_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_train.schema.compatibility.claims import Claim
    from crucible_train.schema.compatibility.nodes import Node


def describe(claim: Claim) -> str:
    """The values that are known of: their list, the definition they are from, or their types."""
    if claim.known.values is not None:
        return shown_all(claim.known.values)
    named = names(claim)
    return f"`{named[0]}`" if named else types_in_words(claim.known.types)


def names(claim: Claim) -> list[str]:
    """The definitions that the values are from, the outermost first."""
    branch = branch_of(claim)
    return names_of(claim.known.nodes if branch is None else [branch])


def names_of(nodes: Iterable[Node]) -> list[str]:
    """The definitions that schemas are or refer to, the outermost first."""
    return [name for name in map(definition_name, gathered(nodes)) if name is not None]


def branch_of(claim: Claim) -> Node | None:
    """The branch that the values are from, where a union has been gone through branch by branch."""
    for node, keyword in reversed(claim.split):
        for branch in node.many(keyword):
            if branch in claim.known.nodes:
                return branch
    return None
