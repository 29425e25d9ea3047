"""What is to be shown of two schemas, and what stands against it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from crucible_train.schema.compatibility.nodes import below

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.conjunction import Conjunction
    from crucible_train.schema.compatibility.facts import Facts
    from crucible_train.schema.compatibility.nodes import Node, Step


class Objection(NamedTuple):
    """Why a schema may refuse a value that is known of.

    It can be read both ways: where the new schema is the one that refuses, something is lost; where the old
    one is, something is gained.
    """

    place: str
    """Pointer of what refuses, or of what is refused where that says more."""
    other: str | None
    """Pointer of the same keyword in the other schema, where it has it."""
    lost: str
    gained: str
    is_undecided: bool = False
    """Whether nothing may be refused after all."""
    is_vague: bool = False
    """Whether it only says that too little is known of the value."""


class Claim(NamedTuple):
    """Every value that is known to be `known` is accepted by `node`, or by one keyword of it."""

    known: Conjunction
    node: Node
    keyword: str = ""
    """Empty for all of the schema."""
    name: Step = ""
    """Which one, of a keyword that holds several schemas."""
    split: tuple[tuple[Node, str], ...] = ()
    """Keywords with alternatives, whose alternatives that have been gone through one by one to get here."""


Steps: TypeAlias = Generator[Claim, tuple[Objection, ...], list[Objection]]
"""A proof: it asks for the objections to smaller claims, and ends with those to its own."""
Check: TypeAlias = Callable[[Claim], list[Objection]]
"""The objections to a claim about a keyword that holds no schemas."""
Rule: TypeAlias = Callable[[Claim, "Facts"], Steps]
"""The proof of a claim about a keyword that holds schemas."""


def object_to(claim: Claim, lost: str, gained: str, *steps: Step, undecided: bool = False) -> Objection:
    """An objection to a claim about one keyword, at that keyword or below it."""
    counterpart = counterpart_of(claim)
    return Objection(
        place=below(claim.node.says(claim.keyword), *steps),
        other=None if counterpart is None else counterpart.says(claim.keyword),
        lost=lost,
        gained=gained,
        is_undecided=undecided,
    )


def counterpart_of(claim: Claim) -> Node | None:
    """The first schema of the other document that has the keyword of the claim too."""
    for node in claim.known.nodes:
        if claim.keyword in node.keywords and node.document is not claim.node.document:
            return node
    return None


def vagueness(objections: Iterable[Objection]) -> tuple[int, int]:
    """Orders lists of objections: those first that tell best what has changed."""
    distinct = dict.fromkeys(objections)
    return sum(objection.is_vague for objection in distinct), len(distinct)


def said(claim: Claim) -> Any:
    """What the keyword of a claim says."""
    return claim.node.keywords[claim.keyword]
