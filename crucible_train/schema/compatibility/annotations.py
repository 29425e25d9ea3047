"""What is said about a schema and does not bear on what it accepts: descriptions, examples, defaults.

Places of the old and the new schema are matched by name. A default is more than a remark: a document that
leaves the property out means it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crucible_train.schema.compatibility.changes import Change, ChangeKind
from crucible_train.schema.compatibility.conjunction import Conjunction, Conjunctions
from crucible_train.schema.compatibility.describe import names_of
from crucible_train.schema.compatibility.json_values import key, shown
from crucible_train.schema.compatibility.nodes import ASSERTIONS, DEFINITIONS, ONE, Node
from crucible_train.schema.compatibility.possible import possible_types
from crucible_train.schema.compatibility.sameness import Sameness

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = frozenset({"$schema", "$anchor", "$dynamicAnchor", "$vocabulary", *DEFINITIONS})
"""What a schema is called by inside its own file: renaming is no change."""


MAX_PAIRS = 100_000
"""So many pairs of places are compared. Schemas that people write have some hundred."""


class _Pair(NamedTuple):
    old: Conjunction
    new: Conjunction
    is_always_there: bool
    """Whether every old document writes the value, so that no default stands for it."""


def annotation_changes(old: Node, new: Node) -> list[Change]:
    """The changes of annotations, and of defaults."""
    sameness = Sameness()
    conjunctions = Conjunctions()
    start = _Pair(conjunctions.of([old]), conjunctions.of([new]), True)
    pairs: dict[_Pair, None] = {start: None}
    found: list[Change] = []
    waiting = [start]
    for pair in waiting:  # grows as it goes
        if len(pairs) > MAX_PAIRS:
            said = "too much to compare: a `default` may be another one"
            return [*found, Change(ChangeKind.BREAKING, "", said)]
        found += _changes(pair)
        for inner in _inside(pair, sameness):
            if inner not in pairs:
                pairs[inner] = None
                waiting.append(inner)
    return found


def _changes(pair: _Pair) -> Iterator[Change]:
    keywords = [word for one in (pair.old, pair.new) for node in one.nodes for word in node.keywords]
    for keyword in dict.fromkeys(keywords):
        if keyword in ASSERTIONS or keyword in _NAMES:
            continue
        before = [node for node in pair.old.nodes if keyword in node.keywords]
        after = [node for node in pair.new.nodes if keyword in node.keywords]
        if keyword == "default":
            before, after = before[:1], after[:1]  # the outermost is the one that counts
        yield from _change(keyword, before, after, pair)


def _change(keyword: str, before: list[Node], after: list[Node], pair: _Pair) -> Iterator[Change]:
    said = [[key(node.keywords[keyword]) for node in nodes] for nodes in (before, after)]
    if said[0] == said[1]:
        return
    differing = [node for node in after if key(node.keywords[keyword]) not in said[0]]
    place = (differing or after or before)[0].says(keyword)
    if keyword == "default" and not pair.is_always_there:
        yield _default(before, after, place)
    elif keyword == "deprecated":
        is_new = any(node.keywords[keyword] for node in after)
        yield Change(ChangeKind.COSMETIC, place, "deprecated now" if is_new else "no longer deprecated")
    else:
        how = "changed" if before and after else "is new" if after else "is gone"
        yield Change(ChangeKind.COSMETIC, place, f"`{keyword}` {how}")


def _default(before: list[Node], after: list[Node], place: str) -> Change:
    values = [shown(node.keywords["default"]) for node in (*before, *after)]
    if not before:
        return Change(ChangeKind.COMPATIBLE, place, f"`default` is {values[0]} now")
    how = f"was {values[0]}, is {values[1]}" if after else f"is gone; it was {values[0]}"
    return Change(ChangeKind.BREAKING, place, f"`default` {how}: to leave the value out means something else")


def _inside(pair: _Pair, sameness: Sameness) -> Iterator[_Pair]:
    old, new = pair.old, pair.new
    for name in old.names:
        if name in new.names:
            is_there = name in old.required
            yield _Pair(_named(old, "properties", name), _named(new, "properties", name), is_there)
    matched: list[tuple[Conjunction, Conjunction]] = []
    for keyword in ("patternProperties", "dependentSchemas"):
        names = {name: None for node in old.nodes for name in node.named(keyword)}
        matched += ((_named(old, keyword, name), _named(new, keyword, name)) for name in names)
    matched += ((_held(old, keyword), _held(new, keyword)) for keyword in ONE)
    indices = range(min(old.num_described_items, new.num_described_items))
    matched += ((_at(old, index), _at(new, index)) for index in indices)
    yield from (_Pair(*both, True) for both in matched if both[0].nodes and both[1].nodes)
    yield from _branches(pair, sameness)


def _named(known: Conjunction, keyword: str, name: str) -> Conjunction:
    return known.of(node.named(keyword)[name] for node in known.nodes if name in node.named(keyword))


def _held(known: Conjunction, keyword: str) -> Conjunction:
    return known.of(node.one(keyword) for node in known.nodes if keyword in node.keywords)


def _at(known: Conjunction, index: int) -> Conjunction:
    lists = [node.many("prefixItems") for node in known.nodes]
    return known.of(nodes[index] for nodes in lists if index < len(nodes))


def _branches(pair: _Pair, sameness: Sameness) -> Iterator[_Pair]:
    """The branches of unions that are most alike, each at most once."""
    before, after = _all_branches(pair.old), _all_branches(pair.new)
    for is_alike in (sameness.same, _same_name, _same_types):
        for old in list(before):
            new = next((one for one in after if is_alike(old, one)), None)
            if new is not None:
                before.remove(old)
                after.remove(new)
                yield _Pair(pair.old.of([old]), pair.old.of([new]), pair.is_always_there)


def _all_branches(known: Conjunction) -> list[Node]:
    return [one for node in known.nodes for keyword in ("anyOf", "oneOf") for one in node.many(keyword)]


def _same_name(old: Node, new: Node) -> bool:
    return bool(names_of([old])) and names_of([old])[0] in names_of([new])[:1]


def _same_types(old: Node, new: Node) -> bool:
    return possible_types(old) == possible_types(new)
