"""Where nothing is breaking, no document that the old schema accepts is refused by the new one."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crucible_train.schema.compatibility import ChangeKind, compare

NAMES = st.sampled_from(["a", "b", "c"])
SMALL = st.integers(-1, 3)
VALUES = st.recursive(
    st.none() | st.booleans() | SMALL | st.sampled_from([0.5, 1.0, "", "a", "ab", "abc"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
COUNTS = st.integers(0, 3)


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(inner, min_size=1, max_size=3)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        "minimum": SMALL,
        "maximum": SMALL,
        "exclusiveMinimum": SMALL,
        "multipleOf": st.sampled_from([0.5, 1, 2]),
        "minLength": COUNTS,
        "maxLength": COUNTS,
        "pattern": st.sampled_from(["^a", "b$"]),
        "items": inner,
        "prefixItems": some,
        "minItems": COUNTS,
        "maxItems": COUNTS,
        "uniqueItems": st.booleans(),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "additionalProperties": inner,
        "maxProperties": COUNTS,
        "anyOf": some,
        "oneOf": some,
        "allOf": some,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
    }
    return st.sets(st.sampled_from(sorted(keywords)), max_size=4).flatmap(
        lambda chosen: st.fixed_dictionaries({name: keywords[name] for name in chosen})
    )


SCHEMAS = st.recursive(st.booleans(), schemas, max_leaves=4).filter(lambda one: isinstance(one, dict))


@st.composite
def versions(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A schema, and one that differs from it in a keyword or two."""
    old = draw(SCHEMAS)
    other = draw(SCHEMAS)
    dropped = draw(st.sets(st.sampled_from(sorted(old)), max_size=1)) if old else set()
    new = {key: value for key, value in old.items() if key not in dropped}
    for key in draw(st.sets(st.sampled_from(sorted(other)), max_size=2)) if other else ():
        new[key] = other[key]
    return (old, new) if draw(st.booleans()) else (new, old)


@given(versions(), st.lists(VALUES, min_size=8, max_size=20))
@settings(max_examples=300)
def test_nothing_breaking_breaks_nothing(pair: tuple[Any, Any], documents: list[Any]) -> None:
    old, new = pair
    assume(all(change.kind is not ChangeKind.BREAKING for change in compare(old, new)))
    before, after = (jsonschema_rs.Draft202012Validator(one) for one in (old, new))
    assert [one for one in documents if before.is_valid(one) and not after.is_valid(one)] == []


@given(SCHEMAS)
@settings(max_examples=200)
def test_a_schema_is_compatible_with_itself(schema: dict[str, Any]) -> None:
    assert compare(schema, schema) == ()
