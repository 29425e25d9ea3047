"""`crucible run`."""

from __future__ import annotations

import gc
import json
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.cli.inspect import normalized_spec
from crucible_train.cli.load import STDIN, STDIN_NAME
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE
from crucible_train.cli.reporters.text_report import finding_lines, printable
from crucible_train.context import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.result import Err, Ok
from crucible_train.session import SessionError, SessionErrorCode
from crucible_train.wiring import choose, wire

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from crucible_train.diagnostics.stage_errors import StageError


def run(options: argparse.Namespace) -> int:
    """Train what the spec says. Findings and progress go to stderr, the outcome to stdout."""
    gc.enable()
    match normalized_spec(options):
        case Ok((normalized, session)):
            pass
        case Err(code):
            return code
    config = normalized.config
    references = [getattr(config, name, None) for name in ("dataset_ref", "eval_dataset_ref")]
    wiring = choose(session.settings, backend=config.backend, dataset_refs=references)
    match wire(wiring, session.settings), registry.stage(session.stage):
        case Ok(ports), Ok(stage_class):
            pass
        case (Err(problem), _) | (_, Err(problem)):
            print(f"crucible: {problem}", file=sys.stderr)
            return EXIT_USAGE
    interrupt = _Interrupt()
    control = RunControl(
        resume=options.resume,
        should_stop=interrupt.requested,
        notify=lambda note: print(note, file=sys.stderr),
        default_logger="progress" if sys.stderr.isatty() else "none",
        runs_dir=str(session.settings.runs_dir),
    )
    with interrupt:
        outcome = stage_class().run_normalized(Context(ports=ports), normalized, control)
    match outcome:
        case Ok(context):
            name = stage_class.name
            print(_summary(context.outputs[name].to_json(), context.artifacts[f"{name}.run_dir"]))
            return EXIT_OK
        case Err(error):
            _print_error(error, options)
            return EXIT_INTERRUPTED if error.code is StageErrorCode.INTERRUPTED else EXIT_FINDINGS


class _Interrupt:
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
    name = STDIN_NAME if options.path == STDIN else options.path
    for finding in error.diagnostics:
        print("\n".join(finding_lines(name, finding)), file=sys.stderr)
    # A backend that failed may be back; anything else would fail again in the same way.
    if error.code is StageErrorCode.INTERRUPTED or _backend_failed(error):
        arguments = [argument for argument in options.arguments if argument != "--resume"]
        print(f"to go on: crucible {shlex.join([*arguments, '--resume'])}", file=sys.stderr)


def _summary(report: dict[str, Any], run_dir: str) -> str:
    """The outcome in a few lines: steps, losses, where everything is, samples."""
    how = " (stopped early)" if report["stopped_early"] else ""
    lines = [f"trained {report['steps']} steps in {report['wall_time_s']:.1f} s{how}"]
    if report["resumed_from"] == "final":
        lines = [f"already complete: {report['steps']} steps{how}"]
    elif report["resumed_from"] is not None:
        lines[0] += f", resumed from {report['resumed_from']}"
    lines.append(_losses("train loss", report["first_train_mean_nll"], report["last_train_mean_nll"]))
    if report["last_eval_mean_nll"] is not None:
        lines.append(_losses("held-out loss", None, report["last_eval_mean_nll"]))
        bits = report["last_eval_bits_per_byte"]
        if bits is not None:
            lines[-1] += f" ({bits:.3f} bits per byte)"
    lines.append(f"run directory: {_short(run_dir)}")
    samples = Path(run_dir, "samples.json")
    if samples.exists():
        for sample in json.loads(samples.read_text(encoding="utf-8")):
            # A model can say anything, escape sequences included.
            said: str = sample.get("text", sample.get("error", ""))
            lines += ["", printable(f"> {sample['prompt']}", keep="\n"), printable(said, keep="\n")]
    return "\n".join(lines)


def _losses(name: str, first: float | None, last: float | None) -> str:
    before = "" if first is None else f"{first:.3f} -> "
    return f"{name}: {before}{last:.3f} nats per token" if last is not None else f"{name}: not measured"


def _short(path: str) -> str:
    """The path from here, where it is below the current directory."""
    absolute = Path(path)
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else path
