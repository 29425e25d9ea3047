"""Claims about the keywords that hold schemas for items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.claims import Claim, Objection, object_to
from crucible_train.schema.compatibility.impossible import is_impossible
from crucible_train.schema.compatibility.unevaluated import is_decidable, unevaluated_items

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.claims import Rule, Steps
    from crucible_train.schema.compatibility.facts import Facts
    from crucible_train.schema.compatibility.nodes import Node


def _prefix(claim: Claim, facts: Facts) -> Steps:
    index = int(claim.name)
    return (yield from _item(claim, facts, index, claim.node.many("prefixItems")[index]))


def _items(claim: Claim, facts: Facts) -> Steps:
    return (yield from _rest(claim, facts, len(claim.node.many("prefixItems"))))


def _unevaluated(claim: Claim, facts: Facts) -> Steps:
    if any(facts.sameness.same(node, claim.node) for node in claim.known.nodes):
        return []
    if not is_decidable(claim.node, claim.keyword):
        lost = f"what is left for `{claim.keyword}` cannot be shown to be as it was"
        return [object_to(claim, lost, f"less may be left for `{claim.keyword}`", undecided=True)]
    reach = unevaluated_items(claim.node)
    return [] if reach is None else (yield from _rest(claim, facts, reach.num_items))


def _rest(claim: Claim, facts: Facts, start: int) -> Steps:
    rule = claim.node.one(claim.keyword)
    found: list[Objection] = []
    for index in range(start, max(start, claim.known.num_described_items) + 1):
        found += yield from _item(claim, facts, index, rule)
    return found


def _item(claim: Claim, facts: Facts, index: int, rule: Node) -> Steps:
    known = claim.known.item(index)
    if index >= claim.known.max_items or is_impossible(known):
        return []
    if rule.value is False:
        lost, gained = f"refuses more than {index} items now", f"accepts more than {index} items now"
        return [object_to(claim, lost, gained)]
    return list((yield Claim(known, rule)))


def _contains(claim: Claim, facts: Facts) -> Steps:
    if facts.is_said(claim, "contains", "minContains", "maxContains"):
        return []
    rule, known = claim.node.one("contains"), claim.known
    least = claim.node.keywords.get("minContains", 1)
    most = claim.node.keywords.get("maxContains")
    counts: list[tuple[float, Node]] = [
        (node.keywords.get("minContains", 1), node.one("contains"))
        for node in known.nodes
        if "contains" in node.keywords
    ]
    is_enough = least == 0
    for number, counted in counts:
        is_enough = is_enough or (number >= least and not (yield Claim(known.of([counted]), rule)))
    if not is_enough and known.most("minItems") >= least:
        is_enough = True
        for index in range(known.num_described_items + 1):
            is_enough = is_enough and not (yield Claim(known.item(index), rule))
    found: list[Objection] = []
    if not is_enough:
        found.append(_miscounted(claim, "enough"))
    if most is not None and known.max_items > most:
        is_few = False
        for node in known.nodes:
            limit = node.keywords.get("maxContains")
            if "contains" in node.keywords and limit is not None and limit <= most:
                is_few = is_few or not (yield Claim(known.of([rule]), node.one("contains")))
        if not is_few:
            found.append(_miscounted(claim, "few enough"))
    return found


def _miscounted(claim: Claim, how: str) -> Objection:
    lost = f"arrays cannot be shown to contain {how} items of the kind that `contains` counts"
    return object_to(claim, lost, "`contains` may accept more than it did", undecided=True)


RULES: dict[str, Rule] = {
    "prefixItems": _prefix,
    "items": _items,
    "unevaluatedItems": _unevaluated,
    "contains": _contains,
}
