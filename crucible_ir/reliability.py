"""Reliability: how an experiment guards against wrong, slow, unfair or harmful answers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from crucible_ir.base import (
    Fraction,
    IRModel,
    NonNegativeFloat,
    NonNegativeInt,
    Percentage,
    PositiveInt,
    Texts,
)
from crucible_ir.feedback import FeedbackConfig
from crucible_ir.json_data import JsonObject

EnsembleStrategy: TypeAlias = Literal["none", "majority", "weighted", "best_confidence", "unanimous"]
ExecutionMode: TypeAlias = Literal["parallel", "sequential", "hedged", "cascade"]
HedgingStrategy: TypeAlias = Literal["off", "fixed", "percentile", "adaptive", "workload_aware"]


class EnsembleConfig(IRModel):
    """Several models answer; how their answers become one."""

    wire_name: ClassVar[str] = "Reliability.Ensemble"

    strategy: EnsembleStrategy = "none"
    """How one answer is chosen."""

    execution_mode: ExecutionMode = "parallel"
    """In which order the models are asked."""

    models: Texts | None = None
    """The models, by id."""

    weights: dict[str, NonNegativeFloat] | None = Field(
        default=None,
        examples=[{"small": 0.3, "large": 0.7}],
        json_schema_extra={"x-crucible-checked-by": ["CRU206"]},
    )
    """How much each model's answer counts: model id to weight. The weights need not add up to 1. A `weighted`
    ensemble that lists its `models` weighs no others."""

    min_agreement: Fraction | None = None
    """Fraction of the models that have to agree."""

    timeout_ms: NonNegativeInt | None = None
    """How long to wait for the models."""

    options: JsonObject | None = None
    """Settings of what asks them."""

    @field_validator("weights")
    @classmethod
    def _weights_are_for_models(cls, weights: Any, info: ValidationInfo) -> Any:
        models = info.data.get("models") if info.data.get("strategy") == "weighted" else None
        strangers = [] if models is None else [name for name in weights or () if name not in models]
        if strangers:
            raise PydanticCustomError(
                "not_a_model", "{strangers}: not among `models`", {"strangers": ", ".join(strangers)}
            )
        return weights


class HedgingConfig(IRModel):
    """A slow request is sent again, and the first answer counts."""

    wire_name: ClassVar[str] = "Reliability.Hedging"

    strategy: HedgingStrategy = "off"
    """When to send it again."""

    delay_ms: NonNegativeInt | None = None
    """How long to wait first."""

    percentile: Percentage | None = Field(default=None, examples=[95.0])
    """The percentile of past latencies after which to send it again, in 0 to 100."""

    max_hedges: NonNegativeInt | None = None
    """How often one request may be sent again."""

    budget_percent: Percentage | None = None
    """How many of the requests may be sent again, in percent."""

    options: JsonObject | None = None
    """Settings of what sends them."""


class StatsConfig(IRModel):
    """How results are compared."""

    wire_name: ClassVar[str] = "Reliability.Stats"

    tests: Texts | None = Field(default=("ttest", "bootstrap"), examples=[["wilcoxon"]])
    """Statistical tests, by name."""

    alpha: Fraction | None = 0.05
    """The level of significance."""

    confidence_level: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The level of confidence intervals."""

    effect_size_type: str | None = Field(default=None, examples=["cohens_d"])
    """The measure of effect size."""

    multiple_testing_correction: str | None = Field(default=None, examples=["bonferroni", "holm", "fdr"])
    """How several tests at once are corrected for."""

    bootstrap_iterations: PositiveInt | None = None
    """Resamples of a bootstrap."""

    options: JsonObject | None = None
    """Settings of the tests."""


class FairnessConfig(IRModel):
    """How a model's answers to different groups are compared."""

    wire_name: ClassVar[str] = "Reliability.Fairness"

    enabled: bool | None = False
    """Whether fairness is measured."""

    metrics: Texts | None = Field(default=None, examples=[["demographic_parity", "equalized_odds"]])
    """Fairness metrics, by name."""

    group_by: str | None = None
    """The column that says which group a record belongs to."""

    threshold: float | None = None
    """The value of a metric that counts as a violation; which side of it depends on the metric."""

    fail_on_violation: bool | None = None
    """Whether a violation fails the experiment."""

    options: JsonObject | None = None
    """Settings of the metrics."""


class GuardrailConfig(IRModel):
    """What is kept away from the model, and from the user."""

    wire_name: ClassVar[str] = "Reliability.Guardrail"

    profiles: Texts | None = Field(default=("default",), examples=[["strict"]])
    """Sets of rules, by name."""

    prompt_injection_detection: bool | None = None
    """Whether to look for instructions hidden in the input."""

    jailbreak_detection: bool | None = None
    """Whether to look for attempts to talk the model out of its rules."""

    pii_detection: bool | None = None
    """Whether to look for what identifies a person."""

    pii_redaction: bool | None = None
    """Whether to remove it."""

    content_moderation: bool | None = None
    """Whether to look for harmful content."""

    fail_on_detection: bool | None = None
    """Whether anything found fails the request."""

    options: JsonObject | None = None
    """Settings of the guardrails."""


class ReliabilityConfig(IRModel):
    """Everything an experiment does to be relied on."""

    wire_name: ClassVar[str] = "Reliability.Config"

    ensemble: EnsembleConfig | None = None
    """Several models instead of one."""

    hedging: HedgingConfig | None = None
    """Slow requests sent again."""

    guardrails: GuardrailConfig | None = None
    """Checks of input and output."""

    stats: StatsConfig | None = None
    """Statistics of the results."""

    fairness: FairnessConfig | None = None
    """Comparison of groups."""

    monitoring: JsonObject | None = None
    """Settings of what watches the model."""

    drift: JsonObject | None = None
    """Settings of what looks for drift."""

    circuit_breaker: JsonObject | None = None
    """When to stop asking a backend that fails."""

    feedback: FeedbackConfig | None = None
    """What users say."""
