"""Small JSON Schemas of all keywords, small changes to them, and values near what they accept.

Everything is drawn from a `random.Random`; given Hypothesis' own, what fails is shrunk.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Schema: TypeAlias = Any
NAMES = ("a", "b", "ab")
DEFINITIONS = ("D", "E")
SCALARS = (None, True, False, 0, 1, 2, 3, -1, 1.5, 2.0, "", "a", "b", "ab", "bb")
PATTERNS = ("^a", "b$")
TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
KEYWORDS: dict[str, tuple[str, ...]] = {
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "array": (
        *("items", "prefixItems", "contains", "minContains", "maxContains"),
        *("minItems", "maxItems", "uniqueItems", "unevaluatedItems"),
    ),
    "object": (
        *("properties", "properties", "required", "additionalProperties", "patternProperties"),
        *("propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas"),
        "unevaluatedProperties",
    ),
    "any": ("enum", "const", "anyOf", "oneOf", "allOf", "not", "if", "$ref", "x-crucible-checked-by"),
}


def random_document(random: Random) -> dict[str, Schema]:
    """A schema with definitions that it and they refer to."""
    root = random_schema(random, 3)
    document = dict(root) if isinstance(root, dict) else {"allOf": [root]}
    if "$ref" in json.dumps(document):
        document["$defs"] = {name: random_schema(random, 2) for name in DEFINITIONS}
    return document


def random_schema(random: Random, depth: int) -> Schema:
    """A schema of at most `depth` levels."""
    if depth <= 0 or random.random() < 0.1:
        return random.choice([True, False, {}, {"type": "integer"}, {"type": "string"}, {"const": 1}])
    topic = random.choice(["number", "string", "array", "object", "object", "any", "any"])
    schema: dict[str, Schema] = {}
    if topic != "any" and random.random() < 0.7:
        schema["type"] = random.choice([topic, [topic, "null"], "integer" if topic == "number" else topic])
    for keyword in random.choices(KEYWORDS[topic], k=random.choice([1, 2, 2, 3])):
        schema[keyword] = random_value(keyword, random, depth)
    if "if" in schema:
        schema |= {
            word: random_schema(random, depth - 1) for word in ("then", "else") if random.random() < 0.7
        }
    return schema


def random_value(keyword: str, random: Random, depth: int) -> Any:
    """Something for a keyword to say."""

    def inner() -> Schema:
        return random_schema(random, depth - 1)

    def names() -> list[str]:
        return random.sample(NAMES, random.choice([1, 1, 2]))

    match keyword:
        case "properties" | "dependentSchemas":
            return {name: inner() for name in names()}
        case "patternProperties":
            return {random.choice(PATTERNS): inner()}
        case "required":
            return names()
        case "dependentRequired":
            return {name: names() for name in names()}
        case "propertyNames":
            return random.choice(
                [{"enum": ["a", "b"]}, {"maxLength": 1}, {"pattern": "^a"}, {"minLength": 2}]
            )
        case "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems":
            return random.choice([False, False, inner()])
        case "prefixItems" | "anyOf" | "oneOf" | "allOf":
            return [inner() for _ in range(random.choice([1, 2, 2, 3]))]
        case "items" | "contains" | "not" | "if" | "then" | "else":
            return inner()
        case "enum":
            return random.sample([*SCALARS, [], {}, [1], {"a": 1}], random.choice([1, 2, 3]))
        case "const":
            return random.choice([*SCALARS, [1], {"a": 1}])
        case "$ref":
            return f"#/$defs/{random.choice(DEFINITIONS)}"
        case "pattern":
            return random.choice(PATTERNS)
        case "format":
            return "uuid"
        case "uniqueItems":
            return True
        case "multipleOf":
            return random.choice([1, 2, 0.5])
        case "type":
            return random.choice([random.choice(TYPES), random.sample(TYPES, 2)])
        case "x-crucible-checked-by":
            return [random.choice(["CRU901", "CRU902"])]
        case _:
            return random.choice([0, 1, 2, 3])


def places(schema: Schema) -> Iterator[tuple[dict[Any, Any] | list[Any], str | int]]:
    """Where schemas stand: what holds each, and under which key."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        match keyword:
            case "properties" | "patternProperties" | "dependentSchemas" | "$defs":
                held: list[tuple[Any, Any]] = [(value, name) for name in value]
            case "anyOf" | "oneOf" | "allOf" | "prefixItems":
                held = [(value, index) for index in range(len(value))]
            case (
                "items" | "contains" | "not" | "if" | "then" | "else" | "additionalProperties"
                | "propertyNames" | "unevaluatedProperties" | "unevaluatedItems"
            ):  # fmt: skip
                held = [(schema, keyword)]
            case _:
                continue
        for holder, name in held:
            yield holder, name
            yield from places(holder[name])


