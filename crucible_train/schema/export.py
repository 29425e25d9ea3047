"""JSON Schemas (2020-12) by name: of the IR, of what stages and backends accept, of the files people write.

A schema lists every name a model reads a field under, because an editor knows nothing of aliases. It accepts
what the model accepts, up to the codes of `x-crucible-checked-by`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_ir import WIRE_TYPES
from crucible_train import registry
from crucible_train.ir.normalize import DEFAULT_STAGE
from crucible_train.result import Err, Ok, Result
from crucible_train.schema.document import document
from crucible_train.schema.generator import model_schema

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.loops.stage_config import StageConfig

SPEC, EXPERIMENT = "training-spec", "experiment"
"""The two that people put in editors."""

SPEC_EXAMPLES: list[dict[str, Any]] = [
    {"id": "my-first-run", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "train.jsonl"}},
    {
        "id": "with-evaluation",
        "model_ref": {"id": "byte-lm"},
        "dataset_ref": {"name": "train.jsonl"},
        "epochs": 3,
        "batch_size": 16,
        "learning_rate": 0.002,
        "seed": 0,
        "validation_split": 0.1,
        "checkpoint_every": 200,
        "early_stopping": {"monitor": "eval_mean_nll", "patience": 3},
        "options": {"lr_schedule": {"warmup": 20, "schedule": "cosine"}, "eval_every": 100},
    },
]

TOLD = "training_config."
"""What the name of a backend's schema begins with."""


def schema_names() -> tuple[str, ...]:
    """Everything `schema` can export: files, IR types, stages, and what each backend is told."""
    backends = (f"{TOLD}{name}" for name in registry.names("training_client"))
    return (SPEC, EXPERIMENT, *type_names(), *registry.names("stages"), *backends)


def type_names() -> tuple[str, ...]:
    """The types of the IR."""
    return tuple(cls.__name__ for cls in WIRE_TYPES.values())


def built_in_names() -> tuple[str, ...]:
    """Those of `schema_names` that are there without any plug-in."""
    backends = (f"{TOLD}{name}" for name in registry.BUILT_IN["training_client"])
    return (SPEC, EXPERIMENT, *type_names(), *registry.BUILT_IN["stages"], *backends)


def schema(name: str) -> Result[dict[str, Any], registry.NotRegistered | registry.Broken]:
    """The schema of that name, or of that wire name; one of `schema_names()`."""
    if name == SPEC:
        return Ok(spec_schema(registry.stage(DEFAULT_STAGE).unwrap().config_model, SPEC))
    if name == EXPERIMENT:
        from crucible_train.schema.experiments import experiment_schema

        return Ok(experiment_schema(EXPERIMENT))
    for wire_name, cls in WIRE_TYPES.items():
        if name in (wire_name, cls.__name__):
            return Ok(type_schema(cls, cls.__name__))
    if name.startswith(TOLD):
        match registry.training_config_model(name.removeprefix(TOLD)):
            case Ok(model):
                return Ok(type_schema(model, name))
            case Err() as failed:
                return failed
    match registry.stage(name):
        case Ok(stage):
            return Ok(stage().describe())
        case Err(registry.NotRegistered()):
            return Err(registry.NotRegistered("stages", name, schema_names()))
        case Err() as failed:
            return failed


def type_schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    """The schema of one model."""
    found = model_schema(model)
    definitions: dict[str, Any] = found.pop("$defs", {})
    if "$ref" in found:  # a model that is inside itself
        found = definitions[found["$ref"].rpartition("/")[2]]
    return document(name, found, definitions)


def stage_schema(model: type[StageConfig], name: str) -> dict[str, Any]:
    """The schema of a stage's options, as `Stage.run` reads them.

    Those of a training stage hold a whole spec (`training_config`), stage keys that win over it, or both. A
    key that the training config and the stage both type has to satisfy both; null means "not set".
    """
    from crucible_train.schema.stages import StageSchema

    parts = StageSchema(model)
    return document(name, parts.options(), parts.definitions)


def spec_schema(model: type[StageConfig], name: str) -> dict[str, Any]:
    """The schema of a spec file for a stage, as `crucible validate` reads it."""
    from crucible_train.schema.extending import extendable
    from crucible_train.schema.stages import StageSchema

    parts = StageSchema(model)
    rules = extendable(parts.spec(registry.DEFAULT_BACKEND), parts.definitions)
    rules["description"] = (
        f"A spec, as `crucible validate` and `crucible run` read it. {rules['description']}"
    )
    return document(name, {**rules, "examples": SPEC_EXAMPLES}, parts.definitions)
