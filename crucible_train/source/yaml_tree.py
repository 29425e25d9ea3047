"""YAML events to data and places, in one pass over the events.

libyaml's own composer recurses in C and can be made to overflow the stack, so nothing is composed there:
depth, nodes and aliases are counted on the events, before anything is built from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from crucible_train.diagnostics import Loc, Severity
from crucible_train.source.budget import (
    BUDGET_HINT,
    DEEP_MESSAGE,
    MANY_MESSAGE,
    MAX_ALIASES,
    MAX_DEPTH,
    MAX_NODES,
)
from crucible_train.source.findings import Findings, shown
from crucible_train.source.odd import DROPPED, Odd
from crucible_train.source.positions import Branch, Extent, Place
from crucible_train.source.yaml_merge import merge
from crucible_train.source.yaml_scalars import SUSPECT_FIRST, is_text, resolve_plain
from crucible_train.source.yaml_tags import check_collection, resolve_tagged

if TYPE_CHECKING:
    from collections.abc import Callable

Event: TypeAlias = Any
"""An event of PyYAML; its classes leave their attributes untyped."""

_SUSPECT_FIRST_OF_KEY = SUSPECT_FIRST | {"<"}


_Role: TypeAlias = Literal["keep", "drop", "merge"]


class _Anchored:
    """What an alias stands for. `num_nodes` counts it with its own aliases written out."""

    __slots__ = ("height", "num_nodes", "place", "value")

    def __init__(self, value: Any, place: Place, num_nodes: int, height: int) -> None:
        self.value = value
        self.place = place
        self.num_nodes = num_nodes
        self.height = height


def extent_of(event: Event) -> Extent:
    """Where `event` is in the text, in code points."""
    return event.start_mark.index, event.end_mark.index


class TreeBuilder:
    """Builds one document from the events that `next_event` returns."""

    __slots__ = ("_anchors", "_deepest", "_findings", "_last", "_next", "_num_aliases", "_num_nodes")

    def __init__(self, next_event: Callable[[], Event], findings: Findings) -> None:
        self._next = next_event
        self._findings = findings
        self._anchors: dict[str, _Anchored | Event] = {}
        self._num_nodes = 1
        self._num_aliases = 0
        self._deepest = 0
        self._last: Event = None

    @property
    def end(self) -> int:
        """The offset after the last node built."""
        return self._last.end_mark.index

    def node(self, event: Event, loc: Loc = (), depth: int = 0) -> tuple[Any, Place]:
        """The value and place of the node that starts with `event`; the value `DROPPED` after an error.

        `depth` is the number of mappings and lists around it. Raises `BrokenTextError` over budget, and
        `yaml.YAMLError` where the text is not well-formed.
        """
        kind = event.__class__
        if kind is AliasEvent:
            value, place = self._alias(event, loc, depth)
            self._last = event
            return value, place
        if kind is ScalarEvent:
            value = self._scalar(event, loc)
            self._last = event
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, event, 1, 0)
            return value, event
        if event.anchor is not None:
            return self._anchored_collection(event, loc, depth)
        return self._collection(event, loc, depth)

    def _collection(self, start: Event, loc: Loc, depth: int) -> tuple[Any, Place]:
        if depth >= MAX_DEPTH:
            self._findings.stop("CRU006", DEEP_MESSAGE, extent_of(start), loc, BUDGET_HINT)
        if depth >= self._deepest:
            self._deepest = depth + 1
        build = self._mapping if start.__class__ is MappingStartEvent else self._sequence
        value, place = build(start, loc, depth + 1)
        if start.tag is not None:
            odd = check_collection(start.tag, value)
            if odd is not None:
                return self._report(odd, extent_of(start), loc), place
        return value, place

    def _anchored_collection(self, start: Event, loc: Loc, depth: int) -> tuple[Any, Place]:
        anchor: str = start.anchor
        nodes_before, deepest_before = self._num_nodes, self._deepest
        self._deepest = depth
        self._anchors[anchor] = start
        value, place = self._collection(start, loc, depth)
        if self._anchors[anchor] is start:  # else the name was given again inside, and that one is the latest
            num_nodes = self._num_nodes - nodes_before + 1
            self._anchors[anchor] = _Anchored(value, place, num_nodes, self._deepest - depth)
        self._deepest = max(self._deepest, deepest_before)
        return value, place

    def _mapping(self, start: Event, loc: Loc, depth: int) -> tuple[dict[str, Any], Branch]:
        next_event = self._next
        data: dict[str, Any] = {}
        places: dict[str, tuple[Event, Place]] = {}
        merged: tuple[Any, Place] | None = None
        last = start
        key_event = next_event()
        while key_event.__class__ is not MappingEndEvent:
            self._num_nodes += 2
            if self._num_nodes > MAX_NODES:
                self._too_many_nodes(key_event, loc)

            role: _Role = "keep"
            if key_event.__class__ is ScalarEvent and key_event.tag is None and key_event.anchor is None:
                key: str = key_event.value
                if not key_event.style and key[:1] in _SUSPECT_FIRST_OF_KEY:
                    role = self._role(key, key_event, loc)
            else:
                key, role = self._uncommon_key(key_event, loc, depth)

            event = next_event()
            if event.__class__ is ScalarEvent and event.tag is None and event.anchor is None:
                value = event.value
                if not event.style and value[:1] in SUSPECT_FIRST:
                    value = resolve_plain(value)
                    if value.__class__ is Odd:
                        value = self._report(value, extent_of(event), (*loc, key))
                place = last = event
            else:
                value, place = self.node(event, (*loc, key), depth)
                last = self._last

            if key in places:
                self._duplicate(key, key_event, places[key][0], loc)
            else:
                places[key] = key_event, place
                if value is not DROPPED:
                    if role == "keep":
                        data[key] = value
                    elif role == "merge":
                        merged = value, place
            key_event = next_event()

        if merged is not None and not merge(data, places, *merged):
            message = "`<<` merges a mapping or a list of mappings, and this is neither"
            extent = extent_of(places["<<"][0])
            self._findings.add("CRU011", message, extent, (*loc, "<<"), "write `<<: *name`")
        self._last = key_event if start.flow_style else last
        return data, Branch(start, self._last, places)

    def _sequence(self, start: Event, loc: Loc, depth: int) -> tuple[list[Any], Branch]:
        next_event = self._next
        items: list[Any] = []
        places: list[Place] = []
        index = 0
        last = start
        event = next_event()
        while event.__class__ is not SequenceEndEvent:
            self._num_nodes += 1
            if self._num_nodes > MAX_NODES:
                self._too_many_nodes(event, loc)
            value, place = self.node(event, (*loc, index), depth)
            last = self._last
            if value is not DROPPED:
                items.append(value)
                places.append(place)
            index += 1
            event = next_event()
        self._last = event if start.flow_style else last
        return items, Branch(start, self._last, places)

    def _scalar(self, event: Event, loc: Loc) -> Any:
        value = event.value
        if event.tag is not None:
            value = resolve_tagged(event.tag, value)
        elif not event.style and value[:1] in SUSPECT_FIRST:
            value = resolve_plain(value)
        return self._report(value, extent_of(event), loc) if isinstance(value, Odd) else value

    def _role(self, key: str, event: Event, loc: Loc) -> _Role:
        if key == "<<":
            return "merge"
        return "keep" if is_text(key) else self._not_text(key, extent_of(event), loc)

    def _uncommon_key(self, event: Event, loc: Loc, depth: int) -> tuple[str, _Role]:
        """A key that is an alias, has a tag or an anchor, or is a mapping or list."""
        start = event.start_mark.index
        if event.__class__ is ScalarEvent and event.tag is None and event.anchor is not None:
            # A key is no value: the words that YAML 1.1 readers take for booleans are fine there.
            role = "keep" if event.style else self._role(event.value, event, loc)
            value = event.value if event.style else resolve_plain(event.value)
            value = value.value if isinstance(value, Odd) else value
            self._anchors[event.anchor] = _Anchored(value, event, 1, 0)
            return event.value, role
        value, _ = self.node(event, loc, depth)
        if isinstance(value, str):
            return value, "keep"
        end = self._last.end_mark.index
        text = self._findings.lines.text[start:end]
        return text, "drop" if value is DROPPED else self._not_text(text, (start, end), loc)

    def _not_text(self, key: str, extent: Extent, loc: Loc) -> _Role:
        hint = f'write "{key}" in quotes' if key.isidentifier() or key.isdigit() else "put quotes around it"
        if key.startswith("{"):
            hint = "put quotes around a value that starts with {"
        self._findings.add("CRU016", f"the key {shown(key)} is not text", extent, loc, hint)
        return "drop"

    def _duplicate(self, key: str, event: Event, first: Event, loc: Loc) -> None:
        line = self._findings.lines.line(first.start_mark.index)
        message = f"duplicate key {shown(key)}: it is already on line {line}"
        self._findings.add("CRU012", message, extent_of(event), (*loc, key), "keep one of the two")

    def _alias(self, event: Event, loc: Loc, depth: int) -> tuple[Any, Place]:
        extent = extent_of(event)
        self._num_aliases += 1
        if self._num_aliases > MAX_ALIASES:
            message = f"more than {MAX_ALIASES:,} aliases"
            self._findings.stop("CRU006", message, extent, loc, BUDGET_HINT)
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            message = f"the alias {shown('*' + event.anchor)} refers to no anchor before it"
            hint = f"write {shown('&' + event.anchor)} before the value meant, or quotes around a text"
            self._findings.add("CRU011", message, extent, loc, hint)
            return DROPPED, event
        if not isinstance(anchored, _Anchored):
            message = f"the alias {shown('*' + event.anchor)} stands inside the value it refers to"
            self._findings.add("CRU017", message, extent, loc, "write the value out")
            return DROPPED, event
        self._num_nodes += anchored.num_nodes - 1
        if self._num_nodes > MAX_NODES:
            self._too_many_nodes(event, loc)
        if depth + anchored.height > MAX_DEPTH:
            self._findings.stop("CRU006", DEEP_MESSAGE, extent, loc, BUDGET_HINT)
        self._deepest = max(self._deepest, depth + anchored.height)
        return _copy(anchored.value), anchored.place

    def _too_many_nodes(self, event: Event, loc: Loc) -> None:
        self._findings.stop("CRU006", MANY_MESSAGE, extent_of(event), loc, BUDGET_HINT)

    def _report(self, odd: Odd, extent: Extent, loc: Loc) -> Any:
        severity = Severity.WARNING if odd.code == "CRU018" else Severity.ERROR
        self._findings.add(odd.code, odd.message, extent, loc, odd.hint, severity)
        return odd.value


def _copy(value: Any) -> Any:
    """A copy that shares no mapping and no list: changing one use of an alias leaves the others alone."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_copy(item) for item in cast("list[Any]", value)]
    return value
