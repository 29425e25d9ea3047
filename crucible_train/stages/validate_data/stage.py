"""`ValidateData`: a look at a data set before anything is trained on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crucible_train.result import Err, Ok, Result
from crucible_train.stages.validate_data.config import ValidateDataConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized


class ValidateData:
    """Checks of a data set: refused, repeated, contradicting, empty, overlong and leaked records, labels.

    What runs is imported when it runs: naming and describing the stage loads none of it.
    """

    name: ClassVar[str] = "validate_data"
    config_model: ClassVar[type[ValidateDataConfig]] = ValidateDataConfig

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Result[Context, StageError]:
        """Normalise the options, look at the data and write `report.json` and `report.md`.

        Options hold the keys of `ValidateDataConfig`; `ports`, which win over the context's; `control`, a
        `RunControl`. The context returned has the report, as JSON data, under `outputs["validate_data"]`.

        Errors: those of normalisation; `missing_ports`; `dataset_resolution_failed`, also where no record
        could be read for want of a column; `run_directory_failed`; `data_rejected`, with a finding for each
        limit that is exceeded, once the report has been written.
        """
        from crucible_train.stages.options import normalize_options

        match normalize_options(self.name, context, options):
            case Ok((context, normalized, control)):
                return self.run_normalized(context, normalized, control)
            case Err() as failed:
                return failed

    def run_normalized(
        self, context: Context, normalized: Normalized[Any], control: RunControl
    ) -> Result[Context, StageError]:
        """Look at the data that has been normalised already, through `context.ports`."""
        from crucible_train.stages.validate_data.run import validate

        return validate(self.name, context, normalized, control)

    def describe(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the options `run` accepts, from the config's own fields."""
        from crucible_train.schema import stage_schema

        return stage_schema(self.config_model, self.name)
