"""Documents near the border of what a schema accepts: real ones and made ones, with mistakes in them."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tests.support.document_paths import at, paths, replaced
from tests.support.odd_values import DEEP, ODD, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.document_paths import Path

Document = dict[str, Any]


class Corpus:
    """Documents for one schema, in an order that depends on `seed` alone."""

    def __init__(self, schema: Document, originals: Iterable[Document], seed: str) -> None:
        self._random = random.Random(seed)
        self._schema = schema
        self._definitions: Document = schema.get("$defs", {})
        self._by_key: dict[str, list[Any]] = defaultdict(list)
        self._originals = list(originals)
        self._read_schema(schema)
        for document in self._originals:
            self._read(document)
        self._keys = sorted(self._by_key)
        self._parts = [part for values in self._by_key.values() for part in values]

    def documents(self, count: int) -> Iterator[Document]:
        """`count` documents, no two of them alike. Most are one mistake, or a few, from a valid one."""
        accepts = jsonschema_rs.Draft202012Validator(self._schema).is_valid
        seen: set[str] = set()
        made = [self.made() for _ in range(60)]
        valid: list[Document] = [document for document in (*self._originals, *made) if accepts(document)]
        swept = [*self._swept(valid)]
        self._random.shuffle(swept)
        waiting = [*swept[: count * 2 // 3], *self._originals, *made]
        while len(seen) < count:
            if waiting:
                found = waiting.pop()
            else:
                found = self._random.choice(valid) if valid and self._random.random() < 0.85 else self._any()
                for _ in range(self._random.choice((1, 1, 1, 2, 2, 3))):
                    found = self.mutated(found)
            text = json.dumps(found)
            if text not in seen:
                seen.add(text)
                if len(text) < 5000 and accepts(found) and (len(valid) < 50 or self._random.random() < 0.3):
                    valid.append(found)
                yield found

    def _swept(self, valid: list[Document]) -> Iterator[Document]:
        """A valid document with each value that might be wrong, at every place the schema knows of."""
        places: dict[Path, list[Any]] = defaultdict(list)
        for path, rules in self._places(self._schema, (), 0):
            places[path] += self._suggested(rules)
        for path, values in places.items():
            known = self._random.sample(values, min(len(values), 10))
            for value in (None, *known, *self._random.sample(ODD, 7)):
                yield self._placed(self._random.choice(valid), path, value)

    def _places(self, schema: Document, path: Path, refs: int) -> Iterator[tuple[Path, Document]]:
        """Every property a schema names, at every depth, with what it says of it."""
        if "$ref" in schema and refs < 4:
            definition = self._definitions[schema["$ref"].rpartition("/")[2]]
            yield from self._places(definition, path, refs + 1)
        for key, rules in schema.get("properties", {}).items():
            if isinstance(rules, dict):
                yield (*path, key), rules
                yield from self._places(rules, (*path, key), refs)
        if isinstance(schema.get("items"), dict):
            yield from self._places(schema["items"], (*path, 0), refs)
        for keyword in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(keyword, ()):
                yield from self._places(part, path, refs)
        for keyword in ("then", "else"):
            if isinstance(schema.get(keyword), dict):
                yield from self._places(schema[keyword], path, refs)

    def _placed(self, node: Any, path: Path, value: Any) -> Any:
        """`node` with `value` at `path`; what there is not on the way is made."""
        if not path:
            return value
        key, below = path[0], path[1:]
        if isinstance(key, int):
            items = node if isinstance(node, list) and node else [{}]
            return [self._placed(items[0], below, value), *items[1:]]
        held = node if isinstance(node, dict) else {}
        if below and not isinstance(held.get(key), dict | list) and self._by_key[key]:
            held = {**held, key: self._random.choice(self._by_key[key])}
        return {**held, key: self._placed(held.get(key), below, value)}

    def _any(self) -> Document:
        return (
            self._random.choice(self._originals)
            if self._originals and self._random.random() < 0.5
            else self.made()
        )

    def made(self) -> Any:
        """A document made from the schema alone."""
        return self._made(self._schema, 6)

    def mutated(self, document: Any) -> Any:
        """`document` with one thing changed."""
        path = self._random.choice(list(paths(document)))
        key = path[-1] if path else ""
        value = at(document, path)
        choice = self._random.random()
        if isinstance(value, dict) and choice < 0.55:
            return replaced(document, path, self._other_mapping(value, document))
        if isinstance(value, list) and choice < 0.5:
            return replaced(document, path, self._other_list(value))
        if choice < 0.75 and isinstance(key, str) and self._by_key.get(key):
            return replaced(document, path, self._random.choice(self._by_key[key]))
        return replaced(document, path, self._other_value(value))

    def _other_mapping(self, mapping: Document, document: Any) -> Document:
        """A mapping with a key more, less, elsewhere, or by another name."""
        present = list(mapping)
        choice = self._random.random()
        if choice < 0.4 or not present:
            key = self._key()
            return {**mapping, key: self._value(key)}
        key = self._random.choice(present)
        without = {name: value for name, value in mapping.items() if name != key}
        if choice < 0.55:
            return without
        if choice < 0.7:
            return {**without, self._key(): mapping[key]}
        if choice < 0.8:
            return {**without, self._misspelt(key): mapping[key]}
        if choice < 0.9:
            return {**mapping, self._key(): mapping[key]}
        held = [name for name in present if isinstance(mapping[name], dict)]
        if not held:
            key = self._key()
            return {**mapping, key: {key: self._value(key), self._key(): self._value(key)}}
        inner = self._random.choice(held)
        if self._random.random() < 0.5:  # a key moves out, or in
            moved = self._random.choice([*mapping[inner], inner])
            return {**mapping, moved: mapping[inner].get(moved, mapping[inner])}
        return {**mapping, inner: {**mapping[inner], key: mapping[key]}}

    def _other_list(self, values: list[Any]) -> list[Any]:
        choice = self._random.random()
        if values and choice < 0.4:
            index = self._random.randrange(len(values))
            return [*values[:index], *values[index + 1 :]]
        if values and choice < 0.6:
            return [*values, values[0]]
        return [*values, self._random.choice(self._parts)]

    def _other_value(self, value: Any) -> Any:
        choice = self._random.random()
        if type(value) in (int, float) and choice < 0.5:
            step = self._random.choice((-1, 1, -0.5, 0.5, 1e-9, 2**40))
            return self._random.choice(
                (
                    value + step,
                    -value,
                    float(max(-(10**200), min(value, 10**200))),
                    max(-1e200, min(value, 1e200)) * 1.5,
                    str(value),
                )
            )
        if isinstance(value, str) and choice < 0.4:
            return self._random.choice(
                (value[:-1], value + "x", value.upper(), f" {value}", value.title(), [value], {"name": value})
            )
        if choice < 0.9:
            return self._random.choice(ODD)
        if choice < 0.95:
            return self._random.choice(TIMES)
        return DEEP if choice > 0.998 else self._random.choice(self._parts)

    def _key(self) -> str:
        return self._random.choice(self._keys)

    def _value(self, key: str) -> Any:
        known = self._by_key[key]
        if known and self._random.random() < 0.85:
            return self._random.choice(known)
        return self._random.choice(ODD)

    def _misspelt(self, key: str) -> str:
        at = self._random.randrange(len(key) + 1)
        return self._random.choice(
            (key[:at] + key[at + 1 :], key[:at] + "x" + key[at:], key.upper(), f"{key} ")
        )

    def _read(self, node: Any) -> None:
        """Remember which values stand under which key."""
        if isinstance(node, dict):
            for key, value in node.items():
                self._by_key[key].append(value)
                self._read(value)
        elif isinstance(node, list):
            for item in node:
                self._read(item)

    def _read_schema(self, node: Any) -> None:
        """Remember every key a schema names, with values it lists or that are near its bounds."""
        if isinstance(node, dict):
            for key, rules in (node.get("properties") or {}).items():
                if isinstance(rules, dict):
                    self._by_key[key] += self._suggested(rules)
            for value in node.values():
                self._read_schema(value)
        elif isinstance(node, list):
            for item in node:
                self._read_schema(item)

    def _suggested(self, rules: Document) -> list[Any]:
        found: list[Any] = [*rules.get("enum", ()), *rules.get("examples", ())]
        found += [rules[name] for name in ("const", "default") if name in rules]
        for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if bound in rules:
                found += [rules[bound] + step for step in (-1, 0, 1, 0.5)]
        if is_time(rules):
            found += TIMES
        for part in rules.get("anyOf", ()):
            found += self._suggested(part)
        return found + [self._made(rules, 3) for _ in range(3)]

    def _made(self, schema: Any, depth: int) -> Any:
        """A value that `schema` accepts, as far as it looks."""
        pick = self._random
        if "$ref" in schema:
            return self._made(self._definitions[schema["$ref"].rpartition("/")[2]], depth)
        for choice in ("anyOf", "oneOf"):
            if choice in schema and "properties" not in schema:
                return self._made(pick.choice(schema[choice]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return pick.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._made_object(schema, depth)
            case "array":
                least = schema.get("minItems", 0)
                length = pick.randint(least, least + 2) if depth > 0 else least
                return [self._made(schema.get("items", {}), depth - 1) for _ in range(length)]
            case "string":
                return (
                    pick.choice(TIMES) if is_time(schema) else pick.choice(("a", "name", "x.jsonl", "linear"))
                )
            case "integer" | "number" as kind:
                return self._made_number(schema, whole=kind == "integer")
            case "boolean":
                return pick.random() < 0.5
            case "null":
                return None
            case _:
                return pick.choice(ODD)

    def _made_number(self, schema: Document, *, whole: bool) -> int | float:
        least = schema.get("minimum", schema.get("exclusiveMinimum", -3))
        most = schema.get("maximum", schema.get("exclusiveMaximum", least + 50))
        if whole:
            return self._random.choice((least, most, self._random.randint(least, min(most, least + 100))))
        return self._random.choice(
            (least, most, self._random.uniform(least, most), self._random.uniform(least, most))
        )

    def _made_object(self, schema: Document, depth: int) -> Document:
        rules: Document = schema.get("properties", {})
        share = self._random.choice((0.0, 0.1, 0.3, 0.8)) if depth > 0 else 0.0
        keys = {*schema.get("required", ()), *(key for key in rules if self._random.random() < share)}
        return {key: self._made(rules[key], depth - 1) for key in rules if key in keys}


def is_time(rules: Document) -> bool:
    """Whether these are the rules of a timestamp."""
    return "[Tt ]" in rules.get("pattern", "")
