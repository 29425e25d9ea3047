"""Which schemas a schema asks about the very value it was asked about, and which never stop asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_train.schema.compatibility.nodes import Node


def endless_reference(nodes: Iterable[Node]) -> Node | None:
    """A node that leads back to itself in place, if there is one.

    Such a schema has no meaning (2020-12 Core, 9.4.1). Without one, every chain of questions about a value
    goes into the value sooner or later, which is what makes comparing recursive schemas sound.
    """
    asks = {node: in_place(node) for node in nodes}
    asked_by: dict[Node, list[Node]] = {node: [] for node in asks}
    for node, asked in asks.items():
        for one in asked:
            asked_by.setdefault(one, []).append(node)
    open_questions = {node: len(asked) for node, asked in asks.items()}
    answered = [node for node in asked_by if not open_questions.get(node)]
    for node in answered:  # grows as it goes
        for one in asked_by[node]:
            open_questions[one] -= 1
            if not open_questions[one]:
                answered.append(one)
    return _on_a_circle({node: asks[node] for node, number in open_questions.items() if number})


def _on_a_circle(asks: dict[Node, list[Node]]) -> Node | None:
    node = next(iter(asks), None)
    passed: set[Node] = set()
    while node is not None and node not in passed:
        passed.add(node)
        node = next(one for one in asks[node] if one in asks)
    return node


def gathered(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The schemas and all that they gather through `allOf` and `$ref`, without what accepts everything."""
    found: dict[Node, None] = {}
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        if node in found or node.value is True:
            continue
        found[node] = None
        waiting += node.many("allOf")[::-1]
        if "$ref" in node.keywords:
            waiting.append(node.target())
    return tuple(found)


def in_place(node: Node) -> list[Node]:
    """The schemas that a schema asks about the very value it was asked about."""
    found = [node.one(keyword) for keyword in ("not", "if", "then", "else") if keyword in node.keywords]
    for keyword in ("allOf", "anyOf", "oneOf"):
        found += node.many(keyword)
    found += node.named("dependentSchemas").values()
    if "$ref" in node.keywords:
        found.append(node.target())
    return found
