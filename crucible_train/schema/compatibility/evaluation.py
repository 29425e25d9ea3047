"""Whether a schema accepts one value, where that can be said for certain.

Only the values that a schema lists are asked about, so this answers in full for what is usual there. It says
None for what it will not judge: patterns (regular expressions differ from language to language), formats, and
rules that only the model has.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from crucible_train.schema.compatibility.json_values import NUMBERS, key, kind, kinds
from crucible_train.schema.compatibility.nodes import CHECKED_BY, NUMERIC, TEXTUAL
from crucible_train.schema.compatibility.sameness import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crucible_train.schema.compatibility.nodes import Node

Verdict: TypeAlias = bool | None
MAX_DEPTH = 50

KINDS_OF: dict[str, frozenset[str]] = {
    **dict.fromkeys(NUMERIC, NUMBERS),
    **dict.fromkeys(TEXTUAL, frozenset({"string"})),
    "format": NUMBERS | {"string"},  # some tools have formats of numbers
    **dict.fromkeys(
        ("prefixItems", "items", "unevaluatedItems", "contains", "minItems", "maxItems", "uniqueItems"),
        frozenset({"array"}),
    ),
    **dict.fromkeys(
        (
            *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
            *("propertyNames", "required", "minProperties", "maxProperties"),
            *("dependentRequired", "dependentSchemas"),
        ),
        frozenset({"object"}),
    ),
}
"""The kinds of value that a keyword refuses; every other kind it lets pass."""


def accepts(node: Node, value: Any, depth: int = 0) -> Verdict:
    """Whether `node` accepts `value`."""
    if isinstance(node.value, bool):
        return node.value
    if depth > MAX_DEPTH:
        return None
    return every(passes(node, keyword, value, depth) for keyword in sorted(rules(node)))


def passes(node: Node, keyword: str, value: Any, depth: int = 0) -> Verdict:
    """Whether `value` passes one keyword of `node`."""
    if kind(value) not in KINDS_OF.get(keyword, (kind(value),)):
        return True
    deeper = depth + 1
    match keyword:
        case "$ref":
            return accepts(node.target(), value, deeper)
        case "allOf":
            return every(accepts(one, value, deeper) for one in node.many(keyword))
        case "anyOf":
            return some(accepts(one, value, deeper) for one in node.many(keyword))
        case "oneOf":
            return _between(1, 1, [accepts(one, value, deeper) for one in node.many(keyword)])
        case "not":
            return opposite(accepts(node.one(keyword), value, deeper))
        case "if":
            return _chosen(node, value, deeper)
        case "then" | "else" | "minContains" | "maxContains":
            return True  # `if` and `contains` speak for them
        case "type":
            return kind(value) in kinds(node.keywords[keyword])
        case "enum":
            return key(value) in map(key, node.keywords[keyword])
        case "const":
            return key(value) == key(node.keywords[keyword])
        case _ if kind(value) == "object":
            return _object(node, keyword, value, deeper)
        case _ if kind(value) == "array":
            return _array(node, keyword, value, deeper)
        case _:
            return _scalar(keyword, node.keywords[keyword], value)


def _scalar(keyword: str, limit: Any, value: Any) -> Verdict:
    """Whether a number or a text passes a keyword that says `limit`."""
    match keyword:
        case "minimum":
            return value >= limit
        case "exclusiveMinimum":
            return value > limit
        case "maximum":
            return value <= limit
        case "exclusiveMaximum":
            return value < limit
        case "multipleOf":
            return is_multiple(value, limit)
        case "minLength":
            return len(value) >= limit
        case "maxLength":
            return len(value) <= limit
        case _:
            return None


def is_multiple(value: float, step: float) -> bool:
    """Whether `value` is a multiple of `step`, both as they are written in JSON."""
    return (_exact(value) / _exact(step)).denominator == 1


def _exact(number: float) -> Fraction:
    return Fraction(number if isinstance(number, int) else repr(number))


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """False where one is false, else None where one is open."""
    found = list(verdicts)
    return False if False in found else None if None in found else True


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """True where one is true, else None where one is open."""
    return opposite(every(opposite(one) for one in verdicts))


def opposite(verdict: Verdict) -> Verdict:
    """Not, where anything is known."""
    return None if verdict is None else not verdict


def _between(least: int, most: int | None, verdicts: list[Verdict]) -> Verdict:
    surely, perhaps = verdicts.count(True), verdicts.count(True) + verdicts.count(None)
    if perhaps < least or (most is not None and surely > most):
        return False
    return True if surely >= least and (most is None or perhaps <= most) else None


def _chosen(node: Node, value: Any, depth: int) -> Verdict:
    condition = accepts(node.one("if"), value, depth)
    outcomes = {
        branch: accepts(node.one(word), value, depth) for branch, word in ((True, "then"), (False, "else"))
    }
    if condition is None:
        return outcomes[True] if outcomes[True] == outcomes[False] else None
    return outcomes[condition]


def _object(node: Node, keyword: str, value: Mapping[str, Any], depth: int) -> Verdict:
    said = node.keywords[keyword]
    match keyword:
        case "required":
            return all(name in value for name in said)
        case "minProperties":
            return len(value) >= said
        case "maxProperties":
            return len(value) <= said
        case "dependentRequired":
            return all(needed in value for name in said if name in value for needed in said[name])
        case "dependentSchemas":
            return every(
                accepts(one, value, depth) for name, one in node.named(keyword).items() if name in value
            )
        case "propertyNames":
            return every(accepts(node.one(keyword), name, depth) for name in value)
        case "properties":
            named = node.named(keyword)
            return every(accepts(named[name], value[name], depth) for name in value if name in named)
        case "additionalProperties":
            inner = node.one(keyword)
            named = node.named("properties")
            patterns = "patternProperties" in node.keywords
            return every(
                _perhaps(accepts(inner, value[name], depth), doubtful=patterns)
                for name in value
                if name not in named
            )
        case _:  # patternProperties, unevaluatedProperties, and the rules of the model
            return True if not value and keyword != CHECKED_BY else None


def _perhaps(verdict: Verdict, *, doubtful: bool) -> Verdict:
    """What is refused is not refused for certain where it is not certain that the rule applies."""
    return None if doubtful and verdict is False else verdict


def _array(node: Node, keyword: str, value: Any, depth: int) -> Verdict:
    said = node.keywords[keyword]
    items = cast("list[Any]", value)
    match keyword:
        case "minItems":
            return len(items) >= said
        case "maxItems":
            return len(items) <= said
        case "uniqueItems":
            return not said or len(set(map(key, items))) == len(items)
        case "prefixItems":
            return every(
                accepts(one, item, depth) for one, item in zip(node.many(keyword), items, strict=False)
            )
        case "items":
            start = len(node.many("prefixItems"))
            return every(accepts(node.one(keyword), item, depth) for item in items[start:])
        case "contains":
            verdicts = [accepts(node.one(keyword), item, depth) for item in items]
            return _between(node.keywords.get("minContains", 1), node.keywords.get("maxContains"), verdicts)
        case _:  # unevaluatedItems, and the rules of the model
            return True if not items and keyword != CHECKED_BY else None
