"""Stages: what a pipeline runs. Each is one folder; `crucible_train.stages.SupervisedTrain` and so on."""

from crucible_train.stages.stage import Stage
from crucible_train.stages.supervised import SupervisedTrain

__all__ = ["Stage", "SupervisedTrain"]
