"""The supervised fine-tuning stage."""

from crucible_train.stages.supervised.stage import SupervisedTrain

__all__ = ["SupervisedTrain"]
