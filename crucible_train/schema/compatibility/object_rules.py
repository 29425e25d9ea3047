"""Claims about the keywords that hold schemas for properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.claims import Claim, Objection, object_to
from crucible_train.schema.compatibility.impossible import is_impossible
from crucible_train.schema.compatibility.nodes import below
from crucible_train.schema.compatibility.unevaluated import additional, is_decidable, unevaluated_properties

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.claims import Rule, Steps
    from crucible_train.schema.compatibility.conjunction import Conjunction
    from crucible_train.schema.compatibility.facts import Facts
    from crucible_train.schema.compatibility.unevaluated import Reach


def _property(claim: Claim, facts: Facts) -> Steps:
    name = str(claim.name)
    rule, known = claim.node.named("properties")[name], claim.known.named_property(name)
    if is_impossible(known) or _is_excluded(claim.known, name):
        return []
    found = yield Claim(known, rule)
    if found and not known.nodes:
        lost = f"property `{name}` could hold anything, and has rules now"
        objection = object_to(claim, lost, f"property `{name}` may hold anything now", name)
        return [objection._replace(is_vague=True)]
    return list(found)


def _pattern(claim: Claim, facts: Facts) -> Steps:
    pattern = str(claim.name)
    rule, matching = claim.node.named("patternProperties")[pattern], claim.known.matching_properties(pattern)
    cases = [claim.known.named_property(name) for name in claim.known.names] + [
        claim.known.other_properties()
    ]
    found: list[Objection] = []
    for case in cases:
        known = case.and_(*matching)
        if not is_impossible(known):
            found += yield Claim(known, rule)
    if not found:
        return []
    lost = f"properties like `{pattern}` cannot be shown to be accepted as they were"
    gained = f"properties like `{pattern}` may hold more than they could"
    return [object_to(claim, lost, gained, pattern, undecided=True)]


def _additional(claim: Claim, facts: Facts) -> Steps:
    return (yield from _leftover(claim, facts, additional(claim.node)))


def _unevaluated(claim: Claim, facts: Facts) -> Steps:
    if any(facts.sameness.same(node, claim.node) for node in claim.known.nodes):
        return []
    if not is_decidable(claim.node, claim.keyword):
        lost = f"what is left for `{claim.keyword}` cannot be shown to be as it was"
        return [object_to(claim, lost, f"less may be left for `{claim.keyword}`", undecided=True)]
    reach = unevaluated_properties(claim.node)
    return [] if reach is None else (yield from _leftover(claim, facts, reach))


def _leftover(claim: Claim, facts: Facts, reach: Reach) -> Steps:
    rule = claim.node.one(claim.keyword)
    only = claim.known.only_names
    found: list[Objection] = []
    for name in claim.known.names if only is None else only:
        known = claim.known.named_property(name)
        if name in reach.names or is_impossible(known) or _is_excluded(claim.known, name):
            continue
        if rule.value is False:
            found.append(_unknown(claim, name))
        else:
            found += yield Claim(known, rule)
    known = claim.known.other_properties(reach.patterns)
    if only is not None or is_impossible(known):
        return found
    if rule.value is False:
        found.append(object_to(claim, "refuses unknown properties now", "accepts unknown properties now"))
        return found
    return [*found, *(yield Claim(known, rule))]


def _unknown(claim: Claim, name: str) -> Objection:
    """A property that the schema has no place for, at the place where the other one has it."""
    objection = object_to(claim, f"property `{name}` is gone", f"property `{name}` is new")
    for node in claim.known.nodes:
        if name in node.named("properties"):
            return objection._replace(place=below(node.pointer, "properties", name), other=None)
    return objection


def _is_excluded(known: Conjunction, name: str) -> bool:
    return known.only_names is not None and name not in known.only_names


def _names(claim: Claim, facts: Facts) -> Steps:
    rule, only = claim.node.one("propertyNames"), claim.known.only_names
    rules = [node.one("propertyNames") for node in claim.known.nodes if "propertyNames" in node.keywords]
    text = facts.only("type", "string", claim.node)
    found = yield Claim(claim.known.of([*rules, text]), rule)
    if not found or only is not None or not is_impossible(claim.known.other_properties()):
        return list(found)
    objections: list[Objection] = []
    for name in claim.known.names:  # no others can be there
        if not is_impossible(claim.known.named_property(name)):
            objections += yield Claim(claim.known.of([facts.only("const", name, claim.node)]), rule)
    return objections


def _dependent(claim: Claim, facts: Facts) -> Steps:
    name = str(claim.name)
    if is_impossible(claim.known.named_property(name)):
        return []
    beside = [node.named("dependentSchemas") for node in claim.known.nodes]
    present = facts.only("required", [name], claim.node)
    known = claim.known.and_(present, *(rules[name] for rules in beside if name in rules))
    return list((yield Claim(known, claim.node.named("dependentSchemas")[name])))


RULES: dict[str, Rule] = {
    "properties": _property,
    "patternProperties": _pattern,
    "additionalProperties": _additional,
    "unevaluatedProperties": _unevaluated,
    "propertyNames": _names,
    "dependentSchemas": _dependent,
}
