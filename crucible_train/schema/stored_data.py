"""What a data-set reference may say to a store: the part of `ir.dataset_check` that a schema can say."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from crucible_ir import DatasetRef
from crucible_train import registry
from crucible_train.records.columns import PARSE_OPTIONS, SHAPE_COLUMNS, Shape
from crucible_train.records.schema import SCHEMA_TYPES
from crucible_train.schema.conditions import given
from crucible_train.schema.generator import CHECKED_BY, NULL, model_schema, notes

if TYPE_CHECKING:
    from crucible_train.schema.generator import Schema

STORED = "StoredDatasetRef"
"""The definition's name."""

_OF_STORE: Schema = {"description": "A setting of the store."}
_OPTIONS: dict[str, Schema] = {
    "columns": {
        "description": "Which column of the data plays which part.",
        "properties": {
            column: {"description": f"The column to read as `{column}`."} for column in sorted(SHAPE_COLUMNS)
        },
        "additionalProperties": False,
        "examples": [{"prompt": "question", "completion": "answer"}],
    },
    "shape": {
        "description": f"The records' shape, where their columns fit several: {', '.join(Shape)}.",
        "examples": list(Shape),
    },
}


def stored_dataset_ref() -> Schema:
    """A `DatasetRef` as a built-in store and the record reader judge it.

    Without a `provider` the settings choose the store, so its options stay open. A provider that is not
    built in is a plug-in's (CRU504), with options of its own. Two references may not name two stores
    (CRU206).
    """
    reference = model_schema(DatasetRef)
    properties = reference["properties"]
    types = [f"{name}{mark}" for name in SCHEMA_TYPES for mark in ("", "?")]
    properties["schema"] = {
        "anyOf": [{"type": "object", "additionalProperties": {"enum": types}}, NULL],
        **notes(properties["schema"]),
        "examples": [{"prompt": "string", "completion": "string", "score": "number?"}],
    }
    stores = registry.BUILT_IN["dataset_store"]
    properties["provider"] = {
        "anyOf": [{"enum": list(stores)}, {"type": "string"}, NULL],
        CHECKED_BY: ["CRU206", "CRU504"],
        **notes(properties["provider"]),
    }
    known = {name: _known_options(name) for name in stores}
    properties["options"] = {
        "anyOf": [
            {
                "type": "object",
                "properties": {**dict.fromkeys(sorted({*chain(*known.values())}), _OF_STORE), **_OPTIONS},
                "additionalProperties": True,
            },
            NULL,
        ],
        CHECKED_BY: ["CRU206"],
        **notes(properties["options"]),
    }
    # The IR's default is no store of ours: the settings decide.
    properties["provider"].pop("default")
    reference["allOf"] = [
        {
            "if": given(("provider",), {"const": name}),
            "then": {"properties": {"options": {"propertyNames": {"enum": sorted(keys)}}}},
        }
        for name, keys in known.items()
    ]
    reference["title"] = STORED
    return reference


def _known_options(store: str) -> frozenset[str]:
    known: Any = registry.load("dataset_store", store).unwrap()
    return frozenset({*known.known_options, *PARSE_OPTIONS})
