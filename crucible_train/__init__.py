"""Crucible: typed training specs, checked, explained and run.

The names below are loaded when they are first used, so that `import crucible_train` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # that of `typing` takes as long to import as Python takes to start
if TYPE_CHECKING:
    from typing import Any

    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics import Diagnostic, Severity, Span
    from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode
    from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
    from crucible_train.ir.difference import Difference, diff
    from crucible_train.ir.experiment import NormalizedExperiment, normalize_experiment
    from crucible_train.ir.normalize import normalize
    from crucible_train.ir.normalized import Normalized, Provenance
    from crucible_train.pipeline import PipelineError, PipelineErrorCode, run_pipeline
    from crucible_train.ports import Ports
    from crucible_train.result import Err, Ok, Result

__version__ = "0.2.0"

__all__ = [
    "Context",
    "Diagnostic",
    "Difference",
    "Err",
    "NormalizeError",
    "NormalizeErrorCode",
    "Normalized",
    "NormalizedExperiment",
    "Ok",
    "PipelineError",
    "PipelineErrorCode",
    "Ports",
    "Provenance",
    "Result",
    "RunControl",
    "Severity",
    "Span",
    "StageError",
    "StageErrorCode",
    "__version__",
    "diff",
    "normalize",
    "normalize_experiment",
    "run_pipeline",
]

_HOME = {
    "Context": "context",
    "Diagnostic": "diagnostics",
    "Difference": "ir.difference",
    "Err": "result",
    "NormalizeError": "diagnostics.errors",
    "NormalizeErrorCode": "diagnostics.errors",
    "Normalized": "ir.normalized",
    "NormalizedExperiment": "ir.experiment",
    "Ok": "result",
    "PipelineError": "pipeline",
    "PipelineErrorCode": "pipeline",
    "Ports": "ports",
    "Provenance": "ir.normalized",
    "Result": "result",
    "RunControl": "context",
    "Severity": "diagnostics",
    "Span": "diagnostics",
    "StageError": "diagnostics.stage_errors",
    "StageErrorCode": "diagnostics.stage_errors",
    "diff": "ir.difference",
    "normalize": "ir.normalize",
    "normalize_experiment": "ir.experiment",
    "run_pipeline": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'crucible_train' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"crucible_train.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
