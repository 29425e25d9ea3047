"""Model versions: what training produced, under a version number."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from crucible_ir.base import IRModel, NonEmptyText, Timestamp
from crucible_ir.json_data import JsonObject

_NUMBER = "(0|[1-9][0-9]*)"
_PRE_RELEASE_PART = "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = (
    rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(-{_PRE_RELEASE_PART}(\.{_PRE_RELEASE_PART})*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)


def _semver(text: str) -> str:
    if re.fullmatch(_SEMVER, text) is None:
        raise PydanticCustomError("semver", "Input should be a version number such as 1.0.0")
    return text


Semver: TypeAlias = Annotated[
    str,
    AfterValidator(_semver),
    Field(examples=["1.0.0", "2.1.0-rc.1"], json_schema_extra={"pattern": _SEMVER}),
]
"""A version number: MAJOR.MINOR.PATCH, a pre-release, build metadata (Semantic Versioning 2.0.0)."""


class ModelVersion(IRModel):
    """One version of a model: where it came from, how good it is, where it is kept."""

    wire_name: ClassVar[str] = "ModelVersion"

    id: NonEmptyText
    """The name of this version of the model."""

    model_id: NonEmptyText
    """The model it is a version of."""

    version: Semver
    """Its number, by Semantic Versioning."""

    training_run_id: str | None = None
    """The training run that produced it."""

    metrics: JsonObject | None = None
    """What it was measured to do: metric name to value."""

    artifact_uri: str | None = None
    """Where its weights are."""

    parent_version: Semver | None = None
    """The version it was trained from."""

    description: str | None = None
    """What is new in it, for people."""

    created_at: Timestamp | None = None
    """When it was made."""

    created_by: str | None = None
    """Who made it."""

    stage: str | None = Field(
        default="development", examples=["development", "staging", "production", "archived"]
    )
    """How far it has come on its way to users."""

    options: JsonObject | None = None
    """Anything else its registry wants to keep with it."""
