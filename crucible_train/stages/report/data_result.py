"""The report about a data set, in the words of people who train models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crucible_train.stages.report.json_blocks import blocks_of
from crucible_train.stages.report.tree import Block, Facts, Table
from crucible_train.stages.report.wording import in_words, name_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECOGNISED_BY = ("accepted", "dataset", "notes")

_FINDING = ("num_records", "share", "counts")
"""What a finding has; `examples` of it are shown further below."""


def is_data_result(output: Mapping[str, Any]) -> bool:
    """Whether it is the report about a data set."""
    return all(key in output for key in _RECOGNISED_BY) and isinstance(output["dataset"], Mapping)


def data_in_short(output: Mapping[str, Any]) -> str:
    """How many records, and what was found, in one line."""
    found = [f"{in_words(one['num_records'])} {name}" for name, one in _found(output)]
    records = f"{in_words(output['dataset'].get('num_records'))} records"
    return f"{records}: {', '.join(found) or 'nothing found'}{'' if output['accepted'] else '; rejected'}"


def data_blocks(output: Mapping[str, Any]) -> tuple[Block, ...]:
    """The findings as a table, and below it whatever else is in the report."""
    rows = tuple(
        (name, in_words(one["num_records"]), f"{one['share']:.1%}", _kinds(one["counts"]))
        for name, one in _findings((), output)
    )
    table = (Table(("finding", "records", "share", "kinds"), rows, frozenset({1, 2})),) if rows else ()
    return (Facts((("accepted", in_words(output["accepted"])),)), *table, *blocks_of(_rest(output)))


def data_warnings(output: Mapping[str, Any]) -> Iterator[str]:
    """What was found, and what could not be measured."""
    for name, one in _found(output):
        noun = "record" if one["num_records"] == 1 else "records"
        yield f"{name}: {in_words(one['num_records'])} {noun} ({one['share']:.1%})"
    notes: object = output["notes"]
    yield from (in_words(note) for note in cast("list[Any]", notes)) if isinstance(notes, list) else ()


def _found(output: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, one) for name, one in _findings((), output) if one["num_records"])


def _findings(above: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in values.items():
        title = name_in_words(*above, name)
        if _is_finding(value):
            yield title, value
        elif isinstance(value, Mapping):
            yield from _findings((*above, name), cast("Mapping[str, Any]", value))


def _is_finding(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    one = cast("Mapping[str, Any]", value)
    return isinstance(one.get("share"), int | float) and all(key in one for key in _FINDING)


def _rest(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without what the table of findings says, and without what is not there."""
    rest: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            kept = {key: item for key, item in inner.items() if not (_is_finding(inner) and key in _FINDING)}
            rest[name] = _rest(kept)
        elif name != "accepted" and value not in (None, []):
            rest[name] = value
    return {name: value for name, value in rest.items() if value != {}}


def _kinds(counts: Any) -> str:
    if not isinstance(counts, Mapping):
        return in_words(counts)
    return ", ".join(f"{name} {in_words(count)}" for name, count in cast("Mapping[str, Any]", counts).items())
