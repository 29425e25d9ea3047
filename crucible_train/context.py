"""`Context`: the frozen state a pipeline threads through its stages; `RunControl`: what steers one run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crucible_train.ports import Ports


@dataclass(frozen=True, slots=True)
class Context:
    """What stages share. A stage returns a new context; it never changes the one it was given."""

    run_id: str = "run"
    ports: Ports | None = None
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """Final numbers, by name."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What each stage produced, by stage name: its report."""
    artifacts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files and directories that stages wrote, by name."""
    assigns: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Anything a caller wants to hand from one stage to the next."""
    completed_stages: tuple[str, ...] = ()
    """Names of the stages that have run, in order."""

    def completed(
        self, stage: str, *, output: Any, metrics: Mapping[str, float], artifacts: Mapping[str, str]
    ) -> Context:
        """This context after `stage`: its output, metrics and artifacts added."""
        return replace(
            self,
            metrics={**self.metrics, **metrics},
            outputs={**self.outputs, stage: output},
            artifacts={**self.artifacts, **artifacts},
            completed_stages=(*self.completed_stages, stage),
        )


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
