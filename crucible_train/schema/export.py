"""JSON Schema (2020-12) of what a spec may say.

A schema lists every name a model reads a field under, because an editor knows nothing of aliases.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

from pydantic.json_schema import GenerateJsonSchema

from crucible_ir import WIRE_TYPES, TrainingConfig
from crucible_train import registry
from crucible_train.result import Err, Ok, Result
from crucible_train.schema.docstrings import field_docs

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import core_schema

    from crucible_train.loops.stage_config import StageConfig

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with attribute docstrings as descriptions and no titles made up from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        result = super().model_schema(schema)
        model = cast("type[BaseModel]", schema["cls"])
        result["description"] = inspect.cleandoc(model.__doc__ or "")
        for name, text in field_docs(model).items():
            info = model.model_fields[name]
            for key in (name, info.alias, info.validation_alias):
                if isinstance(key, str) and key in result.get("properties", {}):
                    result["properties"][key]["description"] = text
        return result


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model, with `$schema` and every field described."""
    schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DIALECT, **schema}


def stage_schema(model: type[StageConfig], name: str) -> dict[str, Any]:
    """The schema of a spec for one stage: the training config's keys, the stage's own, and typed `options`.

    `training_config` is either a whole training config or what the backend is told, as `Stage.run` reads it.
    A key that the training config and the stage both type has to satisfy both. `null` means "not set".
    """
    spec = model_schema(TrainingConfig)
    stage = model.model_json_schema(by_alias=False, schema_generator=_Generator)
    definitions: dict[str, Any] = {**spec.pop("$defs", {}), **stage.pop("$defs", {})}
    own = {key: _nullable(value) for key, value in stage["properties"].items()}
    if "eval_dataset_ref" in own:
        own["eval_dataset_ref"] |= {"anyOf": [{"$ref": "#/$defs/DatasetRef"}, {"type": "null"}]}
    own["training_config"] = {
        "anyOf": [{"$ref": "#/$defs/TrainingConfig"}, {"type": "object"}, {"type": "null"}],
        "description": "A whole training config, or what the backend is told.",
    }
    options: dict[str, Any] = {
        "anyOf": [
            {
                "type": "object",
                "properties": {key: own[key] for key in sorted(model.option_keys())},
                "additionalProperties": True,
            },
            {"type": "null"},
        ],
        "description": "Settings of the stage, by their names; every other key goes to the backend.",
    }
    properties: dict[str, Any] = {}
    for row in model.mapping_table():
        if row.rule == "gathered":
            given = {key: value for key, value in spec["properties"][row.source].items() if key != "default"}
            if row.source in model.training_config_defaults:  # the IR's defaults are not the stage's
                given["default"] = model.training_config_defaults[row.source]
        elif row.rule == "lifted":
            given = options
        else:
            given = _both(spec["properties"][row.source], own[row.target])
        properties[row.source] = {**given, "x-crucible-maps-to": row.target}
    definitions["TrainingConfig"] = {key: value for key, value in spec.items() if key != "$schema"}
    return {
        "$schema": DIALECT,
        "title": name,
        "description": stage["description"],
        "type": "object",
        "properties": {**properties, **{key: own[key] for key in own if key not in properties}},
        "additionalProperties": False,
        "$defs": definitions,
    }


_ANNOTATIONS = ("default", "description")


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema`, and `null`."""
    if {"type": "null"} in schema.get("anyOf", ()):
        return schema
    notes = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    rules = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
    return {"anyOf": [rules, {"type": "null"}], **notes}


def _both(spec: dict[str, Any], stage: dict[str, Any]) -> dict[str, Any]:
    """What the training config's and the stage's rules for a key both accept, with the stage's default."""
    rules = [{key: value for key, value in one.items() if key not in _ANNOTATIONS} for one in (spec, stage)]
    description = {"description": spec["description"]}
    if rules[0] != rules[1]:
        return {"allOf": rules, **description}
    return {**rules[0], "default": stage["default"], **description}


def schema_names() -> tuple[str, ...]:
    """Everything `schema` can export: IR types, stages, and what each backend is told."""
    ir_types = (cls.__name__ for cls in WIRE_TYPES.values())
    backends = (f"training_config.{name}" for name in registry.names("training_client"))
    return (*ir_types, *registry.names("stages"), *backends)


def schema(name: str) -> Result[dict[str, Any], registry.NotRegistered | registry.Broken]:
    """The schema of that name; one of `schema_names()`."""
    for wire_name, cls in WIRE_TYPES.items():
        if name in (wire_name, cls.__name__):
            return Ok(model_schema(cls))
    if name.startswith("training_config."):
        match registry.training_config_model(name.removeprefix("training_config.")):
            case Ok(model):
                return Ok(model_schema(model))
            case Err() as failed:
                return failed
    match registry.stage(name):
        case Ok(stage):
            return Ok(stage().describe())
        case Err(registry.NotRegistered()):
            return Err(registry.NotRegistered("stages", name, schema_names()))
        case Err() as failed:
            return failed
