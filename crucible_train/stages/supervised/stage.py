"""`SupervisedTrain`: supervised fine-tuning as a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized
    from crucible_train.ir.resolve import Resolved
    from crucible_train.loops.errors import LoopError
    from crucible_train.loops.supervised.report import TrainReport
    from crucible_train.run_dir import RunDirectory
    from crucible_train.stages.training import LoopInputs


class SupervisedTrain:
    """Supervised fine-tuning: `crucible_train.loops.supervised`, from a spec to a run directory.

    What runs is imported when it runs: naming and describing the stage needs no NumPy.
    """

    name: ClassVar[str] = "supervised_train"
    config_model: ClassVar[type[SupervisedConfig]] = SupervisedConfig

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Result[Context, StageError]:
        """Normalise the options and train.

        Options hold `training_config` (a `TrainingConfig` or a mapping), or stage keys, or both; `ports`,
        which win over the context's; `control`, a `RunControl`. The context returned has the `TrainReport`,
        as JSON data, under `outputs["supervised_train"]`. Errors: every `StageErrorCode`.
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
        """Train what has been normalised already, through `context.ports`."""
        from crucible_train.loops.supervised.plan import plan
        from crucible_train.stages.supervised.samples import write_samples
        from crucible_train.stages.training import run_training

        config: SupervisedConfig = normalized.config

        def loop(inputs: LoopInputs) -> Result[TrainReport, LoopError]:
            # It needs NumPy. An adapter has been opened by now, and has said so where that is missing.
            from crucible_train.loops.supervised.train import train

            return train(
                config,
                inputs.session,
                inputs.resolved.tokenizer,
                inputs.resolved.train,
                eval_dataset=inputs.resolved.evaluation,
                logger=inputs.logger,
                checkpoints=inputs.checkpoints,
                resume=inputs.control.resume,
                should_stop=inputs.control.should_stop,
            )

        def plan_steps(resolved: Resolved) -> int:
            return plan(config, len(resolved.train)).total_steps

        def after(inputs: LoopInputs, directory: RunDirectory) -> None:
            write_samples(config, inputs, directory)

        return run_training(
            self.name, context, normalized, control, loop=loop, plan_steps=plan_steps, after=after
        )

    def describe(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the options `run` accepts, from the config's own fields."""
        from crucible_train.schema import stage_schema

        return stage_schema(self.config_model, self.name)
