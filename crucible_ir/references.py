"""References: names of models and data sets. The IR names things; it never opens them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from crucible_ir.base import IRModel, NonEmptyText
from crucible_ir.json_data import JsonObject


class ModelRef(IRModel):
    """A model, by name."""

    wire_name: ClassVar[str] = "ModelRef"

    id: NonEmptyText
    """The model's identifier: a backend's own name, a hub id."""

    name: str | None = None
    """A name for people."""

    version: str | None = None
    """The model's version, where its provider has versions."""

    artifact_uri: str | None = None
    """Where its weights are, when they are not to be found by `id`."""

    architecture: str | None = None
    """The network's architecture."""

    task: str | None = None
    """What the model is for, such as `text-generation`."""

    metadata: JsonObject | None = None
    """Anything its owner wants to keep with it."""

    provider: str | None = "local"
    """Who provides the model."""

    framework: str | None = "nx"
    """The framework its weights belong to."""

    options: JsonObject | None = None
    """Settings of the provider or the backend, such as the model's dimensions."""


class DatasetRef(IRModel):
    """A data set, by name."""

    wire_name: ClassVar[str] = "DatasetRef"

    name: NonEmptyText
    """The data set's name: a path, a hub id, whatever its store understands."""

    version: str | None = None
    """The data set's version, where its store has versions."""

    format: str | None = None
    """The file format, when the name does not tell."""

    schema_: JsonObject | None = Field(default=None, alias="schema")
    """The columns the records must have: column name to type name, `?` marking an optional one."""

    provider: str | None = "crucible_datasets"
    """The store that has it."""

    split: str | None = "train"
    """The split to use."""

    options: JsonObject | None = None
    """Settings of the store, and `columns`: which of the file's columns plays which part."""
