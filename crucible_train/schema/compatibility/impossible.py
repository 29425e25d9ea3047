"""Conjunctions that no value meets: what is said to be impossible is, and some of what is not said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.json_values import NUMBERS
from crucible_train.schema.compatibility.possible import BRANCHES
from crucible_train.schema.compatibility.sameness import rules

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.conjunction import Conjunction

_DEPTH = 2
"""How far down contradictions are looked for: enough for a union told apart by a constant in its members."""
_MAX_BRANCHES = 64


def is_impossible(known: Conjunction, depth: int = _DEPTH) -> bool:
    """Whether no value is accepted by all the schemas, as far as `depth` shows."""
    if depth not in known.found_impossible:
        known.found_impossible[depth] = _look(known, depth)
    return known.found_impossible[depth]


def _look(known: Conjunction, depth: int) -> bool:
    if known.is_never or not known.types or known.values == ():
        return True
    if known.types.issubset(NUMBERS):
        return _no_number(known)
    if known.types.issubset({"string"}):
        return known.most("minLength") > known.least("maxLength")
    if known.types.issubset({"array"}) and _no_array(known, depth):
        return True
    if known.types.issubset({"object"}) and _no_object(known, depth):
        return True
    return depth > 0 and any(_no_branch(known, depth, keyword) for keyword in BRANCHES)


def _no_number(known: Conjunction) -> bool:
    lower, upper = known.lower, known.upper
    touching = lower.value == -upper.value and (lower.is_strict or upper.is_strict)
    return lower.value > -upper.value or touching


def _no_array(known: Conjunction, depth: int) -> bool:
    least = known.most("minItems")
    if least > known.max_items:
        return True
    described = min(least, known.num_described_items + 1)
    return depth > 0 and any(is_impossible(known.item(index), depth - 1) for index in range(int(described)))


def _no_object(known: Conjunction, depth: int) -> bool:
    if max(known.most("minProperties"), len(known.required)) > known.least("maxProperties"):
        return True
    refused = (node.one("not") for node in known.nodes if "not" in node.keywords)
    if any(
        rules(node) == {"required"} and known.required.issuperset(node.keywords["required"])
        for node in refused
    ):
        return True
    if known.only_names is not None and not known.required.issubset(known.only_names):
        return True
    properties = map(known.named_property, sorted(known.required))
    return any(inner.is_never or (depth > 0 and is_impossible(inner, depth - 1)) for inner in properties)


def _no_branch(known: Conjunction, depth: int, keyword: str) -> bool:
    return any(
        all(is_impossible(known.and_(branch), depth - 1) for branch in node.many(keyword))
        for node in known.nodes
        if 0 < len(node.many(keyword)) <= _MAX_BRANCHES
    )
