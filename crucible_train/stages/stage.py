"""`Stage`: what every stage of a pipeline is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.result import Result


class Stage(Protocol):
    """One step of a pipeline: typed options in, a context with what it produced out."""

    name: ClassVar[str]
    """The registered name, such as `supervised_train`."""

    config_model: ClassVar[type[StageConfig]]
    """The stage's config. Its aliases are the stage's mapping table."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Result[Context, StageError]:
        """Normalise the options and run; the context returned holds all of the one given, and what was added.

        Options hold `training_config` (a `TrainingConfig` or a mapping), or stage keys, or both; `ports`,
        which win over the context's; `control`, a `RunControl`.
        """
        ...

    def run_normalized(
        self, context: Context, normalized: Normalized[Any], control: RunControl
    ) -> Result[Context, StageError]:
        """Run what has been normalised already; `context.ports` must be wired."""
        ...

    def describe(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the options `run` accepts."""
        ...
