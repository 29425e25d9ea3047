"""Wire names: what each type is called in the reference contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_ir.experiment import StageDef
from crucible_ir.references import DatasetRef, ModelRef
from crucible_ir.training import TrainingConfig
from crucible_ir.training_run import TrainingRun

if TYPE_CHECKING:
    from crucible_ir.base import IRModel

WIRE_TYPES: dict[str, type[IRModel]] = {
    cls.wire_name: cls for cls in (DatasetRef, ModelRef, StageDef, TrainingConfig, TrainingRun)
}
"""Wire name to class."""
