"""Claims about keywords that hold no schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train.schema.compatibility.claims import counterpart_of, object_to, said
from crucible_train.schema.compatibility.evaluation import is_multiple
from crucible_train.schema.compatibility.json_values import (
    ALL_KINDS,
    key,
    kinds,
    shown,
    shown_all,
    types_in_words,
)
from crucible_train.schema.compatibility.nodes import CHECKED_BY
from crucible_train.schema.compatibility.possible import lower_bound, upper_bound

if TYPE_CHECKING:
    from crucible_train.schema.compatibility.claims import Check, Claim, Objection


def _type(claim: Claim) -> list[Objection]:
    types = kinds(said(claim))
    refused = claim.known.types - types
    if not refused:
        return []
    if claim.known.types == ALL_KINDS:
        only = types_in_words(types)
        return [object_to(claim, f"accepts only {only} now", f"accepts more than {only} now")]
    words = types_in_words(refused)
    return [object_to(claim, f"no longer accepts {words}", f"accepts {words} now")]


def _values(claim: Claim) -> list[Objection]:
    values = said(claim) if claim.keyword == "enum" else [said(claim)]
    if claim.known.values is None:
        only = shown_all(values)
        return [object_to(claim, f"accepts only {only} now", f"accepts more than {only} now")]
    accepted = set(map(key, values))
    refused = [value for value in claim.known.values if key(value) not in accepted]
    words = shown_all(refused)
    return [object_to(claim, f"no longer accepts {words}", f"accepts {words} now")] if refused else []


def _lower(claim: Claim) -> list[Objection]:
    known = claim.known
    return [] if known.lower >= lower_bound(claim.node, whole=known.is_whole) else _moved(claim)


def _upper(claim: Claim) -> list[Objection]:
    known = claim.known
    return [] if known.upper >= upper_bound(claim.node, whole=known.is_whole) else _moved(claim)


def _multiple(claim: Claim) -> list[Objection]:
    steps = [node.keywords["multipleOf"] for node in claim.known.nodes if "multipleOf" in node.keywords]
    if claim.known.is_whole:
        steps.append(1)
    return [] if any(is_multiple(step, said(claim)) for step in steps) else _moved(claim)


def _at_least(claim: Claim) -> list[Objection]:
    known = claim.known.most(claim.keyword)
    if claim.keyword == "minProperties":
        known = max(known, len(claim.known.required))
    return [] if known >= said(claim) else _moved(claim)


def _at_most(claim: Claim) -> list[Objection]:
    known = claim.known.max_items if claim.keyword == "maxItems" else claim.known.least(claim.keyword)
    if claim.keyword == "maxProperties":
        known = min(known, claim.known.max_properties)
    return [] if known <= said(claim) else _moved(claim)


def _unique(claim: Claim) -> list[Objection]:
    is_known = claim.known.most("uniqueItems") or claim.known.max_items <= 1
    return [] if is_known or not said(claim) else _moved(claim)


def _alike(claim: Claim) -> list[Objection]:
    is_known = any(node.keywords.get(claim.keyword) == said(claim) for node in claim.known.nodes)
    return [] if is_known else _moved(claim, is_undecided=counterpart_of(claim) is not None)


def _required(claim: Claim) -> list[Objection]:
    return [
        object_to(claim, f"`{name}` is required now", f"`{name}` is no longer required")
        for name in dict.fromkeys(said(claim))
        if name not in claim.known.required
    ]


def _dependent(claim: Claim) -> list[Objection]:
    found: list[Objection] = []
    for name, needed in said(claim).items():
        known = claim.known.required.union(
            *(node.keywords.get("dependentRequired", {}).get(name, ()) for node in claim.known.nodes), {name}
        )
        missing = [one for one in dict.fromkeys(needed) if one not in known]
        if missing and not claim.known.named_property(name).is_never:
            words = f"{', '.join(f'`{one}`' for one in missing)} beside `{name}`"
            found.append(object_to(claim, f"requires {words} now", f"no longer requires {words}", name))
    return found


def _checked_by(claim: Claim) -> list[Objection]:
    known = {code for node in claim.known.nodes for code in node.keywords.get(CHECKED_BY, ())}
    if not claim.node.pointer:  # it gathers what is listed below, and compared there
        known = known.union(*map(_listed, claim.node.keywords.values()))
    return [
        object_to(
            claim,
            f"the model refuses more than the schema says, by {code}",
            f"the model no longer refuses anything by {code}",
        )
        for code in dict.fromkeys(said(claim))
        if code not in known
    ]


def _listed(part: Any) -> set[str]:
    """Every code that a part of a schema lists, at any depth."""
    found: set[str] = set()
    if isinstance(part, dict):
        keywords = cast("dict[str, Any]", part)
        found.update(keywords.get(CHECKED_BY, ()))
        return found.union(*map(_listed, keywords.values()))
    return found.union(*map(_listed, cast("list[Any]", part))) if isinstance(part, list) else found


def _moved(claim: Claim, *, is_undecided: bool = False) -> list[Objection]:
    counterpart = counterpart_of(claim)
    limit = shown(said(claim))
    if counterpart is None:
        lost, gained = f"`{claim.keyword}` is {limit} now", f"`{claim.keyword}` is gone; it was {limit}"
    else:
        ours = shown(counterpart.keywords[claim.keyword])
        lost, gained = (f"`{claim.keyword}` was {a}, is {b}" for a, b in ((ours, limit), (limit, ours)))
    if is_undecided:
        lost += ": it cannot be shown to accept everything it did"
    return [object_to(claim, lost, gained, undecided=is_undecided)]


CHECKS: dict[str, Check] = {
    "type": _type,
    "enum": _values,
    "const": _values,
    **dict.fromkeys(("minimum", "exclusiveMinimum"), _lower),
    **dict.fromkeys(("maximum", "exclusiveMaximum"), _upper),
    "multipleOf": _multiple,
    **dict.fromkeys(("minLength", "minItems", "minProperties"), _at_least),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), _at_most),
    "uniqueItems": _unique,
    **dict.fromkeys(("pattern", "format"), _alike),
    "required": _required,
    "dependentRequired": _dependent,
    CHECKED_BY: _checked_by,
}
