"""Reading a schema: what a comparison relies on is checked here, once, and with the place of what is wrong.

Understood is all of JSON Schema 2020-12 but for references that are only known at run time (`$dynamicRef`)
and references to other files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urldefrag, urljoin

from crucible_train.result import Err, Ok, Result
from crucible_train.schema.compatibility.in_place import endless_reference
from crucible_train.schema.compatibility.json_values import MAX_DEPTH, TYPES, is_json
from crucible_train.schema.compatibility.nodes import (
    CHECKED_BY,
    DEFINITIONS,
    MANY,
    NAMED,
    NUMERIC,
    ONE,
    SchemaDocument,
    below,
    places,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MAX_SCHEMA_DEPTH = 1_000

_NOT_UNDERSTOOD = {
    "$dynamicRef": "a reference that is only known at run time is not followed",
    "$recursiveRef": "it is of an older draft; 2020-12 has no such keyword",
    "dependencies": "it is of an older draft; write `dependentRequired` or `dependentSchemas`",
    "additionalItems": "it is of an older draft; write `prefixItems` and `items`",
}


class SchemaProblem(NamedTuple):
    """Why a schema cannot be compared."""

    pointer: str
    """JSON pointer of what is wrong."""
    message: str

    def __str__(self) -> str:
        return f"#{self.pointer}: {self.message}"


class _Reference(NamedTuple):
    pointer: str
    base: str
    uri: str


def read_schema(data: Mapping[str, Any]) -> Result[SchemaDocument, SchemaProblem]:
    """`data` as nodes. `Err` where it is no schema of 2020-12, or a reference leads nowhere or round."""
    reader = _Reader(data)
    problem = reader.walk("", data, "")
    targets: dict[str, tuple[str, Any]] = {}
    while problem is None and reader.references:
        reference = reader.references.pop()
        match reader.resolve(reference):
            case Ok((pointer, value, base)):
                targets[reference.pointer] = (pointer, value)
                problem = reader.walk(pointer, value, base)
            case Err(message):
                problem = SchemaProblem(below(reference.pointer, "$ref"), message)
    if problem is not None:
        return Err(problem)
    document = SchemaDocument(data, targets)
    circle = endless_reference(reader.seen_in(document))
    if circle is not None:
        return Err(SchemaProblem(circle.pointer, "refers to itself without going into the value: no end"))
    return Ok(document)


class _Reader:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.references: list[_Reference] = []
        self._seen: dict[str, Any] = {}
        self._resources: dict[str, str] = {"": ""}
        self._anchors: dict[tuple[str, str], str] = {}

    def walk(self, pointer: str, value: Any, base: str) -> SchemaProblem | None:
        """Check a schema and all inside it, note what can be referred to, and collect the references."""
        waiting = [(pointer, value, base, 0)]
        for pointer, value, outer, depth in waiting:  # grows as it goes
            if pointer in self._seen or isinstance(value, bool):
                continue
            if depth > _MAX_SCHEMA_DEPTH:
                return SchemaProblem(pointer, f"schemas are nested more than {_MAX_SCHEMA_DEPTH} levels deep")
            self._seen[pointer] = value
            if not isinstance(value, Mapping):
                return SchemaProblem(pointer, "a schema is an object, true or false")
            schema = cast("Mapping[str, Any]", value)
            problem = _problem(pointer, schema)
            if problem is not None:
                return problem
            base = self._named(pointer, schema, outer)
            if "$ref" in schema:
                self.references.append(_Reference(pointer, base, schema["$ref"]))
            waiting += ((below(pointer, *steps), inner, base, depth + 1) for steps, inner in places(schema))
        return None

    def _named(self, pointer: str, schema: Mapping[str, Any], base: str) -> str:
        if "$id" in schema:
            base = _join(base, schema["$id"])
            self._resources[base] = pointer
        for keyword in ("$anchor", "$dynamicAnchor"):
            if keyword in schema:
                self._anchors[base, schema[keyword]] = pointer
        return base

    def resolve(self, reference: _Reference) -> Result[tuple[str, Any, str], str]:
        """Where a reference leads: the pointer, what is there, and the base URI there."""
        base, fragment = urldefrag(_join(reference.base, reference.uri, keep_fragment=True))
        fragment = unquote(fragment)
        if base not in self._resources:
            return Err(f"`{reference.uri}` is another file; only references inside one file are followed")
        if fragment and not fragment.startswith("/"):
            pointer = self._anchors.get((base, fragment))
        else:
            pointer = self._resources[base] + fragment
        found = None if pointer is None else _lookup(self.data, pointer)
        return Err(f"`{reference.uri}` leads nowhere") if found is None else Ok((*found, base))

    def seen_in(self, document: SchemaDocument) -> list[Any]:
        """The nodes that have been walked."""
        return [document.at(pointer, value) for pointer, value in self._seen.items()]


def _join(base: str, uri: str, *, keep_fragment: bool = False) -> str:
    # urljoin forgets the base where its scheme (urn:) has no paths
    joined = base + uri if uri.startswith("#") else urljoin(base, uri)
    return joined if keep_fragment else urldefrag(joined).url


def _lookup(data: Any, pointer: str) -> tuple[str, Any] | None:
    """What is at a JSON pointer, after the pointer as this module writes it, or None where nothing is."""
    steps: list[str] = []
    for part in pointer.split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, Mapping) and step in data:
            data = cast("Mapping[str, Any]", data)[step]
        elif isinstance(data, list) and step in map(str, range(len(cast("list[Any]", data)))):
            data = cast("list[Any]", data)[int(step)]
        else:
            return None
        steps.append(step)
    return below("", *steps), data


def _problem(pointer: str, schema: Mapping[str, Any]) -> SchemaProblem | None:
    for keyword, value in schema.items():
        at = below(pointer, keyword)
        if keyword in _NOT_UNDERSTOOD:
            return SchemaProblem(at, f"`{keyword}` is not understood: {_NOT_UNDERSTOOD[keyword]}")
        if keyword == "$schema" and str(value).removesuffix("#") != DIALECT:
            return SchemaProblem(at, f"the dialect is not understood: {value!r} is not {DIALECT}")
        if keyword in ONE:
            continue  # a schema: checked when its turn comes
        is_right, expected = _EXPECTED.get(keyword, (is_json, f"JSON, at most {MAX_DEPTH} levels deep"))
        if not is_right(value):
            return SchemaProblem(at, f"`{keyword}` must be {expected}")
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_json(value)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(cast("list[Any]", value))


def _is_values(value: Any) -> bool:
    return isinstance(value, list) and is_json(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[Any]", value))


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) for name in cast("Mapping[Any, Any]", value)
    )


def _is_texts_by_name(value: Any) -> bool:
    return _is_object(value) and all(_is_texts(item) for item in value.values())


def _is_types(value: Any) -> bool:
    return (
        value in TYPES if isinstance(value, str) else _is_list(value) and all(map(TYPES.__contains__, value))
    )


_Check = tuple[Callable[[Any], bool], str]
_TEXT: _Check = (_is_text, "text")
_COUNT: _Check = (_is_count, "a whole number of at least 0")
_EXPECTED: dict[str, _Check] = {
    **dict.fromkeys(("$id", "$ref", "$anchor", "$dynamicAnchor", "pattern", "format"), _TEXT),
    **dict.fromkeys(NUMERIC, (_is_number, "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    **{f"{bound}{what}": _COUNT for bound in ("min", "max") for what in ("Length", "Items", "Properties")},
    **{f"{bound}Contains": _COUNT for bound in ("min", "max")},
    "uniqueItems": (_is_flag, "true or false"),
    "type": (_is_types, f"one or several of {', '.join(TYPES)}"),
    "enum": (_is_values, f"a list of values, at most {MAX_DEPTH} levels deep"),
    "required": (_is_texts, "a list of names"),
    CHECKED_BY: (_is_texts, "a list of codes"),
    "dependentRequired": (_is_texts_by_name, "lists of names by name"),
    **dict.fromkeys(MANY, (_is_list, "a list of schemas, not empty")),
    **dict.fromkeys((*NAMED, *DEFINITIONS), (_is_object, "schemas by name")),
}
"""What each keyword must hold, as far as the comparison reads it."""
