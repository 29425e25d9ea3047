"""What is known of a value that several schemas accept at once.

A schema with `allOf` and `$ref` is the conjunction of all that it gathers; a property's is what each of them
says about the property. Every answer is on the safe side: it may know less than is true, and never more.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crucible_train.schema.compatibility.evaluation import accepts
from crucible_train.schema.compatibility.in_place import gathered
from crucible_train.schema.compatibility.json_values import ALL_KINDS, FRACTION, key, kind
from crucible_train.schema.compatibility.possible import (
    Bound,
    listed,
    lower_bound,
    possible_types,
    upper_bound,
)
from crucible_train.schema.compatibility.unevaluated import leftovers, unevaluated_items

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from crucible_train.schema.compatibility.nodes import Node


class Conjunctions:
    """The conjunctions of one comparison: of the same schemas, there is one."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Node, ...], Conjunction] = {}
        self._made: dict[frozenset[Node], Conjunction] = {}

    def of(self, nodes: Iterable[Node]) -> Conjunction:
        """What the schemas say together."""
        asked = tuple(nodes)
        if asked not in self._asked:
            found = gathered(asked)
            self._asked[asked] = self._made.setdefault(frozenset(found), Conjunction(found, self))
        return self._asked[asked]


class Conjunction:
    """The schemas that a value is known to be accepted by, gathered through `allOf` and `$ref`."""

    def __init__(self, nodes: tuple[Node, ...], others: Conjunctions) -> None:
        self.nodes = nodes
        self.of = others.of
        self.found_impossible: dict[int, bool] = {}
        """What `is_impossible` has found, by the depth it looked to."""
        self._properties: dict[str, Conjunction] = {}

    def and_(self, *nodes: Node) -> Conjunction:
        """What is known when these schemas accept the value too."""
        return self.of((*self.nodes, *nodes))

    @cached_property
    def types(self) -> frozenset[str]:
        """The kinds of value there may be."""
        return ALL_KINDS.intersection(*map(possible_types, self.nodes))

    @cached_property
    def values(self) -> tuple[Any, ...] | None:
        """All values there may be, where they are finitely many."""
        lists = [found for node in self.nodes if (found := listed(node)) is not None]
        if self.types <= {"null", "boolean"}:
            lists.append([None, True, False])
        if not lists:
            return None
        candidates: dict[Hashable, Any] = {key(value): value for value in min(lists, key=len)}
        return tuple(
            value
            for value in candidates.values()
            if kind(value) in self.types and all(accepts(node, value) is not False for node in self.nodes)
        )

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that an object has for certain."""
        return frozenset(name for node in self.nodes for name in node.keywords.get("required", ()))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The properties that are spoken of."""
        return tuple(dict.fromkeys(name for node in self.nodes for name in node.named("properties")))

    @cached_property
    def only_names(self) -> tuple[str, ...] | None:
        """All names that a property may have, where `propertyNames` says so."""
        rules = [node.one("propertyNames") for node in self.nodes if "propertyNames" in node.keywords]
        allowed = self.of(rules).values
        return None if allowed is None else tuple(name for name in allowed if isinstance(name, str))

    def named_property(self, name: str) -> Conjunction:
        """What is known of the property of that name, where there is one."""
        if name in self._properties:
            return self._properties[name]
        named = [node.named("properties")[name] for node in self.nodes if name in node.named("properties")]
        others = [
            rule
            for node in self.nodes
            for rule, reach in leftovers(node)
            if name not in reach.names and not reach.patterns
        ]
        self._properties[name] = self.of((*named, *others))
        return self._properties[name]

    def other_properties(self, patterns: frozenset[str] = frozenset()) -> Conjunction:
        """What is known of each property that nothing names and that no pattern but `patterns` may match."""
        return self.of(
            rule for node in self.nodes for rule, reach in leftovers(node) if reach.patterns <= patterns
        )

    def matching_properties(self, pattern: str) -> tuple[Node, ...]:
        """What is known of each property that `pattern` matches, besides what its own name says."""
        named = (node.named("patternProperties") for node in self.nodes)
        return tuple(rules[pattern] for rules in named if pattern in rules)

    @cached_property
    def max_properties(self) -> float:
        """The most properties there may be by their names; infinity where nothing says."""
        if self.only_names is not None:
            return len(self.only_names)
        if not self.other_properties().is_never:
            return math.inf
        return sum(not self.named_property(name).is_never for name in self.names)

    def item(self, index: int) -> Conjunction:
        """What is known of the item at `index`, where there is one."""
        found: list[Node] = []
        for node in self.nodes:
            prefix = node.many("prefixItems")
            if index < len(prefix):
                found.append(prefix[index])
            elif "items" in node.keywords:
                found.append(node.one("items"))
            reach = unevaluated_items(node)
            if reach is not None and index >= reach.num_items:
                found.append(node.one("unevaluatedItems"))
        return self.of(found)

    @cached_property
    def num_described_items(self) -> int:
        """From this index on, all items are alike."""
        reaches = [unevaluated_items(node) for node in self.nodes]
        prefixes = [len(node.many("prefixItems")) for node in self.nodes]
        return max([*prefixes, *(reach.num_items for reach in reaches if reach is not None)], default=0)

    @cached_property
    def max_items(self) -> float:
        """The most items there may be; infinity where nothing says."""
        indices = range(self.num_described_items + 1)
        refused = (index for index in indices if self.item(index).is_never)
        return min(self.least("maxItems"), next(refused, math.inf))

    def least(self, keyword: str) -> float:
        """The lowest limit that is set; infinity where none is."""
        return min((node.keywords.get(keyword, math.inf) for node in self.nodes), default=math.inf)

    def most(self, keyword: str) -> float:
        """The highest limit that is set; 0 where none is."""
        return max((node.keywords.get(keyword, 0) for node in self.nodes), default=0)

    @cached_property
    def is_whole(self) -> bool:
        """Whether a number has no fraction."""
        return FRACTION not in self.types

    @cached_property
    def lower(self) -> Bound:
        """The lower end of the numbers there may be."""
        bounds = (lower_bound(node, whole=self.is_whole) for node in self.nodes)
        return max(bounds, default=Bound(-math.inf))

    @cached_property
    def upper(self) -> Bound:
        """The upper end of the numbers there may be, negated: the greatest is the tightest."""
        bounds = (upper_bound(node, whole=self.is_whole) for node in self.nodes)
        return max(bounds, default=Bound(-math.inf))

    @property
    def is_never(self) -> bool:
        """Whether one of the schemas is false."""
        return any(node.value is False for node in self.nodes)
