"""Any JSON mapping as blocks: what a stage nobody knows put out is shown too, and nothing of it dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from crucible_train.stages.report.tree import Block, Facts, Group, Paragraph, Table
from crucible_train.stages.report.wording import in_words, name_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Path: TypeAlias = tuple[str, ...]
"""Keys, from the outermost one in."""

MAX_COLUMNS = 8
"""Mappings with more keys than this are listed one value below the other, and not in a table."""

MAX_WORD = 40
"""Longest text that counts as a word."""

MAX_ROWS = 100
"""Rows shown of a table; the JSON form has all."""


def blocks_of(values: Mapping[str, Any]) -> tuple[Block, ...]:
    """Single values as facts, those of inner mappings too; mappings of one shape as tables."""
    facts = tuple((name_in_words(*path), in_words(value)) for path, value in _single((), values))
    blocks: list[Block] = [Facts(facts)] if facts else []
    for path, rows in _alike((), values):
        blocks += (Group(name_in_words(*path), _table(rows)),) if path else _table(rows)
    return tuple(blocks)


def facts_in_short(values: Mapping[str, Any]) -> str:
    """The first few single numbers and words, in one line."""
    found = [
        f"{name_in_words(name)} {in_words(value)}"
        for name, value in values.items()
        if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_WORD)
    ]
    return ", ".join(found[:4])


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: frozenset[int] = frozenset()
) -> tuple[Block, ...]:
    """A table, and how many rows of it are not shown."""
    shown = Table(tuple(columns), tuple(tuple(row) for row in rows[:MAX_ROWS]), numeric)
    if len(rows) <= MAX_ROWS:
        return (shown,)
    return (shown, Paragraph(f"{len(rows) - MAX_ROWS:,} more rows: the JSON form has all of them."))


def _single(above: Path, values: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every value that is in no table, and where it is."""
    of_one_shape = _of_one_shape(values)
    for name, value in values.items():
        if name in of_one_shape or _is_table(value):
            continue
        if isinstance(value, Mapping) and value:
            yield from _single((*above, name), cast("Mapping[str, Any]", value))
        else:
            yield (*above, name), value


def _alike(above: Path, values: Mapping[str, Any]) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Lists of mappings, and inner mappings of one shape, and where they are."""
    of_one_shape = _of_one_shape(values)
    if of_one_shape:
        yield above, [{"": name_in_words(name), **values[name]} for name in of_one_shape]
    for name, value in values.items():
        if _is_table(value):
            yield (*above, name), cast("list[dict[str, Any]]", value)
        elif isinstance(value, Mapping) and name not in of_one_shape:
            yield from _alike((*above, name), cast("Mapping[str, Any]", value))


def _is_table(value: Any) -> bool:
    """Whether it is a list of mappings, with something in it."""
    if not isinstance(value, list) or not value:
        return False
    return all(
        isinstance(item, dict) and len(cast("dict[str, Any]", item)) > 0
        for item in cast("list[object]", value)
    )


def _of_one_shape(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of inner mappings of numbers, if there are several and all have the same keys."""
    inner = {name: cast("dict[str, Any]", value) for name, value in values.items() if isinstance(value, dict)}
    shapes = {frozenset(value) for value in inner.values()}
    numbers = all(key and _is_number(item) for value in inner.values() for key, item in value.items())
    return tuple(inner) if len(inner) > 1 and len(shapes) == 1 and shapes != {frozenset()} and numbers else ()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _table(rows: list[dict[str, Any]]) -> tuple[Block, ...]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if len(columns) > MAX_COLUMNS:
        return table(("value",), [[in_words(row)] for row in rows])
    numeric = frozenset(
        index
        for index, key in enumerate(columns)
        if all(row.get(key) is None or _is_number(row[key]) for row in rows)
    )
    cells = [[in_words(row[key]) if key in row else "" for key in columns] for row in rows]
    return table([name_in_words(key) for key in columns], cells, numeric)
