"""The report stage."""

from crucible_train.stages.report.stage import Report

__all__ = ["Report"]
