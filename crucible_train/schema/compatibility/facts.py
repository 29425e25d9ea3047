"""What the rules of a comparison share: answers that are remembered, and schemas made up on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.schema.compatibility.json_values import key
from crucible_train.schema.compatibility.nodes import Node
from crucible_train.schema.compatibility.sameness import Sameness

if TYPE_CHECKING:
    from collections.abc import Hashable

    from crucible_train.schema.compatibility.claims import Claim
    from crucible_train.schema.compatibility.nodes import SchemaDocument, Step


class Facts:
    """One comparison's memory."""

    def __init__(self, document: SchemaDocument) -> None:
        self.document = document
        """The schema that is to be shown to accept everything."""
        self.sameness = Sameness()
        self._made: dict[Hashable, Node] = {}

    def is_said(self, claim: Claim, keyword: str, *beside: str) -> bool:
        """Whether a known schema says the same as the claim's with a keyword, and with those beside it."""
        same = self.sameness.same_keyword
        return any(same(node, claim.node, keyword, *beside) for node in claim.known.nodes)

    def only(self, keyword: str, value: Any, near: Node) -> Node:
        """A schema that says one thing: `{keyword: value}`. It counts as part of the document of `near`."""
        identity = keyword, key(value), near.document
        if identity not in self._made:
            self._made[identity] = Node({keyword: value}, near.pointer, near.document)
        return self._made[identity]

    def negation(self, node: Node) -> Node:
        """A schema that accepts what `node` refuses."""
        if node not in self._made:
            inner: dict[tuple[Step, ...], Node] = {("not",): node}
            self._made[node] = Node({"not": node.value}, node.pointer, node.document, inner)
        return self._made[node]