def mutated(document: dict[str, Schema], random: Random) -> dict[str, Schema]:
    """A copy with one to three small changes."""
    changed: dict[str, Any] = {"root": copy.deepcopy(document)}
    for _ in range(random.choice([1, 1, 2, 3])):
        holder, name = random.choice([(changed, "root"), *places(changed["root"])])
        here: Any = holder
        here[name] = random.choice(MUTATIONS)(here[name], random)
    root = changed["root"]
    root = root if isinstance(root, dict) else {"allOf": [root]}
    if "$ref" in json.dumps(root) and "$defs" not in root:
        root["$defs"] = document.get("$defs") or dict.fromkeys(DEFINITIONS, True)
    return root


def _replace(_: Schema, random: Random) -> Schema:
    return random_schema(random, 2)


def _without(schema: Schema, random: Random) -> Schema:
    keywords = [keyword for keyword in schema if keyword != "$defs"] if isinstance(schema, dict) else []
    if not keywords:
        return schema
    dropped = random.choice(keywords)
    return {keyword: value for keyword, value in schema.items() if keyword != dropped}


def _with(schema: Schema, random: Random) -> Schema:
    topic = random.choice(["number", "string", "array", "object", "any"])
    keyword = random.choice(KEYWORDS[topic])
    return {**(schema if isinstance(schema, dict) else {}), keyword: random_value(keyword, random, 1)}


def _nudged(schema: Schema, random: Random) -> Schema:
    """A limit moved, a name or a value more or less, a type wider or narrower, branches in another order."""
    if not isinstance(schema, dict):
        return not schema
    keywords = [keyword for keyword in schema if keyword in NUDGES]
    if not keywords:
        return schema
    keyword = random.choice(keywords)
    return {**schema, keyword: NUDGES[keyword](schema[keyword], random)}


def _moved(limit: Any, random: Random) -> Any:
    return max(0, limit + random.choice([-1, 1]))


def _listed(values: list[Any], random: Random) -> list[Any]:
    if len(values) > 1 and random.random() < 0.5:
        return values[1:]
    return [*values, random.choice(SCALARS)]


def _named(names: list[str], random: Random) -> list[str]:
    return [random.choice(NAMES)] if random.random() < 0.5 else names[1:]


def _retyped(types: Any, random: Random) -> Any:
    known = [types] if isinstance(types, str) else types
    if "integer" in known and random.random() < 0.5:
        return ["number" if name == "integer" else name for name in known if name != "number"]
    return random.choice([known[:1], list(dict.fromkeys([*known, random.choice(TYPES)]))])


def _rearranged(branches: list[Schema], random: Random) -> list[Schema]:
    choice = random.random()
    if choice < 0.3 and len(branches) > 1:
        return branches[1:]
    if choice < 0.6:
        return [*branches, random_schema(random, 1)]
    return branches[::-1]


def _more_named(named: dict[str, Schema], random: Random) -> dict[str, Schema]:
    name = random.choice(NAMES)
    if name in named and len(named) > 1 and random.random() < 0.5:
        return {other: schema for other, schema in named.items() if other != name}
    return {**named, name: named.get(name, random_schema(random, 1))}


NUDGES: dict[str, Callable[[Any, Random], Any]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _moved),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"), _moved),
    **dict.fromkeys(("minProperties", "maxProperties"), _moved),
    "enum": _listed,
    "required": _named,
    "type": _retyped,
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), _rearranged),
    **dict.fromkeys(("properties", "dependentSchemas"), _more_named),
}


def _nullable(schema: Schema, random: Random) -> Schema:
    keyword = random.choice(["anyOf", "oneOf"])
    return {keyword: [_plain(schema), {"type": "null"}], **_definitions(schema)}


def _wrapped(schema: Schema, random: Random) -> Schema:
    more = random.choice([[], [True], [random_schema(random, 1)]])
    return {"allOf": [_plain(schema), *more], **_definitions(schema)}


def _exchanged(schema: Schema, _: Random) -> Schema:
    if not isinstance(schema, dict):
        return schema
    other = {"anyOf": "oneOf", "oneOf": "anyOf", "then": "else", "else": "then"}
    other |= {
        "additionalProperties": "unevaluatedProperties",
        "unevaluatedProperties": "additionalProperties",
    }
    return {other.get(keyword, keyword): value for keyword, value in schema.items()}


def _plain(schema: Schema) -> Schema:
    if not isinstance(schema, dict):
        return schema
    return {keyword: value for keyword, value in schema.items() if keyword != "$defs"}


def _definitions(schema: Schema) -> dict[str, Schema]:
    return {"$defs": schema["$defs"]} if isinstance(schema, dict) and "$defs" in schema else {}


