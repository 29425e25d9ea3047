"""A schema as nodes: each subschema of a document, once, with its JSON pointer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

Step: TypeAlias = str | int

ONE = (
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "unevaluatedItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
)
"""Keywords that hold a schema."""
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords that hold a list of schemas."""
NAMED = ("properties", "patternProperties", "dependentSchemas")
"""Keywords that hold schemas by name."""
DEFINITIONS = ("$defs", "definitions")
NUMERIC = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
TEXTUAL = ("minLength", "maxLength", "pattern", "format")
CHECKED_BY = "x-crucible-checked-by"
"""Codes of the rules that the model has and a schema cannot say."""
DATA = (
    *("type", "enum", "const", *NUMERIC, *TEXTUAL, CHECKED_BY),
    *("required", "dependentRequired", "minProperties", "maxProperties"),
    *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
)
"""Keywords that refuse values and hold no schema."""
ASSERTIONS = frozenset({"$ref", *DATA, *ONE, *MANY, *NAMED})
"""Keywords that refuse values. All others are annotations (2020-12 Core, 7.7 and 10.3)."""


class Node:
    """A subschema. Two nodes are the same object where they are the same place of the same document."""

    __slots__ = ("_children", "_many", "_named", "document", "keywords", "pointer", "types", "value")

    def __init__(
        self,
        value: Any,
        pointer: str,
        document: SchemaDocument,
        children: Mapping[tuple[Step, ...], Node] | None = None,
    ) -> None:
        self.value: bool | Mapping[str, Any] = value
        self.keywords: Mapping[str, Any] = {} if isinstance(value, bool) else value
        self.pointer = pointer
        self.document = document
        self.types: frozenset[str] | None = None
        """What `possible_types` found, once it has been asked."""
        self._children = dict(children or {})
        self._many: dict[str, tuple[Node, ...]] = {}
        self._named: dict[str, dict[str, Node]] = {}

    def __repr__(self) -> str:
        return f"Node({self.pointer!r})"

    def one(self, keyword: str) -> Node:
        """The schema that a keyword of `ONE` holds; true where there is none."""
        return self._child(keyword) if keyword in self.keywords else self.document.anything

    def many(self, keyword: str) -> tuple[Node, ...]:
        """The schemas that a keyword of `MANY` holds."""
        if keyword not in self.keywords:
            return ()
        if keyword not in self._many:
            indices = range(len(self.keywords[keyword]))
            self._many[keyword] = tuple(self._child(keyword, index) for index in indices)
        return self._many[keyword]

    def named(self, keyword: str) -> dict[str, Node]:
        """The schemas that a keyword of `NAMED` holds."""
        if keyword not in self._named:
            names = self.keywords.get(keyword, ())
            self._named[keyword] = {name: self._child(keyword, name) for name in names}
        return self._named[keyword]

    def target(self) -> Node:
        """What `$ref` refers to."""
        return self.document.target(self.pointer)

    def says(self, keyword: str) -> str:
        """The pointer of one of its keywords."""
        return below(self.pointer, keyword)

    def _child(self, *steps: Step) -> Node:
        if steps not in self._children:
            value: Any = self.keywords
            for step in steps:
                value = value[step]
            self._children[steps] = self.document.at(below(self.pointer, *steps), value)
        return self._children[steps]


class SchemaDocument:
    """One schema, read and checked: every reference in it leads somewhere."""

    def __init__(self, data: Mapping[str, Any], targets: Mapping[str, tuple[str, Any]]) -> None:
        self._nodes: dict[str, Node] = {}
        self._targets = targets
        self.anything = Node(True, "", self)
        self.root = self.at("", data)

    def at(self, pointer: str, value: Any) -> Node:
        """The node of a place, which holds `value`."""
        if pointer not in self._nodes:
            self._nodes[pointer] = Node(value, pointer, self)
        return self._nodes[pointer]

    def target(self, pointer: str) -> Node:
        """What the `$ref` of the node at `pointer` refers to."""
        return self.at(*self._targets[pointer])


def below(pointer: str, *steps: Step) -> str:
    """The JSON pointer of something inside (RFC 6901, 3)."""
    return pointer + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def definition_name(node: Node) -> str | None:
    """The name of the definition that `node` is, if it is one."""
    holder, _, name = node.pointer.rpartition("/")
    return name if holder.rpartition("/")[2] in DEFINITIONS else None


def places(value: Mapping[str, Any]) -> list[tuple[tuple[Step, ...], Any]]:
    """Where a schema object holds schemas, and what is there."""
    found: list[tuple[tuple[Step, ...], Any]] = [((word,), value[word]) for word in ONE if word in value]
    for keyword in MANY:
        found += (((keyword, index), item) for index, item in enumerate(_list(value.get(keyword))))
    for keyword in (*NAMED, *DEFINITIONS):
        found += (((keyword, name), item) for name, item in _object(value.get(keyword)).items())
    return found


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
