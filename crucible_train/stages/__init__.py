"""Stages: what a pipeline runs. Each is one folder; `crucible_train.stages.SupervisedTrain` and so on.

A stage is loaded when its name is first used: a spec for one of them should not pay for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crucible_train.stages.report import Report
    from crucible_train.stages.stage import Stage
    from crucible_train.stages.supervised import SupervisedTrain
    from crucible_train.stages.validate_data import ValidateData

__all__ = ["Report", "Stage", "SupervisedTrain", "ValidateData"]

_HOME = {
    "Report": "report",
    "Stage": "stage",
    "SupervisedTrain": "supervised",
    "ValidateData": "validate_data",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'crucible_train.stages' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"crucible_train.stages.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
