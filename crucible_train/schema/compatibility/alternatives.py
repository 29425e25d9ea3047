"""Going through what may be the case one by one: the branches of a union, the types, the listed values.

A value that is known to be accepted by one of several branches meets a claim if it does so in each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.schema.compatibility.describe import branch_of
from crucible_train.schema.compatibility.evaluation import KINDS_OF
from crucible_train.schema.compatibility.impossible import is_impossible
from crucible_train.schema.compatibility.in_place import gathered, in_place
from crucible_train.schema.compatibility.json_values import FRACTION, INTEGER
from crucible_train.schema.compatibility.nodes import CHECKED_BY
from crucible_train.schema.compatibility.possible import BRANCHES
from crucible_train.schema.compatibility.sameness import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.schema.compatibility.claims import Claim
    from crucible_train.schema.compatibility.facts import Facts
    from crucible_train.schema.compatibility.nodes import Node

_MAX_SPLITS = 4
_CHOOSING = ("anyOf", "oneOf", "not", "if")
"""What may be met in another way by each type and value."""


def alternatives(claim: Claim, facts: Facts) -> Iterator[list[Claim]]:
    """Lists of claims, each of which shows `claim` if all in it can be shown; the most promising first."""
    if len(claim.split) >= _MAX_SPLITS:
        return
    for node, keyword in _unions(claim, facts):
        mark = (*claim.split, (node, keyword))
        yield [
            claim._replace(known=known, split=mark)
            for known in (claim.known.and_(*case) for case in _cases(node, keyword, facts))
            if not is_impossible(known)
        ]
    if claim.keyword not in _CHOOSING:
        return
    values = claim.known.values
    if values is None:
        types = claim.known.types
        names = sorted({"number" if name == FRACTION else name for name in types})
        if FRACTION in types:
            names = [name for name in names if name != INTEGER]  # they are numbers too
        only = [facts.only("type", name, claim.node) for name in names]
    else:
        only = [facts.only("const", value, claim.node) for value in values]
    if len(only) > 1:
        yield [claim._replace(known=claim.known.and_(one)) for one in only]


def _cases(node: Node, keyword: str, facts: Facts) -> Iterator[tuple[Node, ...]]:
    branches = node.many(keyword)
    for branch in branches:
        others = branches if keyword == "oneOf" else ()
        yield (branch, *(facts.negation(other) for other in others if other is not branch))


def _unions(claim: Claim, facts: Facts) -> list[tuple[Node, str]]:
    """The unions that bear on the claim, those first that it has as well; in a branch, only the branch's."""
    gone_through = set(claim.split)
    branch = branch_of(claim)
    found = [
        (node, keyword)
        for node in (claim.known.nodes if branch is None else gathered([branch]))
        for keyword in BRANCHES
        if keyword in node.keywords and (node, keyword) not in gone_through
    ]
    wanted = claim.node.many(claim.keyword) if claim.keyword in BRANCHES else ()

    def num_alike(union: tuple[Node, str]) -> int:
        branches = union[0].many(union[1])
        return sum(any(facts.sameness.same(one, branch) for branch in branches) for one in wanted)

    return sorted((union for union in found if _bears_on(claim, *union)), key=num_alike, reverse=True)


def _bears_on(claim: Claim, node: Node, keyword: str) -> bool:
    told = {word for branch in node.many(keyword) for word in _mentioned(branch)}
    match claim.keyword:
        case "type":
            return False  # the types of a union are known without going through it
        case "enum" | "const":
            return not told.isdisjoint(("enum", "const"))
        case _ if claim.keyword == CHECKED_BY:
            return CHECKED_BY in told
        case _ if claim.keyword in KINDS_OF:
            kinds = KINDS_OF[claim.keyword]
            return any(word in ("type", "enum", "const") or KINDS_OF.get(word) == kinds for word in told)
        case _:
            return True


def _mentioned(node: Node) -> set[str]:
    """The keywords with which a schema speaks of the very value."""
    reached, waiting = {node}, [node]
    for one in waiting:  # grows as it goes
        for inner in in_place(one):
            if inner not in reached:
                reached.add(inner)
                waiting.append(inner)
    return {word for one in reached for word in rules(one)}
