"""What a data-set reference may say: to every store, and to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_ir import DatasetRef
from crucible_train import registry
from crucible_train.records import formats
from crucible_train.records.columns import OPTIONAL_COLUMNS, PARSE_OPTIONS, REQUIRED_COLUMNS
from crucible_train.records.schema import SCHEMA_TYPES
from crucible_train.schema.reference.docstring_parts import definitions, paragraphs
from crucible_train.schema.reference.markdown import code, table
from crucible_train.schema.reference.type_words import one_or_more

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_train.schema.reference.type_words import Link


def data_set_blocks(link: Link) -> list[str]:
    """What every store understands, the shapes of records, then each built-in store."""
    types = one_or_more([code(name) for name in SCHEMA_TYPES])
    reference = (
        f"`dataset_ref` and `eval_dataset_ref` are a {link(DatasetRef.__name__)}. Its `schema` gives columns "
        f"one of the types {types}; a `?` after it marks a column that may be missing. Its `options` are "
        "those of its store, and with every store:"
    )
    shapes = [
        (code(shape), _codes(REQUIRED_COLUMNS[shape]), _codes(OPTIONAL_COLUMNS[shape]))
        for shape in REQUIRED_COLUMNS
    ]
    return [
        reference,
        _options(PARSE_OPTIONS),
        "A record's shape is known by its columns:",
        table(("shape", "columns", "optional columns"), shapes),
        *(block for name in registry.BUILT_IN["dataset_store"] for block in store_blocks(name)),
    ]


def store_blocks(name: str) -> list[str]:
    """A store: what it reads, its options, the formats of its files.

    Raises `ValueError` where the options its docstring explains are not those it takes.
    """
    store: Any = registry.load("dataset_store", name).unwrap()
    explained = definitions(store)
    if explained.keys() != store.known_options:
        raise ValueError(
            f"{store.__name__} explains {sorted(explained)}, takes {sorted(store.known_options)}"
        )
    usual = ["It is the one where neither the reference (`provider`) nor the settings name another."]
    return [
        f"### The {name} store",
        *(block for block in paragraphs(store) if not block.startswith("Options:")),
        *(usual if name == registry.DEFAULT_DATASET_STORE else ()),
        "Its options:",
        _options(explained),
        *_format_blocks(name),
    ]


def _format_blocks(store: str) -> list[str]:
    if store != "files":
        return []
    held = definitions(formats)
    rows = [(code(name), _codes(endings), held[name]) for name, endings in formats.FORMATS.items()]
    return ["The formats of files:", table(("format", "endings", "holds"), rows)]


def _options(options: dict[str, str]) -> str:
    return table(("option", "meaning"), [(code(name), text) for name, text in options.items()])


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))
