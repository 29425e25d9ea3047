"""Showing that one schema accepts all that another one does, or finding what stands against it.

What is shown is true: no rule takes for granted what may not be so. Where a rule cannot tell, it objects.

Recursive schemas are compared as recursive types are (Amadio and Cardelli, Subtyping Recursive Types, 1993):
a claim that comes up again while it is being proved may be taken as shown, because it is about a value inside
the one it was first about, and values are finite. Claims wait on a stack of their own, so that neither a deep
schema nor a long chain of references meets the interpreter's limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crucible_train.schema.compatibility import array_rules, object_rules, union_rules
from crucible_train.schema.compatibility.alternatives import alternatives
from crucible_train.schema.compatibility.claims import Claim, Objection, Steps, vagueness
from crucible_train.schema.compatibility.conjunction import Conjunctions
from crucible_train.schema.compatibility.describe import names_of
from crucible_train.schema.compatibility.evaluation import KINDS_OF, passes
from crucible_train.schema.compatibility.facts import Facts
from crucible_train.schema.compatibility.impossible import is_impossible
from crucible_train.schema.compatibility.in_place import gathered
from crucible_train.schema.compatibility.nodes import NAMED, Node
from crucible_train.schema.compatibility.sameness import rules
from crucible_train.schema.compatibility.scalar_rules import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.schema.compatibility.nodes import SchemaDocument

MAX_CLAIMS = 50_000
"""After so many claims, what is left is not shown. Schemas that people write need some thousand."""

_RULES = union_rules.RULES | object_rules.RULES | array_rules.RULES
_MANY = 3
_SPOKEN_FOR = ("$ref", "allOf", "then", "else", "minContains", "maxContains")
"""Keywords that others stand for: gathering follows the first two, `if` and `contains` speak of the rest."""


def objections_to(known: Node, node: Node) -> tuple[Objection, ...]:
    """What stands against `node` accepting all that `known` accepts; nothing where it is shown to."""
    return _Prover(node.document).prove(Claim(Conjunctions().of([known]), node))


class _Attempt:
    """A claim that is being proved."""

    __slots__ = ("claim", "relies_on", "steps", "trail_length")

    def __init__(self, claim: Claim, steps: Steps, height: int, trail_length: int) -> None:
        self.claim = claim
        self.steps = steps
        self.relies_on = height
        """The lowest attempt on the stack whose claim was taken as shown on the way."""
        self.trail_length = trail_length


class _Prover:
    def __init__(self, document: SchemaDocument) -> None:
        self._facts = Facts(document)
        self._settled: dict[Claim, tuple[Objection, ...]] = {}
        self._provisional: dict[Claim, int] = {}
        """Claims shown by taking others as shown, with the lowest attempt that they rely on."""
        self._trail: list[Claim] = []
        """The provisional claims in the order in which they were shown."""
        self._open: dict[Claim, int] = {}
        self._stack: list[_Attempt] = []
        self._num_begun = 0

    def prove(self, claim: Claim) -> tuple[Objection, ...]:
        self._begin(claim)
        answer: tuple[Objection, ...] | None = None
        while self._stack:
            try:
                # A generator is started with None; its type says only what it is sent later.
                wanted = self._stack[-1].steps.send(cast("tuple[Objection, ...]", answer))
            except StopIteration as done:
                answer = self._end(cast("list[Objection]", done.value))
                continue
            answer = self._answer(wanted)
            if answer is None:
                self._begin(wanted)
        return answer or ()

    def _begin(self, claim: Claim) -> None:
        height = len(self._stack)
        self._num_begun += 1
        self._open[claim] = height
        steps = self._keyword(claim) if claim.keyword else self._schema(claim)
        self._stack.append(_Attempt(claim, steps, height, len(self._trail)))

    def _answer(self, claim: Claim) -> tuple[Objection, ...] | None:
        """The objections to a claim where they are known; None where it has to be proved."""
        if claim in self._settled:
            return self._settled[claim]
        taken = self._open.get(claim, self._provisional.get(claim))
        if taken is not None:
            self._stack[-1].relies_on = min(self._stack[-1].relies_on, taken)
            return ()
        return (_too_much(claim),) if self._num_begun >= MAX_CLAIMS else None

    def _end(self, found: list[Objection]) -> tuple[Objection, ...]:
        attempt = self._stack.pop()
        del self._open[attempt.claim]
        objections = tuple(dict.fromkeys(found))
        since = self._trail[attempt.trail_length :]
        if objections:
            del self._trail[attempt.trail_length :]
            for claim in since:  # they may have relied on what has turned out not to be so
                del self._provisional[claim]
            self._settled[attempt.claim] = objections
        elif attempt.relies_on == len(self._stack):
            del self._trail[attempt.trail_length :]
            for claim in (*since, attempt.claim):
                self._provisional.pop(claim, None)
                self._settled[claim] = ()
        else:
            self._trail.append(attempt.claim)
            for claim in (*since, attempt.claim):
                known = self._provisional.get(claim, attempt.relies_on)
                self._provisional[claim] = min(known, attempt.relies_on)
            self._stack[-1].relies_on = min(self._stack[-1].relies_on, attempt.relies_on)
        return objections

    def _schema(self, claim: Claim) -> Steps:
        known, node = claim.known, claim.node
        if node.value is True or is_impossible(known):
            return []
        if any(self._facts.sameness.same(one, node) for one in known.nodes):
            return []
        found: list[Objection] = []
        for member in gathered([node]):
            if member.value is False:
                found.append(_refused(member))
            for keyword, name in _clauses(member):
                found += yield Claim(known, member, keyword, name)
        return summed_up(claim, found)

    def _keyword(self, claim: Claim) -> Steps:
        known, node, keyword = claim.known, claim.node, claim.keyword
        if keyword in KINDS_OF and known.types.isdisjoint(KINDS_OF[keyword]):
            return []
        if known.values is not None and all(passes(node, keyword, value) for value in known.values):
            return []
        found = (
            CHECKS[keyword](claim) if keyword in CHECKS else (yield from _RULES[keyword](claim, self._facts))
        )
        if not found:
            return []
        closest: list[Objection] | None = None
        for cases in alternatives(claim, self._facts):
            remaining: list[Objection] = []
            for case in cases:
                remaining += yield case
            if not remaining:
                return []
            closest = remaining if closest is None else min(closest, remaining, key=vagueness)
        return found if closest is None else closest


def _clauses(node: Node) -> Iterator[tuple[str, str | int]]:
    """The claims that a schema is made of: a keyword, and a name or index where it holds several schemas."""
    said = rules(node)
    for keyword in node.keywords:
        if keyword not in said or keyword in _SPOKEN_FOR:
            continue
        if keyword in NAMED:
            yield from ((keyword, name) for name in node.named(keyword))
        elif keyword == "prefixItems":
            yield from ((keyword, index) for index in range(len(node.many(keyword))))
        else:
            yield keyword, ""


def summed_up(claim: Claim, found: list[Objection]) -> list[Objection]:
    """One objection in place of many where a schema has come in for quite another one.

    What the many would tell is how the two differ, at places where nothing was changed.
    """
    ours, theirs = names_of(claim.known.nodes), names_of([claim.node])
    is_other = not any(map(rules, claim.known.nodes)) or (bool(theirs) and not {*ours} & {*theirs})
    distinct = dict.fromkeys(found)
    if not is_other or len(distinct) <= _MANY:
        return found
    what = f"`{theirs[0]}`" if theirs else "what is described here"
    counterpart = next((one for one in claim.known.nodes if one.document is not claim.node.document), None)
    return [
        Objection(
            place=claim.node.pointer,
            other=None if counterpart is None else counterpart.pointer,
            lost=f"accepts only {what} now, and that refuses what was accepted in {len(distinct)} ways",
            gained=f"accepts more than {what} now, in {len(distinct)} ways",
            is_undecided=all(objection.is_undecided for objection in found),
            is_vague=True,
        )
    ]


def _refused(node: Node) -> Objection:
    return Objection(node.pointer, None, "accepts nothing any more", "accepted nothing, and does now")


def _too_much(claim: Claim) -> Objection:
    lost = "too much to compare: it cannot be shown to accept everything it did"
    return Objection(claim.node.pointer, None, lost, "too much to compare", is_undecided=True)
