"""What came of a stage, in a few lines: what `crucible run` prints on standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crucible_train.cli.reporters.text_report import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.context import Context


def outcome_lines(context: Context, label: str) -> list[str]:
    """The outcome of a stage in a few lines, and where its files are."""
    report: dict[str, Any] = context.outputs[label]
    lines: list[str] = []
    if "last_train_mean_nll" in report:
        lines = _training_lines(report)
    elif "duplicates" in report and "dataset" in report:
        lines = _data_lines(report)
    prefix = f"{label}."
    files = {
        name.removeprefix(prefix): path for name, path in context.artifacts.items() if name.startswith(prefix)
    }
    run_dir = files.pop("run_dir", None)
    if run_dir is not None:
        lines.append(f"run directory: {_short(run_dir)}")
        lines += _samples(Path(run_dir, "samples.json"))
    return [*lines, *(f"{name}: {_short(path)}" for name, path in files.items())]


def _training_lines(report: Mapping[str, Any]) -> list[str]:
    """Steps, losses, and how the run ended."""
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
    return lines


def _data_lines(report: Mapping[str, Any]) -> list[str]:
    """How many records there are, and how many of them each check found."""
    dataset: dict[str, Any] = report["dataset"]
    parts: dict[str, Any] = {**report, **(report.get("evaluation") or {})}
    found = [
        f"{part['num_records']} {words}"
        for name, words in _FOUND.items()
        if (part := parts.get(name)) and part["num_records"]
    ]
    return [f"{dataset['num_records']} records of {dataset['origin']}: {', '.join(found) or 'nothing found'}"]


_FOUND = {
    "refused": "cannot be used",
    "duplicates": "repeat an earlier one",
    "conflicts": "answer a prompt in another way",
    "empty": "have an empty message",
    "unanswered": "have no answer",
    "too_long": "are too long",
    "overlap": "of the evaluation data are among them",
}


def _samples(path: Path) -> list[str]:
    """What the trained model said. It can say anything, escape sequences included."""
    if not path.exists():
        return []
    lines: list[str] = []
    for sample in json.loads(path.read_text(encoding="utf-8")):
        said: str = sample.get("text", sample.get("error", ""))
        lines += ["", printable(f"> {sample['prompt']}", keep="\n"), printable(said, keep="\n")]
    return lines


def _losses(name: str, first: float | None, last: float | None) -> str:
    before = "" if first is None else f"{first:.3f} -> "
    return f"{name}: {before}{last:.3f} nats per token" if last is not None else f"{name}: not measured"


def _short(path: str) -> str:
    """The path from here, where it is below the current directory."""
    absolute = Path(path)
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else path
