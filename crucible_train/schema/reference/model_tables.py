"""Models as tables of their fields: key, type in words, default, meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticUndefined

from crucible_train.schema.generator import model_schema
from crucible_train.schema.reference.docstring_parts import paragraphs
from crucible_train.schema.reference.markdown import code, table
from crucible_train.schema.reference.type_words import accepts_null, one_or_more, type_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo

    from crucible_train.schema.reference.type_words import Link, Rules


class FieldRow(NamedTuple):
    """One field of a model, in Markdown."""

    key: str
    type: str
    default: str
    meaning: str


HEADERS = ("key", "type", "default", "meaning")
REQUIRED = "required"


def properties(model: type[BaseModel], *, by_alias: bool = True) -> dict[str, Rules]:
    """Key to rules, for every field of the model."""
    schema = model_schema(model, by_alias=by_alias)
    if "$ref" in schema:  # a model inside itself
        schema = schema["$defs"][model.__name__]
    return schema["properties"]


def field_rows(
    model: type[BaseModel], link: Link, *, by_alias: bool = True, nulls: bool = False
) -> list[FieldRow]:
    """A row for every field; `nulls` says where `null` is accepted though it is not the default."""
    found: list[FieldRow] = []
    rules = properties(model, by_alias=by_alias)
    for key, (name, info) in zip(rules, model.model_fields.items(), strict=True):
        words = type_in_words(rules[key], link)
        if nulls and accepts_null(rules[key]) and (info.is_required() or info.get_default() is not None):
            words = f"{words}, or `null`"
        found.append(FieldRow(code(key), words, default_in_json(info), meaning(rules[key], model, name)))
    return found


def field_table(model: type[BaseModel], link: Link, *, by_alias: bool = True, nulls: bool = False) -> str:
    """The rows as a table."""
    return table(HEADERS, field_rows(model, link, by_alias=by_alias, nulls=nulls))


def default_in_json(info: FieldInfo) -> str:
    """The default as JSON, with what it says itself and nothing more; empty where it is "not set"."""
    if info.is_required():
        return REQUIRED
    value: object = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined:
        return ""
    plain = TypeAdapter(Any).dump_python(value, mode="json", exclude_unset=True)
    return code(json.dumps(plain, ensure_ascii=False))


def meaning(rules: Rules, model: type[BaseModel], name: str) -> str:
    """What the field is for, with its examples. Raises `ValueError` where nobody has said."""
    text: str | None = rules.get("description")
    if not text:
        raise ValueError(f"{model.__name__}.{name} has no docstring")
    shown = (json.dumps(value, ensure_ascii=False) for value in rules.get("examples", ()))
    examples = [code(value) for value in shown if value.strip('"') not in text]
    return f"{text} For example {one_or_more(examples)}." if examples else text


def models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that the fields of `model` are made of, at every depth, in order; not `model` itself."""
    found: dict[type[BaseModel], None] = {}
    _collect((info.annotation for info in model.model_fields.values()), found)
    found.pop(model, None)
    return list(found)


def _collect(annotations: Iterable[object], found: dict[type[BaseModel], None]) -> None:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation not in found:
                found[annotation] = None
                _collect((info.annotation for info in annotation.model_fields.values()), found)
        else:
            _collect(cast("tuple[object, ...]", get_args(annotation)), found)


def part_blocks(parts: Iterable[type[BaseModel]], link: Link) -> list[str]:
    """A heading, a description and a table for each model that others are made of."""
    return [
        block
        for part in parts
        for block in (f"### {part.__name__}", *paragraphs(part), field_table(part, link))
    ]
