"""Pipelines: an experiment's stages, run one after the other and recorded, so that a killed run goes on."""

from crucible_train.pipeline.errors import PipelineError, PipelineErrorCode
from crucible_train.pipeline.record import StageStatus
from crucible_train.pipeline.run import run_pipeline

__all__ = ["PipelineError", "PipelineErrorCode", "StageStatus", "run_pipeline"]
