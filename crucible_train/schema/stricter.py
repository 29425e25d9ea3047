"""Two rules for one key: the stricter of them where one is, else both."""

from __future__ import annotations

from typing import Any

from crucible_train.schema.generator import CHECKED_BY, NOTES, Schema, notes, rules

_LOWER, _UPPER = ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")


def both(first: Schema, second: Schema, definitions: Schema) -> Schema:
    """A schema that accepts what `first` and `second` both accept, with the annotations of `first`.

    `definitions` are what the `$ref`s in them name.
    """
    if implies(second, first, definitions):
        kept = rules(second)
    elif implies(first, second, definitions):
        kept = rules(first)
    else:
        kept = {"allOf": [rules(first), rules(second)]}
    return {**kept, **notes(first)}


def implies(strict: Schema, loose: Schema, definitions: Schema) -> bool:
    """Whether `loose` accepts all that `strict` does, as far as types and bounds tell; in doubt, not."""
    return all(
        any(_branch_implies(one, other) for other in _branches(loose, definitions))
        for one in _branches(strict, definitions)
    )


def _branches(schema: Schema, definitions: Schema) -> list[Schema]:
    """What `anyOf` and `$ref` come down to."""
    if "$ref" in schema:
        return _branches(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return [branch for part in schema["anyOf"] for branch in _branches(part, definitions)]
    return [schema]


def _branch_implies(strict: Schema, loose: Schema) -> bool:
    wanted = {key: value for key, value in loose.items() if key not in (*NOTES, CHECKED_BY, "title")}
    if all(strict.get(key) == value for key, value in wanted.items()):
        return True
    if strict.get("type") != loose.get("type"):
        return False
    if loose.get("additionalProperties") is True:
        wanted.pop("additionalProperties")
    return all(_at_least(strict, key, value) for key, value in wanted.items())


def _at_least(strict: Schema, key: str, bound: Any) -> bool:
    """Whether `strict` is as strict as `bound` for the keyword `key`."""
    if strict.get(key) == bound:
        return True
    if key in _LOWER:
        above = [strict[name] for name in _LOWER if name in strict]
        return any(value > bound for value in above) or strict.get("exclusiveMinimum") == bound
    if key in _UPPER:
        below = [strict[name] for name in _UPPER if name in strict]
        return any(value < bound for value in below) or strict.get("exclusiveMaximum") == bound
    return key == "minLength" and strict.get(key, 0) >= bound
