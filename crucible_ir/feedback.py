"""Feedback: what users say about what a deployed model answers, and what is done with it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from crucible_ir.base import Fraction, IRModel, NonEmptyText, NonNegativeInt, Texts, Timestamp
from crucible_ir.json_data import JsonObject, JsonValue


class FeedbackEvent(IRModel):
    """One reaction of one user to one answer."""

    wire_name: ClassVar[str] = "Feedback.Event"

    id: NonEmptyText
    """The event's name."""

    deployment_id: str | None = None
    """The deployment that answered."""

    model_version: str | None = None
    """The model version that answered."""

    input: JsonObject | None = None
    """What the model was asked."""

    output: JsonObject | None = None
    """What it answered."""

    feedback_value: JsonValue = Field(default=None, examples=["up", 4, {"label": "spam"}])
    """The reaction; what it looks like depends on `feedback_type`."""

    user_id: str | None = None
    """Who reacted."""

    session_id: str | None = None
    """The conversation it was in."""

    latency_ms: NonNegativeInt | None = None
    """How long the answer took."""

    metadata: JsonObject | None = None
    """Anything else its owner wants to keep with it."""

    feedback_type: str | None = Field(default="thumbs", examples=["thumbs", "rating", "correction", "label"])
    """The kind of reaction."""

    timestamp: Timestamp | None = None
    """When the user reacted."""


class FeedbackConfig(IRModel):
    """What feedback is collected, and what follows from it."""

    wire_name: ClassVar[str] = "Feedback.Config"

    retention_days: NonNegativeInt | None = None
    """Days to keep events."""

    drift_detection: JsonObject | None = None
    """Settings of what looks for drift."""

    retraining_trigger: JsonObject | None = None
    """When to train again."""

    enabled: bool | None = False
    """Whether feedback is collected."""

    sampling_rate: Fraction | None = 1.0
    """Fraction of the answers for which feedback is collected."""

    feedback_types: Texts | None = ("thumbs", "correction")
    """The kinds of reaction to collect."""

    storage: str | None = Field(default="postgres", examples=["postgres", "s3", "local"])
    """Where events are kept."""

    anonymize_pii: bool | None = True
    """Whether what identifies a person is removed before an event is kept."""

    options: JsonObject | None = None
    """Settings of what collects it."""
