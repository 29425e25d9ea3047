"""What a report is made of: the context, sorted by stage, and the files its training stages left."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_train.context import unique_label
from crucible_train.stages.report.run_files import PLOT_FILE, RunFiles, read_run_files
from crucible_train.stages.report.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_ir import Experiment
    from crucible_train.context import Context


class Named(NamedTuple):
    """An entry of the context: one filed under `LABEL.name` belongs to the stage of that label."""

    stage: str | None
    name: str
    value: Any


class Material:
    """A context, for a report in `directory`. Raises `TypeError` where it holds what is not JSON data."""

    def __init__(self, context: Context, directory: Path) -> None:
        self.run_id = context.run_id
        self.experiment: Experiment | None = context.experiment
        self.labels = context.completed_stages
        """The stages that have run, in order."""
        outputs: dict[str, Any] = plain(context.outputs)
        self.outputs = {label: outputs.get(label) for label in self.labels}
        self.metrics = self._named(plain(context.metrics))
        self.artifacts = [
            entry._replace(value=_path_from(directory.absolute(), entry.value))
            for entry in self._named(context.artifacts)
        ]
        self._context = context
        self._run_dirs = {
            label: context.artifacts[f"{label}.run_dir"]
            for label in self.labels
            if f"{label}.run_dir" in context.artifacts
        }
        self._directory = directory.absolute()

    @cached_property
    def run_files(self) -> dict[str, RunFiles]:
        """What each training stage left in its run directory."""
        return {label: read_run_files(path) for label, path in self._run_dirs.items()}

    def plot_path(self, label: str) -> str:
        """Where the loss curve of a stage is."""
        return _path_from(self._directory, str(Path(self._run_dirs[label], PLOT_FILE)))

    def states(self) -> dict[str, str]:
        """Every stage of the pipeline, and what has become of it; without an experiment, those that ran."""
        states = dict.fromkeys(self.labels, "completed")
        planned: dict[str, str] = {}
        for stage in () if self.experiment is None else self.experiment.pipeline:
            label = unique_label(stage.name, planned)
            waiting = "this report" if label == self._context.stage_label else "pending"
            planned[label] = states.get(label, "disabled" if stage.enabled is False else waiting)
        return planned | states

    def _named(self, entries: Mapping[str, Any]) -> list[Named]:
        labels = sorted(self.labels, key=len, reverse=True)
        found: list[Named] = []
        for key, value in entries.items():
            stage = next((label for label in labels if key.startswith(f"{label}.")), None)
            found.append(Named(stage, key if stage is None else key[len(stage) + 1 :], value))
        return found


def _path_from(directory: Path, path: str) -> str:
    """`path` from `directory`, where it is below that or beside it; else as it is."""
    absolute = Path(path)
    if not absolute.is_absolute() or not absolute.is_relative_to(directory.parent):
        return path
    return Path(os.path.relpath(absolute, directory)).as_posix()