MUTATIONS: tuple[Callable[[Schema, Random], Schema], ...] = (
    *(_nudged, _nudged, _nudged, _nudged, _without, _without, _with),
    *(_replace, _nullable, _wrapped, _exchanged),
)


def values_near(documents: list[dict[str, Schema]], random: Random, number: int) -> Iterator[Any]:
    """Values that the schemas ask for or nearly do."""
    for _ in range(number):
        document = random.choice(documents)
        yield near(document, document, random, 4)


def near(schema: Schema, document: dict[str, Schema], random: Random, depth: int) -> Any:
    """A value that `schema` may accept, if nothing in it contradicts what was chosen first."""
    if random.random() < 0.04:
        return random.choice(SCALARS)
    rules = _merged(schema, document, random, 6)
    if "const" in rules:
        return rules["const"]
    if rules.get("enum"):
        return random.choice(rules["enum"])
    types = rules.get("type") or [_type_spoken_of(rules, random)]
    kind = random.choice([types] if isinstance(types, str) else types)
    if kind in ("array", "object") and depth <= 0:
        return [] if kind == "array" else {}
    match kind:
        case "null":
            return None
        case "boolean":
            return random.random() < 0.5
        case "integer" | "number":
            return _number(rules, random, kind)
        case "string":
            length = _length(rules, random, "Length")
            return random.choice(["a" * length, "b" * length, ("ab" * length)[:length], "ab"])
        case "array":
            return _array(rules, document, random, depth)
        case _:
            return _object(rules, document, random, depth)


def _merged(schema: Schema, document: dict[str, Schema], random: Random, depth: int) -> dict[str, Any]:
    """The rules of a schema with those of what it refers to and of some branches, roughly."""
    if not isinstance(schema, dict):
        return {}
    rules = dict(schema)
    inner = list(schema.get("allOf", []))
    for keyword in ("anyOf", "oneOf"):
        inner += random.sample(schema.get(keyword, []), 1) if keyword in schema else []
    if "$ref" in schema:
        inner.append(document.get("$defs", {}).get(schema["$ref"].rpartition("/")[2]))
    if "if" in schema:
        inner += random.choice([[schema["if"], schema.get("then")], [schema.get("else")]])
    for one in inner if depth > 0 else ():
        for keyword, value in _merged(one, document, random, depth - 1).items():
            if isinstance(value, dict) and isinstance(rules.get(keyword), dict):
                rules[keyword] = {**value, **rules[keyword]}
            elif keyword == "required":
                rules[keyword] = [*rules.get(keyword, ()), *value]
            else:
                rules.setdefault(keyword, value)
    return rules


def _type_spoken_of(rules: dict[str, Any], random: Random) -> str:
    spoken = [topic for topic, keywords in KEYWORDS.items() if topic != "any" and rules.keys() & {*keywords}]
    return random.choice([*spoken, *spoken, *spoken, random.choice(TYPES)])


def _number(rules: dict[str, Any], random: Random, kind: str) -> float:
    limits = [rules[word] for word in KEYWORDS["number"] if word in rules] or [0, 1, 3]
    value = random.choice(limits) + random.choice([-1, 0, 0, 1, 2])
    return value if kind == "integer" and value == int(value) else value + random.choice([0, 0, 0.5])


def _length(rules: dict[str, Any], random: Random, what: str) -> int:
    limits = [rules[word] for word in (f"min{what}", f"max{what}") if word in rules]
    return max(0, random.choice([*limits, *limits, 0, 1, 2, 3]) + random.choice([0, 0, 0, 1, -1]))


def _array(rules: dict[str, Any], document: dict[str, Schema], random: Random, depth: int) -> list[Any]:
    prefix = rules.get("prefixItems", [])
    others = [rules[word] for word in ("items", "unevaluatedItems", "contains") if word in rules] or [True]
    length = random.choice([_length(rules, random, "Items"), len(prefix), rules.get("minContains", 1)])
    return [
        near(prefix[index] if index < len(prefix) else random.choice(others), document, random, depth - 1)
        for index in range(min(length, 4))
    ]


def _object(rules: dict[str, Any], document: dict[str, Schema], random: Random, depth: int) -> dict[str, Any]:
    properties = rules.get("properties", {})
    others = [value for word, value in rules.items() if word.endswith("Properties") and word[0] in "au"]
    others += rules.get("patternProperties", {}).values()
    found: dict[str, Any] = {}
    for name in dict.fromkeys([*rules.get("required", ()), *properties, *NAMES]):
        chance = 0.95 if name in rules.get("required", ()) else 0.5 if name in properties else 0.25
        if random.random() < chance:
            schema = properties[name] if name in properties else random.choice([*others, True])
            found[name] = near(schema, document, random, depth - 1)
    return found
