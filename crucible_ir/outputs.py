"""Outputs: what an experiment writes about itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from crucible_ir.base import IRModel, NonEmptyText, Texts
from crucible_ir.json_data import JsonObject


class OutputSpec(IRModel):
    """One output of an experiment, in one or more formats."""

    wire_name: ClassVar[str] = "OutputSpec"

    name: NonEmptyText
    """The output's name."""

    options: JsonObject | None = None
    """Settings of what writes it."""

    formats: Texts | None = Field(default=("markdown",), examples=[["markdown", "json"]])
    """The formats to write it in, by the names of what writes it."""

    sink: str | None = Field(default="file", examples=["file", "stdout"])
    """Where it goes."""
