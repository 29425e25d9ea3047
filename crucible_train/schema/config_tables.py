"""Tables of every setting of a stage: its type in words, its default and its meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from crucible_train.schema.export import model_schema

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.loops.stage_config import StageConfig

_KINDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "object": "mapping",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
}


def config_markdown(stages: dict[str, type[StageConfig]]) -> str:
    """Every setting of every stage."""
    parts = [
        "# Settings of the stages",
        "",
        "A setting is written beside the keys of the training config, or in its `options`. `null` means that",
        "it is left out. The [mapping table](mapping.md) names the settings that have a key of the training",
        "config as well.",
    ]
    for name, model in stages.items():
        parts += ["", f"## {name}", "", _first_paragraph(model), "", settings_table(model)]
    return "\n".join(parts)


def settings_table(model: type[BaseModel]) -> str:
    """The settings of a model, then those of every model inside it."""
    schema = model_schema(model)
    tables = [_table(schema, model)]
    for name, definition in schema.get("$defs", {}).items():
        tables.append(f"### {name}\n\n{definition['description']}\n\n{_table(definition)}")
    return "\n\n".join(tables)


def _table(schema: dict[str, Any], model: type[BaseModel] | None = None) -> str:
    lines = ["| setting | type | default | meaning |", "|---|---|---|---|"]
    required = schema.get("required", ())
    properties: dict[str, dict[str, Any]] = schema["properties"]
    names = _names(model) if model is not None else {}
    for key, rules in properties.items():
        default = "required" if key in required else _default(model, names.get(key, key), rules)
        meaning = rules["description"].replace("\n", " ")
        lines.append(f"| `{names.get(key, key)}` | {type_in_words(rules)} | {default} | {meaning} |")
    return "\n".join(lines)


def _names(model: type[BaseModel]) -> dict[str, str]:
    """Schema key to field name: a schema lists a field under its alias."""
    return {
        str(info.validation_alias or info.alias or name): name for name, info in model.model_fields.items()
    }


def _default(model: type[BaseModel] | None, name: str, rules: dict[str, Any]) -> str:
    if model is not None and name == "training_config":
        value = cast("type[StageConfig]", model).training_config_defaults
    else:
        value = rules.get("default")
    return "" if value is None else f"`{json.dumps(value)}`"


def type_in_words(rules: dict[str, Any]) -> str:
    """What a JSON Schema accepts, for people; `null` goes without saying."""
    for choice in ("anyOf", "oneOf"):
        if choice in rules:
            words = [type_in_words(part) for part in rules[choice] if part != {"type": "null"}]
            return " or ".join(dict.fromkeys(words))
    if "$ref" in rules:
        name = rules["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in rules:
        return ", ".join(f"`{value}`" for value in rules["enum"])
    if "pattern" in rules:
        return "the same in another case"
    if rules["type"] == "array":
        return f"list of {type_in_words(rules['items'])}"
    kind = _KINDS[rules["type"]]
    bounds = [words.format(rules[bound]) for bound, words in _BOUNDS.items() if bound in rules]
    if rules.get("minLength"):
        bounds.append("not empty")
    return f"{kind}, {' and '.join(bounds)}" if bounds else kind


def _first_paragraph(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n\n")[0]
