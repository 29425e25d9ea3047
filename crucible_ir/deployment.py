"""Deployments: model versions in use."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from crucible_ir.base import IRModel, NonEmptyText, NonNegativeInt, Percentage, PositiveInt, Timestamp
from crucible_ir.json_data import JsonObject

DeploymentState: TypeAlias = Literal["pending", "deploying", "active", "degraded", "failed", "terminated"]


class DeploymentConfig(IRModel):
    """Where and how a model version is put to use."""

    wire_name: ClassVar[str] = "Deployment.Config"

    id: NonEmptyText
    """The deployment's name."""

    model_version_id: NonEmptyText
    """The model version to deploy."""

    target: JsonObject | None = None
    """Where to deploy it."""

    resources: JsonObject | None = None
    """What each replica may use."""

    scaling: JsonObject | None = None
    """When to add replicas, and when to remove some."""

    health_check: JsonObject | None = None
    """How to find out whether a replica works."""

    endpoint: JsonObject | None = None
    """Where it is reached."""

    metadata: JsonObject | None = None
    """Anything its owner wants to keep with it."""

    replicas: PositiveInt | None = 1
    """Copies that run at the same time."""

    environment: str | None = Field(default="development", examples=["development", "staging", "production"])
    """The environment it runs in."""

    strategy: str | None = Field(default="rolling", examples=["rolling", "blue_green", "canary", "recreate"])
    """How it replaces what ran before."""

    options: JsonObject | None = None
    """Settings of what deploys it."""


class DeploymentStatus(IRModel):
    """How a deployment fares."""

    wire_name: ClassVar[str] = "Deployment.Status"

    id: NonEmptyText
    """The status report's name."""

    deployment_id: NonEmptyText
    """The deployment it is about."""

    ready_replicas: NonNegativeInt | None = None
    """Replicas that answer."""

    total_replicas: NonNegativeInt | None = None
    """All replicas."""

    endpoint_url: str | None = None
    """Where it is reached."""

    traffic_percent: Percentage | None = None
    """Its part of the requests, in percent."""

    last_health_check: Timestamp | None = None
    """When its health was last checked."""

    error_message: str | None = None
    """Why it failed."""

    created_at: Timestamp | None = None
    """When it was made."""

    updated_at: Timestamp | None = None
    """When it last changed."""

    state: DeploymentState = "pending"
    """Where it stands."""

    health: str | None = Field(default="unknown", examples=["unknown", "healthy", "degraded", "unhealthy"])
    """How its last health check went."""
