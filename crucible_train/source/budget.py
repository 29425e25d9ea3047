"""The budgets of one spec, far above any real one: they stop bombs, not people."""

from __future__ import annotations

from typing import Any, cast

MAX_BYTES = 1024 * 1024
"""Bytes of one file."""

MAX_DEPTH = 100
"""Mappings and lists inside one another. Everything downstream recurses no deeper than this."""

MAX_NODES = 20_000
"""Keys and values, each alias counted as large as what it stands for."""

MAX_ALIASES = 1_000
"""Uses of YAML aliases."""

MAX_FILES = 32
"""Files of one spec: the file itself, and those it extends."""

MAX_DIGITS = 4_300
"""Digits of one integer: CPython's default limit for `int(text)`, kept even where it was switched off."""

MAX_BITS = 14_284
"""Bits of one integer: 2**14284 is the largest power of two of at most `MAX_DIGITS` digits."""

TOO_LARGE_MESSAGE = f"larger than {MAX_BYTES // 1024 // 1024} MiB"
DEEP_MESSAGE = f"nested more than {MAX_DEPTH} levels deep"
MANY_MESSAGE = f"more than {MAX_NODES:,} keys and values"
CHAIN_FILES_MESSAGE = f"more than {MAX_FILES} files extend one another"
CHAIN_SIZE_MESSAGE = f"with this file, the files that extend one another are {TOO_LARGE_MESSAGE}"
CHAIN_MANY_MESSAGE = f"with this file, the files that extend one another have {MANY_MESSAGE}"
BUDGET_HINT = "keep data out of the spec: refer to a data set instead"


def within_budget(data: dict[str, Any]) -> bool:
    """Whether parsed `data` keeps to `MAX_DEPTH` and `MAX_NODES`."""
    return num_nodes(data) <= MAX_NODES


def num_nodes(data: dict[str, Any]) -> int:
    """The keys and values of parsed `data`; where it is over a budget, some number above `MAX_NODES`.

    It walks level by level: no recursion.
    """
    level: list[Any] = [data]
    nodes = 1
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                children = cast("dict[str, Any]", node)
                nodes += 2 * len(children)
                below += [child for child in children.values() if isinstance(child, dict | list)]
            else:
                items = cast("list[Any]", node)
                nodes += len(items)
                below += [item for item in items if isinstance(item, dict | list)]
        if nodes > MAX_NODES or not below:
            return nodes
        level = below
    return MAX_NODES + 1
