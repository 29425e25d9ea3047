"""What a value may be, in words: read off its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

Rules: TypeAlias = dict[str, Any]
Link: TypeAlias = Callable[[str], str]
"""From the name of a type to a link to where it is described."""

_NULL: Rules = {"type": "null"}
_ANYTHING = ("anything", "anything")
_DATE_TIME = ("date and time with an offset (ISO 8601)", "dates and times with an offset (ISO 8601)")
_KINDS = {
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "string": ("text", "texts"),
    "boolean": ("true or false", "true or false"),
    "array": ("list", "lists"),
    "object": ("mapping", "mappings"),
}
"""JSON's name of a type to ours: one such value, several of them."""


def type_in_words(rules: Rules, link: Link, *, many: bool = False) -> str:
    """What a JSON Schema accepts, for people; `null` goes without saying.

    Raises `ValueError` for a schema it has no words for: a page must not say less than the code.
    """
    return one_or_more(_alternatives(rules, link, many=many))


def one_or_more(words: Sequence[str], conjunction: str = "or") -> str:
    """`a`; `a or b`; `a, b or c`; each once."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _alternatives(rules: Rules, link: Link, *, many: bool) -> list[str]:
    for choice in ("anyOf", "oneOf"):
        if choice in rules:
            branches: list[Rules] = [branch for branch in rules[choice] if branch != _NULL]
            return _in_any_case(branches) or [
                word for branch in branches for word in _alternatives(branch, link, many=many)
            ]
    if "$ref" in rules:
        return [link(rules["$ref"].rpartition("/")[2])]
    if "const" in rules or "enum" in rules:
        return [_literal(value) for value in rules.get("enum", [rules.get("const")])]
    if rules.get("format") == "date-time":
        return [_DATE_TIME[many]]
    kind = rules.get("type")
    if kind is not None and kind not in _KINDS:
        raise ValueError(f"no words for {rules}")
    word = (_ANYTHING if kind is None else _KINDS[kind])[many]
    inner = _inner(kind, rules)
    if inner is not None:
        of = "of" if kind == "array" else "from names to"
        word = f"{word} {of} {type_in_words(inner, link, many=True)}"
    if "minimum" in rules and "maximum" in rules:
        return [f"{word} from {rules['minimum']} to {rules['maximum']}"]
    return [", ".join([word, *_limits(kind, rules)])]


def accepts_null(rules: Rules) -> bool:
    """Whether `null` is a value, too. A schema that says nothing accepts anything."""
    branches = [branch for choice in ("anyOf", "oneOf") for branch in rules.get(choice, ())]
    says = {"anyOf", "oneOf", "$ref", "const", "enum", "type"} & rules.keys()
    return not says or any(branch == _NULL or accepts_null(branch) for branch in branches)


def _inner(kind: object, rules: Rules) -> Rules | None:
    """The rules of every item, or of every value."""
    if kind == "array":
        return rules["items"]
    values = rules.get("additionalProperties")
    return cast("Rules", values) if isinstance(values, dict) else None


def _literal(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _in_any_case(branches: list[Rules]) -> list[str] | None:
    """Words for names that an editor is offered, beside a pattern that has them in capitals as well."""
    names: list[str] = [name for branch in branches for name in branch.get("enum", ())]
    patterns: list[str] = [branch["pattern"] for branch in branches if "pattern" in branch]
    if len(branches) != 2 or len(patterns) != 1 or not names:
        return None
    if not all(re.search(patterns[0], name.upper()) for name in names):
        return None
    *most, last = (_literal(name) for name in names)
    return [*most, f"{last} (in any case)"]


def _limits(kind: object, rules: Rules) -> list[str]:
    bounds = {
        "at least {}": rules.get("minimum"),
        "more than {}": rules.get("exclusiveMinimum"),
        "at most {}": rules.get("maximum"),
        "less than {}": rules.get("exclusiveMaximum"),
    }
    words = [" and ".join(text.format(bound) for text, bound in bounds.items() if bound is not None)]
    if "pattern" in rules:
        words.append("of a fixed form")
    if kind == "string" and rules.get("minLength"):
        words.append("not empty")
    if kind == "array" and rules.get("minItems"):
        words.append(f"at least {rules['minItems']}")
    if rules.get("uniqueItems"):
        words.append("each once")
    return [word for word in words if word]


def referenced(rules: object) -> set[str]:
    """The names of the types that a schema refers to."""
    if isinstance(rules, list):
        return {name for item in cast("list[object]", rules) for name in referenced(item)}
    if not isinstance(rules, dict):
        return set()
    held = cast("Rules", rules)
    own = {held["$ref"].rpartition("/")[2]} if "$ref" in held else set[str]()
    return own | {
        name
        for key in ("anyOf", "oneOf", "items", "additionalProperties")
        for name in referenced(held.get(key))
    }
