"""The intermediate representation of training specs: pure Pydantic data.

Executes nothing and opens nothing. Every class carries its wire name (`TrainingConfig.wire_name` is
`Training.Config`); `WIRE_TYPES` goes the other way. Classes are built when they are first used, because a
program that checks one spec needs two or three of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crucible_ir.base import IRModel
    from crucible_ir.experiment import StageDef
    from crucible_ir.references import DatasetRef, ModelRef
    from crucible_ir.serialization import from_json, from_map, to_json, to_map
    from crucible_ir.training import TrainingConfig
    from crucible_ir.training_run import TrainingRun
    from crucible_ir.wire import WIRE_TYPES

__all__ = [
    "WIRE_TYPES",
    "DatasetRef",
    "IRModel",
    "ModelRef",
    "StageDef",
    "TrainingConfig",
    "TrainingRun",
    "from_json",
    "from_map",
    "to_json",
    "to_map",
]

_HOME = {
    "WIRE_TYPES": "wire",
    "DatasetRef": "references",
    "IRModel": "base",
    "ModelRef": "references",
    "StageDef": "experiment",
    "TrainingConfig": "training",
    "TrainingRun": "training_run",
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
