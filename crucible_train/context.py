"""`Context`: the frozen state a pipeline threads through its stages; `RunControl`: what steers one run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from crucible_ir import Experiment
    from crucible_train.ports import Ports


@dataclass(frozen=True, slots=True)
class Context:
    """What stages share. A stage returns a new context; it never changes the one it was given.

    All but `experiment` and `ports` is JSON data, so that a run can be resumed after any stage.
    """

    run_id: str = "run"
    experiment: Experiment | None = None
    """The experiment whose pipeline is running."""
    ports: Ports | None = None
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """Final numbers, by the label of their stage and their name: `supervised_train.steps`."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What each stage produced, by its label: its report."""
    artifacts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files and directories that stages wrote, by the label of their stage and a name."""
    assigns: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Anything a caller, or a stage, wants to hand to the stages after it."""
    completed_stages: tuple[str, ...] = ()
    """Labels of the stages that have run, in order."""
    stage_label: str | None = None
    """What a pipeline calls the stage that runs now."""

    def label(self, stage: str) -> str:
        """What `stage`, running now, is called: its name, with a number the second time it runs."""
        return self.stage_label or unique_label(stage, self.completed_stages)

    def completed(
        self,
        stage: str,
        *,
        output: Mapping[str, Any],
        metrics: Mapping[str, float],
        artifacts: Mapping[str, str],
    ) -> Context:
        """This context after `stage`: its output, metrics and artifacts added, under its label."""
        label = self.label(stage)
        return replace(
            self,
            metrics={**self.metrics, **{f"{label}.{name}": value for name, value in metrics.items()}},
            outputs={**self.outputs, label: output},
            artifacts={**self.artifacts, **{f"{label}.{name}": path for name, path in artifacts.items()}},
            completed_stages=(*self.completed_stages, label),
            stage_label=None,
        )


def unique_label(stage: str, taken: Collection[str]) -> str:
    """`stage`, or the first of `stage-2`, `stage-3`, ... that is not `taken`."""
    if stage not in taken:
        return stage
    return next(label for label in (f"{stage}-{n}" for n in count(2)) if label not in taken)


def _never() -> bool:
    return False


def _silent(note: str) -> None:
    """Say nothing: a library does not print."""


@dataclass(frozen=True, slots=True)
class RunControl:
    """What is not part of the spec: how this one run of it goes."""

    resume: bool = False
    """Go on from the run directory's last checkpoint, if there is one."""
    should_stop: Callable[[], bool] = _never
    """Asked between steps; `True` makes the run save a checkpoint and end with `interrupted`."""
    notify: Callable[[str], None] = _silent
    """Told what a person should know while the run goes on."""
    default_logger: Literal["progress", "console", "none"] = "none"
    """What is shown where the spec does not say (`logger`)."""
    runs_dir: str = "runs"
    """Where runs get their directories, unless the spec says (`log_path`)."""
    directory: str | None = None
    """The directory of this run, unless the spec says. Left out: one in `runs_dir`, by the run's name."""
