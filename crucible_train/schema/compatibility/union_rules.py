"""Claims about `anyOf`, `oneOf`, `not` and `if`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.claims import Claim, Objection, object_to, vagueness
from crucible_train.schema.compatibility.describe import branch_of, describe, names, names_of
from crucible_train.schema.compatibility.impossible import is_impossible
from crucible_train.schema.compatibility.possible import possible_types

if TYPE_CHECKING:
    from collections.abc import Generator

    from crucible_train.schema.compatibility.claims import Rule, Steps
    from crucible_train.schema.compatibility.conjunction import Conjunction
    from crucible_train.schema.compatibility.facts import Facts
    from crucible_train.schema.compatibility.nodes import Node


def _any_of(claim: Claim, facts: Facts) -> Steps:
    if facts.is_said(claim, "anyOf"):
        return []
    tried: list[tuple[Node, tuple[Objection, ...]]] = []
    for branch in _likely(claim):
        found = yield Claim(claim.known, branch)
        if not found:
            return []
        tried.append((branch, found))
    return _nothing_accepts(claim, facts, tried)


def _one_of(claim: Claim, facts: Facts) -> Steps:
    if facts.is_said(claim, "oneOf"):
        return []
    tried: list[tuple[Node, tuple[Objection, ...]]] = []
    for branch in _likely(claim):
        found = yield Claim(claim.known, branch)
        tried.append((branch, found))
        if not found:
            break
    else:
        return _nothing_accepts(claim, facts, tried)
    for other in claim.node.many("oneOf"):
        if other is not tried[-1][0] and not (yield from _are_apart(claim.known, other, facts)):
            what = describe(claim)
            lost = f"more than one branch may accept {what}, where one has to"
            return [object_to(claim, lost, f"{what} may be accepted by one branch now", undecided=True)]
    return []


def _not(claim: Claim, facts: Facts) -> Steps:
    if facts.is_said(claim, "not"):
        return []
    apart = yield from _are_apart(claim.known, claim.node.one("not"), facts)
    if apart:
        return []
    lost = "`not` cannot be shown to accept everything that was accepted"
    return [object_to(claim, lost, "`not` may accept more than it did", undecided=True)]


def _if(claim: Claim, facts: Facts) -> Steps:
    if facts.is_said(claim, "if", "then", "else"):
        return []
    condition = claim.node.one("if")
    same = [node for node in _choosing(claim) if facts.sameness.same(node.one("if"), condition)]
    near = [node for node in _choosing(claim) if node.pointer == claim.node.pointer]
    if same or claim.node.document is not facts.document:
        near = []  # asked in both directions, it might go round without ever going into the value
    found: list[Objection] = []
    for word, decided in (("then", condition), ("else", facts.negation(condition))):
        known = claim.known.and_(decided, *(node.one(word) for node in same))
        for node in near:
            if (yield from _is_decided(known, node, word, condition)):
                known = known.and_(node.one(word))
        found += yield Claim(known, claim.node.one(word))
    if not found or same:
        return found
    lost = "`if` is another one: what it decides cannot be shown to accept everything it did"
    return [object_to(claim, lost, "`if` decides otherwise, and may accept more", undecided=True)]


def _choosing(claim: Claim) -> list[Node]:
    return [node for node in claim.known.nodes if "if" in node.keywords]


def _is_decided(
    known: Conjunction, node: Node, word: str, condition: Node
) -> Generator[Claim, tuple[Objection, ...], bool]:
    """Whether a known `if` is decided in the same way as another one, which has come out as `word` says."""
    if word == "then":
        return not (yield Claim(known, node.one("if")))
    return not (yield Claim(known.and_(node.one("if")), condition))


def _are_apart(
    known: Conjunction, other: Node, facts: Facts
) -> Generator[Claim, tuple[Objection, ...], bool]:
    """Whether `other` accepts nothing that is known to be `known`."""
    if is_impossible(known.and_(other)):
        return True
    for node in known.nodes:
        if "not" in node.keywords and not (yield Claim(known.of([other]), node.one("not"))):
            return True
    return False


def _likely(claim: Claim) -> list[Node]:
    """The branches that are worth a try: the others refuse a kind of value that there may be."""
    return [one for one in claim.node.many(claim.keyword) if claim.known.types <= possible_types(one)]


def _nothing_accepts(
    claim: Claim, facts: Facts, tried: list[tuple[Node, tuple[Objection, ...]]]
) -> list[Objection]:
    """The objections of the branch that was meant for the values, or one where none was."""
    ours = set(names(claim))
    meant: list[tuple[Objection, ...]] = []
    for branch, objections in tried:
        theirs = set(names_of([branch]))
        if ours & theirs:
            return list(objections)
        if not (ours and theirs) and not is_impossible(claim.known.and_(branch)):
            meant.append(objections)
    if meant:
        return list(min(meant, key=vagueness))
    what, gone = describe(claim), branch_of(claim)
    objection = object_to(claim, f"no branch accepts {what} any more", f"a branch accepts {what} now")
    return [objection if gone is None else objection._replace(place=gone.pointer, other=None)]


RULES: dict[str, Rule] = {"anyOf": _any_of, "oneOf": _one_of, "not": _not, "if": _if}
