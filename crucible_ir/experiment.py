"""Experiments: pipelines of named stages, and all they need."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from crucible_ir.base import IRModel, Items, NonEmptyText, Texts, Timestamp
from crucible_ir.json_data import JsonObject
from crucible_ir.model_version import ModelVersion
from crucible_ir.outputs import OutputSpec
from crucible_ir.references import DatasetRef, ModelRef
from crucible_ir.reliability import ReliabilityConfig
from crucible_ir.training import TrainingConfig


class BackendRef(IRModel):
    """What runs the models of an experiment, by name."""

    wire_name: ClassVar[str] = "BackendRef"

    id: NonEmptyText
    """The backend's identifier."""

    model_version: str | None = None
    """The model version to run."""

    endpoint_url: str | None = None
    """Where the backend is reached."""

    deployment_id: str | None = None
    """The deployment to use."""

    fallback: BackendRef | None = None
    """The backend to use when this one fails."""

    profile: str | None = "default"
    """The backend's set of settings, by name."""

    options: JsonObject | None = None
    """Settings of the backend."""


class StageDef(IRModel):
    """One stage of a pipeline. Its options belong to the stage, which types and validates them."""

    wire_name: ClassVar[str] = "StageDef"

    name: NonEmptyText = Field(examples=["supervised_train"])
    """The stage's registered name, such as `supervised_train`."""

    module: str | None = None
    """The implementing module, in systems that load stages by module. Kept, not used here."""

    options: JsonObject | None = None
    """The stage's options."""

    enabled: bool | None = True
    """Whether the stage runs. A disabled stage is still validated."""


class Experiment(IRModel):
    """Stages that run one after another on the same data, model and backend."""

    wire_name: ClassVar[str] = "Experiment"

    id: NonEmptyText
    """The experiment's name."""

    backend: BackendRef
    """What runs the models."""

    pipeline: Annotated[Items[StageDef], Field(min_length=1, json_schema_extra={"minItems": 1})]
    """The stages, in the order they run in."""

    description: str | None = None
    """What it is for, for people."""

    owner: str | None = None
    """Who it belongs to."""

    tags: Texts | None = None
    """Words to find it by."""

    metadata: JsonObject | None = None
    """Anything its owner wants to keep with it."""

    dataset: DatasetRef | None = None
    """The data set of every stage that names none."""

    reliability: ReliabilityConfig | None = None
    """How it guards against wrong answers."""

    outputs: Items[OutputSpec] | None = None
    """What it writes about itself."""

    created_at: Timestamp | None = None
    """When it was written."""

    updated_at: Timestamp | None = None
    """When it was last changed."""

    experiment_type: str | None = Field(default=None, examples=["training", "evaluation", "comparison"])
    """The kind of experiment."""

    model_version: ModelVersion | None = None
    """The model version it is about."""

    training_config: TrainingConfig | None = None
    """The training job of every stage that trains."""

    baseline: ModelRef | None = None
    """The model that results are compared with."""
