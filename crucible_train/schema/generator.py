"""The JSON Schema of one model: Pydantic's, with descriptions from attribute docstrings."""

from __future__ import annotations

import copy
import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pydantic.json_schema import GenerateJsonSchema

from crucible_train.schema.docstrings import field_docs

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import core_schema

Schema: TypeAlias = dict[str, Any]

CHECKED_BY = "x-crucible-checked-by"
"""Codes of what a schema cannot say about a value, and a check does."""

NULL: Schema = {"type": "null"}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with attribute docstrings as descriptions and no titles made up from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> Schema:
        result = super().tagged_union_schema(schema)
        result.pop("discriminator", None)  # OpenAPI's; strict validators do not know it
        return result

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        result = super().model_schema(schema)
        model = cast("type[BaseModel]", schema["cls"])
        result["description"] = unwrapped(inspect.cleandoc(model.__doc__ or ""))
        for name, text in field_docs(model).items():
            info = model.model_fields[name]
            for key in (name, info.alias, info.validation_alias):
                if isinstance(key, str) and key in result.get("properties", {}):
                    result["properties"][key]["description"] = unwrapped(text)
        return result


def unwrapped(text: str) -> str:
    """`text` with the lines of a paragraph joined, as a hover shows it; paragraphs stay apart."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def model_schema(model: type[BaseModel], *, by_alias: bool = True) -> Schema:
    """The schema of a model, every field described. It is the caller's to change."""
    return copy.deepcopy(_generated(model, by_alias))


@cache
def _generated(model: type[BaseModel], by_alias: bool) -> Schema:
    return model.model_json_schema(by_alias=by_alias, schema_generator=_Generator)


NOTES = ("default", "deprecated", "description", "examples", "x-crucible-maps-to")
"""What a schema says about a value without judging it."""


def notes(schema: Schema) -> Schema:
    """What `schema` says without judging."""
    return {key: schema[key] for key in NOTES if key in schema}


def rules(schema: Schema) -> Schema:
    """What `schema` judges by."""
    return {key: value for key, value in schema.items() if key not in NOTES}


def nullable(schema: Schema) -> Schema:
    """`schema`, and `null`."""
    if NULL in schema.get("anyOf", ()) or rules(schema) == NULL:
        return schema
    return {"anyOf": [rules(schema), NULL], **notes(schema)}
