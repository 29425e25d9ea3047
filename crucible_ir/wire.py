"""Wire names: what each type is called in the reference contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_ir.backend.capabilities import BackendCapabilities
from crucible_ir.backend.completion import BackendCompletion
from crucible_ir.backend.options import BackendOptions
from crucible_ir.backend.prompt import BackendPrompt
from crucible_ir.deployment import DeploymentConfig, DeploymentStatus
from crucible_ir.experiment import BackendRef, Experiment, StageDef
from crucible_ir.feedback import FeedbackConfig, FeedbackEvent
from crucible_ir.model_version import ModelVersion
from crucible_ir.outputs import OutputSpec
from crucible_ir.references import DatasetRef, ModelRef
from crucible_ir.reliability import (
    EnsembleConfig,
    FairnessConfig,
    GuardrailConfig,
    HedgingConfig,
    ReliabilityConfig,
    StatsConfig,
)
from crucible_ir.training import TrainingConfig
from crucible_ir.training_run import TrainingRun

if TYPE_CHECKING:
    from crucible_ir.base import IRModel

_CLASSES: tuple[type[IRModel], ...] = (
    Experiment,
    BackendRef,
    StageDef,
    DatasetRef,
    ModelRef,
    OutputSpec,
    ModelVersion,
    TrainingConfig,
    TrainingRun,
    ReliabilityConfig,
    EnsembleConfig,
    HedgingConfig,
    StatsConfig,
    FairnessConfig,
    GuardrailConfig,
    DeploymentConfig,
    DeploymentStatus,
    FeedbackEvent,
    FeedbackConfig,
    BackendPrompt,
    BackendOptions,
    BackendCompletion,
    BackendCapabilities,
)

WIRE_TYPES: dict[str, type[IRModel]] = {cls.wire_name: cls for cls in _CLASSES}
"""Wire name to class."""
