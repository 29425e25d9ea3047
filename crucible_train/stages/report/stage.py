"""`Report`: what an experiment did so far, written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from crucible_train.result import Err, Ok, Result
from crucible_train.stages.report.config import ReportConfig

if TYPE_CHECKING:
    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized


class Report:
    """Writes an experiment's outputs: markdown and HTML for people, JSON for programs.

    It needs no port, and says only what the context says: the same context gives the same files.
    """

    name: ClassVar[str] = "report"
    config_model: ClassVar[type[ReportConfig]] = ReportConfig

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Result[Context, StageError]:
        """Normalise the options and write the reports.

        Options hold `outputs`; left out, the context's experiment's are written. `control` is a `RunControl`.
        The context returned has the files under `outputs["report"]` and among the artifacts, by the names
        `NAME.FORMAT`. Errors: `unsupported_training_config`, `run_directory_failed`.
        """
        from crucible_train.stages.options import normalize_options

        match normalize_options(self.name, context, _with_outputs(context, options)):
            case Ok((context, normalized, control)):
                return self.run_normalized(context, normalized, control)
            case Err() as failed:
                return failed

    def run_normalized(
        self, context: Context, normalized: Normalized[Any], control: RunControl
    ) -> Result[Context, StageError]:
        """Write what has been normalised already. Errors: `run_directory_failed`."""
        from crucible_train.stages.report.writing import write_reports

        return write_reports(self.name, context, cast("ReportConfig", normalized.config), control)

    def describe(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the options `run` accepts, from the config's own fields."""
        from crucible_train.schema import stage_schema

        return stage_schema(self.config_model, self.name)


def _with_outputs(context: Context, options: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The options, with the experiment's outputs where they name none."""
    outputs = None if context.experiment is None else context.experiment.outputs
    given: Mapping[str, Any] = {} if options is None else options
    if not outputs or not isinstance(cast("object", given), Mapping) or given.get("outputs") is not None:
        return options
    from crucible_train.ir.spec import explicit_values

    return {**given, "outputs": [explicit_values(output) for output in outputs]}
