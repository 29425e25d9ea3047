"""Experiments: pipelines of named stages."""

from __future__ import annotations

from typing import ClassVar

from crucible_ir.base import IRModel, NonEmptyText
from crucible_ir.json_data import JsonObject


class StageDef(IRModel):
    """One stage of a pipeline. Its options belong to the stage, which types and validates them."""

    wire_name: ClassVar[str] = "StageDef"

    name: NonEmptyText
    """The stage's registered name, such as `supervised_train`."""

    module: str | None = None
    """The implementing module, in systems that load stages by module. Kept, not used here."""

    options: JsonObject | None = None
    """The stage's options."""

    enabled: bool | None = True
    """Whether the stage runs. A disabled stage is still validated."""
