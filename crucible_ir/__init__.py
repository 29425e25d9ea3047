"""The intermediate representation of training specs: pure Pydantic data.

Executes nothing and opens nothing. Every class carries its wire name (`TrainingConfig.wire_name` is
`Training.Config`); `WIRE_TYPES` goes the other way. Classes are built when they are first used, because a
program that checks one spec needs two or three of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crucible_ir.backend.capabilities import BackendCapabilities
    from crucible_ir.backend.completion import BackendCompletion, Choice, Thinking, Usage
    from crucible_ir.backend.message import (
        AudioPart,
        ContentPart,
        ImagePart,
        Message,
        TextPart,
        ToolCall,
        ToolResultPart,
    )
    from crucible_ir.backend.options import BackendOptions
    from crucible_ir.backend.prompt import BackendPrompt, Tool, ToolChoice
    from crucible_ir.base import IRModel
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
    from crucible_ir.serialization import from_json, from_map, to_json, to_map
    from crucible_ir.training import TrainingConfig
    from crucible_ir.training_run import TrainingRun
    from crucible_ir.wire import WIRE_TYPES

__all__ = [
    "WIRE_TYPES",
    "AudioPart",
    "BackendCapabilities",
    "BackendCompletion",
    "BackendOptions",
    "BackendPrompt",
    "BackendRef",
    "Choice",
    "ContentPart",
    "DatasetRef",
    "DeploymentConfig",
    "DeploymentStatus",
    "EnsembleConfig",
    "Experiment",
    "FairnessConfig",
    "FeedbackConfig",
    "FeedbackEvent",
    "GuardrailConfig",
    "HedgingConfig",
    "IRModel",
    "ImagePart",
    "Message",
    "ModelRef",
    "ModelVersion",
    "OutputSpec",
    "ReliabilityConfig",
    "StageDef",
    "StatsConfig",
    "TextPart",
    "Thinking",
    "Tool",
    "ToolCall",
    "ToolChoice",
    "ToolResultPart",
    "TrainingConfig",
    "TrainingRun",
    "Usage",
    "from_json",
    "from_map",
    "to_json",
    "to_map",
]

_HOME = {
    "WIRE_TYPES": "wire",
    "AudioPart": "backend.message",
    "BackendCapabilities": "backend.capabilities",
    "BackendCompletion": "backend.completion",
    "BackendOptions": "backend.options",
    "BackendPrompt": "backend.prompt",
    "BackendRef": "experiment",
    "Choice": "backend.completion",
    "ContentPart": "backend.message",
    "DatasetRef": "references",
    "DeploymentConfig": "deployment",
    "DeploymentStatus": "deployment",
    "EnsembleConfig": "reliability",
    "Experiment": "experiment",
    "FairnessConfig": "reliability",
    "FeedbackConfig": "feedback",
    "FeedbackEvent": "feedback",
    "GuardrailConfig": "reliability",
    "HedgingConfig": "reliability",
    "IRModel": "base",
    "ImagePart": "backend.message",
    "Message": "backend.message",
    "ModelRef": "references",
    "ModelVersion": "model_version",
    "OutputSpec": "outputs",
    "ReliabilityConfig": "reliability",
    "StageDef": "experiment",
    "StatsConfig": "reliability",
    "TextPart": "backend.message",
    "Thinking": "backend.completion",
    "Tool": "backend.prompt",
    "ToolCall": "backend.message",
    "ToolChoice": "backend.prompt",
    "ToolResultPart": "backend.message",
    "TrainingConfig": "training",
    "TrainingRun": "training_run",
    "Usage": "backend.completion",
    "from_json": "serialization",
    "from_map": "serialization",
    "to_json": "serialization",
    "to_map": "serialization",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'crucible_ir' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"crucible_ir.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
