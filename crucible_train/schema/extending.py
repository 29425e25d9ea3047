"""`extends` in the schemas of files. What a file lacks, one that it extends may have: no schema reads it.

So a file that extends others is judged by its keys and by its values, each by itself (`part_of`); what has to
be there, and what has to go together, is a rule for files that extend none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train.schema.conditions import given, unset
from crucible_train.schema.generator import CHECKED_BY, NULL
from crucible_train.source.budget import MAX_FILES

if TYPE_CHECKING:
    from crucible_train.schema.conditions import Path
    from crucible_train.schema.generator import Schema

EXTENDS: Path = ("extends",)

_FILE: Schema = {"type": "string", "minLength": 1}

PROPERTY: Schema = {
    "anyOf": [_FILE, {"type": "array", "items": _FILE, "minItems": 1, "maxItems": MAX_FILES - 1}, NULL],
    "description": (
        "The file that this one is laid over, or several, the lowest first: paths from this file's "
        "directory, with forward slashes. Mappings are merged key by key; else the nearest value counts."
    ),
    "examples": ["base.yaml", ["../base.yaml", "long-run.yaml"]],
    CHECKED_BY: ["CRU021", "CRU022", "CRU023"],
}

_OF_THE_WHOLE = frozenset({"required", "if", "then", "else", "not", "minProperties", "dependentRequired"})
"""Keywords that judge a mapping by what it has or lacks."""

_KINDS = {
    "CRU10": (1, 2, 3, 4, 5, 7),
    "CRU20": (1, 2, 3, 4, 5, 6),
    "CRU30": (1, 2, 3, 4),
    "CRU50": (1, 2, 4),
}
_WITH_BASES = [f"{kind}{number}" for kind, numbers in _KINDS.items() for number in numbers]
"""What only a file and those that it extends say together: what is missing, which backend is told."""


def extendable(schema: Schema, definitions: Schema) -> Schema:
    """The schema of a file that may extend others, from that of one that does not.

    What it needs besides is added to `definitions`.
    """
    whole = {key: schema[key] for key in ("required", "allOf") if key in schema}
    parts = {key: part_of(rule, definitions) for key, rule in schema["properties"].items()}
    needed = schema.get("required", ())  # strict readers ask that what is required stands beside it
    changed = {key: rule for key, rule in schema["properties"].items() if key in needed or parts[key] != rule}
    if changed:
        whole["properties"] = changed
    rest = {key: value for key, value in schema.items() if key not in ("required", "allOf")}
    return {
        **rest,
        "properties": {"extends": PROPERTY, **parts},
        "allOf": [
            {"if": unset(EXTENDS), "then": whole},
            {"if": given(EXTENDS), "then": {CHECKED_BY: _WITH_BASES}},
        ],
    }


def part_of(rule: Any, definitions: Schema) -> Any:
    """`rule` for what may be merged with more: no mapping has to be complete, at any depth. Lists are."""
    if not isinstance(rule, dict):
        return rule
    found: Schema = {}
    for key, value in cast("Schema", rule).items():
        match key:
            case "$ref":
                found[key] = _part_of_definition(value, definitions)
            case "properties":
                named = cast("Schema", value)
                found[key] = {name: part_of(inner, definitions) for name, inner in named.items()}
            case "additionalProperties":
                found[key] = part_of(value, definitions)
            case "anyOf" | "oneOf" | "allOf":
                branches = [part_of(one, definitions) for one in cast("list[Any]", value)]
                found[key] = [one for one in branches if one or key != "allOf"]
            case _ if key not in _OF_THE_WHOLE:
                found[key] = value
            case _:
                pass
    return {key: value for key, value in found.items() if key != "allOf" or value}


def _part_of_definition(reference: str, definitions: Schema) -> str:
    """The reference to the part of what `reference` refers to; itself, where that is the same."""
    base, _, name = reference.rpartition("/")
    part = f"{name}Part"
    if part not in definitions:
        definitions[part] = {}  # a model that is inside itself
        made = part_of(definitions[name], definitions)
        if made == definitions[name]:
            del definitions[part]
            return reference
        definitions[part] = made
    return f"{base}/{part}"
