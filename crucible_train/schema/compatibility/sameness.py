"""Whether two schemas say the same, whatever their definitions are called and however they are described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.schema.compatibility.json_values import key, kinds
from crucible_train.schema.compatibility.nodes import ASSERTIONS, DATA, MANY, NAMED, ONE, Node

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Set


class Sameness:
    """Answers for pairs of nodes, and remembers.

    Two schemas are the same unless a difference can be reached from them, which is what makes recursive
    schemas comparable. A pair in which none is reached shows that all pairs reached on the way are the same.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Node, Node], bool] = {}

    def same(self, one: Node, other: Node) -> bool:
        """Whether both accept the same values because they are written alike, annotations aside."""
        return self._all_same([(one, other)])

    def same_keyword(self, one: Node, other: Node, *keywords: str) -> bool:
        """Whether both have the first of the keywords, and say the same with each of them."""
        if keywords[0] not in one.keywords or keywords[0] not in other.keywords:
            return False
        pairs: list[tuple[Node, Node]] = []
        for keyword in keywords:
            inner = _inner_pairs(one, other, keyword)
            if inner is None:
                return False
            pairs += inner
        return self._all_same(pairs)

    def _all_same(self, pairs: list[tuple[Node, Node]]) -> bool:
        return all(self._same(_followed(one), _followed(other)) for one, other in pairs)

    def _same(self, one: Node, other: Node) -> bool:
        start = one, other
        if start in self._known:
            return self._known[start]
        reached, waiting = {start}, [start]
        while waiting:
            inner = _differences(*waiting.pop())
            if inner is None:
                self._known[start] = False
                return False
            for pair in inner:
                following = _followed(pair[0]), _followed(pair[1])
                known = self._known.get(following)
                if known is False:
                    self._known[start] = False
                    return False
                if known is None and following not in reached:
                    reached.add(following)
                    waiting.append(following)
        self._known.update(dict.fromkeys(reached, True))
        return True


def _followed(node: Node) -> Node:
    """What a schema stands for that is only a reference or a list of one."""
    while True:
        said = rules(node)
        if said == {"$ref"}:
            node = node.target()
        elif said == {"allOf"} and len(node.many("allOf")) == 1:
            node = node.many("allOf")[0]
        else:
            return node


def rules(node: Node) -> Set[str]:
    """The keywords of a schema that refuse values."""
    return ASSERTIONS & node.keywords.keys()


def _differences(one: Node, other: Node) -> list[tuple[Node, Node]] | None:
    """The pairs of schemas on which it depends whether two schemas are the same; None where they are not."""
    if one is other:
        return []
    if (one.value is False) != (other.value is False) or rules(one) != rules(other):
        return None
    pairs: list[tuple[Node, Node]] = []
    for keyword in rules(one):
        inner = _inner_pairs(one, other, keyword)
        if inner is None:
            return None
        pairs += inner
    return pairs


def _inner_pairs(one: Node, other: Node, keyword: str) -> list[tuple[Node, Node]] | None:
    if keyword in DATA:
        return [] if _data(one, keyword) == _data(other, keyword) else None
    if keyword == "$ref":
        return [(one.target(), other.target())]
    if keyword in ONE:
        return [(one.one(keyword), other.one(keyword))]
    if keyword in MANY:
        ours, theirs = one.many(keyword), other.many(keyword)
        return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else None
    assert keyword in NAMED
    named, also = one.named(keyword), other.named(keyword)
    return [(named[name], also[name]) for name in named] if named.keys() == also.keys() else None


def _data(node: Node, keyword: str) -> Hashable:
    value: Any = node.keywords.get(keyword)
    match keyword:
        case "type" if value is not None:
            return kinds(value)
        case "enum" | "required":
            return frozenset(_keys(value))
        case "dependentRequired":
            needed: dict[str, list[str]] = value or {}
            return frozenset((name, frozenset(names)) for name, names in needed.items())
        case _:
            return key(value)


def _keys(values: list[Any] | None) -> Iterator[Hashable]:
    return map(key, values or ())
