"""Experiments of toy stages, run in a few milliseconds each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crucible_train.context import Context, RunControl
from crucible_train.ir.experiment import NormalizedExperiment, normalize_experiment
from crucible_train.pipeline import PipelineError, run_pipeline
from crucible_train.result import Err, Ok
from tests.support.toy_stages import ACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pytest

TIMES = ("started_at", "completed_at")


def experiment(*pipeline: Mapping[str, Any], **more: Any) -> NormalizedExperiment:
    """The experiment with these stages, `toy` where they have no name."""
    stages = [{"name": "toy", **stage} for stage in pipeline]
    return normalize_experiment(
        {"id": "toys", "backend": {"id": "local"}, "pipeline": stages, **more}
    ).unwrap()


def toy(amount: int = 1, act: str = "add", **more: Any) -> dict[str, Any]:
    """The definition of a toy stage."""
    return {"name": "toy", "options": {"amount": amount, "act": act}, **more}


def record_of(directory: Path) -> dict[str, Any]:
    """What `experiment.json` says."""
    return json.loads((directory / "experiment.json").read_text(encoding="utf-8"))


def timeless(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without what a clock said."""
    stages = [{key: stage[key] for key in stage if key not in TIMES} for stage in record["stages"]]
    return {**{key: record[key] for key in record if key not in TIMES}, "stages": stages}


@dataclass
class Pipeline:
    """Runs of toy stages in one directory, and what was said and shown meanwhile."""

    directory: Path
    monkeypatch: pytest.MonkeyPatch
    said: list[str] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)

    def run(
        self,
        *pipeline: Mapping[str, Any],
        context: Context | None = None,
        ports_for: Any = None,
        notify: Callable[[str], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        resume: bool = False,
        **more: Any,
    ) -> Ok[Context] | Err[PipelineError]:
        """Run the experiment of these stages into the directory."""
        control = RunControl(
            resume=resume,
            should_stop=should_stop,
            notify=notify or self.said.append,
            directory=str(self.directory),
        )
        return run_pipeline(
            experiment(*pipeline, **more),
            context=context or Context(),
            control=control,
            ports_for=ports_for,
            on_stage=lambda planned, status: self.shown.append((planned.label, str(status))),
        )

    def ran(self, *pipeline: Mapping[str, Any], **how: Any) -> Context:
        """The context of a run that has to succeed."""
        match self.run(*pipeline, **how):
            case Ok(context):
                return context
            case Err(error):
                raise AssertionError(str(error))

    def failed(self, *pipeline: Mapping[str, Any], **how: Any) -> PipelineError:
        """The error of a run that has to fail."""
        match self.run(*pipeline, **how):
            case Ok(context):
                raise AssertionError(f"it ran: {context}")
            case Err(error):
                return error

    def act(self, name: str, function: Callable[[Any, Any, Any], Any]) -> str:
        """Make `function` something that a toy does."""
        self.monkeypatch.setitem(ACTS, name, function)
        return name

    @property
    def record(self) -> dict[str, Any]:
        """What `experiment.json` says."""
        return record_of(self.directory)

    @property
    def statuses(self) -> list[str]:
        """What became of each stage, by the record."""
        return [stage["status"] for stage in self.record["stages"]]

    def begun(self, name: str) -> list[str]:
        """How often the stage with the directory `name` was begun: `anew` or `again`."""
        return (self.directory / name / "begun.txt").read_text(encoding="utf-8").split()
