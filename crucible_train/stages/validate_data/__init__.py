"""The stage that looks at a data set before a model is trained on it."""

from crucible_train.stages.validate_data.stage import ValidateData

__all__ = ["ValidateData"]
