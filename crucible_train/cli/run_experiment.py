"""`crucible run` of an experiment: its pipeline, stage by stage."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE
from crucible_train.cli.outcomes import outcome_lines
from crucible_train.cli.run import go_on_line, print_findings
from crucible_train.context import Context
from crucible_train.pipeline import PipelineErrorCode, StageStatus, run_pipeline
from crucible_train.result import Err, Ok
from crucible_train.wiring import ports_for

if TYPE_CHECKING:
    import argparse

    from crucible_train.context import RunControl
    from crucible_train.ir.experiment import NormalizedExperiment, PlannedStage
    from crucible_train.pipeline import PipelineError
    from crucible_train.settings import Settings


def run_experiment(
    experiment: NormalizedExperiment, settings: Settings, control: RunControl, options: argparse.Namespace
) -> int:
    """Run every enabled stage. How it goes is told on stderr; what came of each stage, on stdout."""

    begun: list[str] = []

    def on_stage(planned: PlannedStage, status: StageStatus) -> None:
        begun.append(planned.label)
        if status is StageStatus.SKIPPED:
            return  # the pipeline says why
        position = experiment.stages.index(planned) + 1
        print(f"[{position}/{len(experiment.stages)}] {planned.label}: {status}", file=sys.stderr)

    outcome = run_pipeline(
        experiment,
        context=Context(),
        control=control,
        ports_for=lambda planned: ports_for(planned.normalized.config, settings),
        on_stage=on_stage,
    )
    match outcome:
        case Ok(context):
            if not begun:
                print("already complete: nothing was run", file=sys.stderr)
            _print_outcomes(context)
            return EXIT_OK
        case Err(error):
            _print_outcomes(error.context)
            return _failed(error, options)


def _print_outcomes(context: Context) -> None:
    for label in context.completed_stages:
        print("\n".join([label, *(f"  {line}" for line in outcome_lines(context, label))]))


def _failed(error: PipelineError, options: argparse.Namespace) -> int:
    named = f"{error.label}: " if error.label else ""
    findings = error.error.diagnostics if error.error else ()
    if not findings:
        print(f"crucible: {named}{error.message}", file=sys.stderr)
    print_findings(findings, options)
    match error.code:
        case PipelineErrorCode.INTERRUPTED:
            print(go_on_line(options), file=sys.stderr)
            return EXIT_INTERRUPTED
        case PipelineErrorCode.STAGE_FAILED | PipelineErrorCode.INVALID_OUTCOME:
            if error.context.completed_stages:
                print(f"what has completed is kept; once mended, {go_on_line(options)}", file=sys.stderr)
            return EXIT_FINDINGS
        case PipelineErrorCode.STAGE_UNAVAILABLE:
            return EXIT_USAGE
        case PipelineErrorCode.RUN_DIRECTORY_FAILED | PipelineErrorCode.EXPERIMENT_CHANGED:
            return EXIT_FINDINGS
