"""`crucible run`."""

from __future__ import annotations

import gc
import shlex
import signal
import sys
from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.cli.inspect import valid_file
from crucible_train.cli.load import STDIN, STDIN_NAME
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE
from crucible_train.cli.outcomes import outcome_lines
from crucible_train.cli.reporters.text_report import finding_lines
from crucible_train.context import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.result import Err, Ok
from crucible_train.session import SessionError, SessionErrorCode
from crucible_train.wiring import ports_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from types import FrameType

    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized
    from crucible_train.settings import Settings


def run(options: argparse.Namespace) -> int:
    """Run what the spec or the experiment says. Findings and progress go to stderr, the outcome to stdout."""
    gc.enable()
    match valid_file(options):
        case Ok((checked, session)):
            pass
        case Err(code):
            return code
    interrupt = Interrupt()
    control = RunControl(
        resume=options.resume,
        should_stop=interrupt.requested,
        notify=lambda note: print(note, file=sys.stderr),
        default_logger="progress" if sys.stderr.isatty() else "none",
        runs_dir=str(session.settings.runs_dir),
        directory=options.out,
    )
    with interrupt:
        if checked.experiment is not None:
            from crucible_train.cli.run_experiment import run_experiment

            return run_experiment(checked.experiment, session.settings, control, options)
        return _run_spec(checked.normalized, session.settings, control, options)


def _run_spec(
    normalized: Normalized[Any] | None, settings: Settings, control: RunControl, options: argparse.Namespace
) -> int:
    assert normalized is not None  # `valid_file` has seen to that
    match ports_for(normalized.config, settings), registry.stage(normalized.stage):
        case Ok(ports), Ok(stage_class):
            pass
        case (Err(problem), _) | (_, Err(problem)):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE
    match stage_class().run_normalized(Context(ports=ports), normalized, control):
        case Ok(context):
            print("\n".join(outcome_lines(context, context.completed_stages[-1])))
            return EXIT_OK
        case Err(error):
            _print_error(error, options)
            return EXIT_INTERRUPTED if error.code is StageErrorCode.INTERRUPTED else EXIT_FINDINGS


class Interrupt:
    """Ctrl-C (or SIGTERM, as a scheduler sends it) asks the run to save and stop; twice ends it at once."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, Any] = {}

    def requested(self) -> bool:
        """Whether the run was asked to stop."""
        return self._asked

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        print("\nstopping after this step and saving; Ctrl-C again stops at once", file=sys.stderr)

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._handle)

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _backend_failed(error: StageError) -> bool:
    cause = getattr(error.cause, "session_error", None)
    return isinstance(cause, SessionError) and cause.code in (
        SessionErrorCode.BACKEND_FAILED,
        SessionErrorCode.TIMEOUT,
        SessionErrorCode.CLOSED,
    )


def _print_error(error: StageError, options: argparse.Namespace) -> None:
    if not error.diagnostics:
        print(f"crucible: {error.message}", file=sys.stderr)
    print_findings(error.diagnostics, options)
    # A backend that failed may be back; anything else would fail again in the same way.
    if error.code is StageErrorCode.INTERRUPTED or _backend_failed(error):
        print(go_on_line(options), file=sys.stderr)


def print_findings(findings: Sequence[Diagnostic], options: argparse.Namespace) -> None:
    """Findings of a run go where its progress goes."""
    name = options.path if options.path != STDIN else options.stdin_filename or STDIN_NAME
    for finding in findings:
        print("\n".join(finding_lines(name, finding)), file=sys.stderr)


def go_on_line(options: argparse.Namespace) -> str:
    """The command that goes on with this run."""
    arguments = [argument for argument in options.arguments if argument != "--resume"]
    return f"to go on: crucible {shlex.join([*arguments, '--resume'])}"
