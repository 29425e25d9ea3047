"""Contexts to report on, and reports to look into."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from crucible_ir import Experiment
from crucible_train import Context
from crucible_train.result import Err, Ok
from crucible_train.stages.report.stage import Report

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.diagnostics.stage_errors import StageError

VOID = frozenset({"meta", "img", "br"})
"""HTML elements without an end tag."""

TRAINED: dict[str, Any] = {
    "steps": 60,
    "epochs": 20.0,
    "stopped_early": False,
    "resumed_from": None,
    "wall_time_s": 12.34,
    "num_train_examples": 900,
    "num_eval_examples": 100,
    "num_tokens": 1_234_567,
    "dropped_train": {},
    "num_truncated_train": 0,
    "first_train_mean_nll": 5.5,
    "last_train_mean_nll": 0.51234567,
    "best_eval_mean_nll": 1.0,
    "last_eval_mean_nll": 1.25,
}
"""What a training stage puts out."""

NOTHING: dict[str, Any] = {"num_records": 0, "share": 0.0, "counts": {}, "examples": []}
"""A finding about no record."""

CHECKED: dict[str, Any] = {
    "accepted": True,
    "dataset": {"num_records": 40, "shape": "text"},
    "duplicates": {"num_records": 1, "share": 0.025, "counts": {"exact": 1}, "examples": [{"record": 3}]},
    "conflicts": NOTHING,
    "labels": None,
    "evaluation": {"num_records": 2, "overlap": {**NOTHING, "num_records": 2, "share": 1.0}},
    "limits": [],
    "notes": ["no balance of labels"],
}
"""What `validate_data` puts out."""


def experiment(**changes: Any) -> Experiment:
    """An experiment of two stages, with `changes`."""
    return Experiment.model_validate(
        {
            "id": "two-rates",
            "backend": {"id": "local"},
            "pipeline": [{"name": "supervised_train"}, {"name": "report"}],
            **changes,
        }
    )


def context_of(outputs: dict[str, Any], **changes: Any) -> Context:
    """The context after stages with these outputs."""
    return Context(**{"outputs": outputs, "completed_stages": tuple(outputs), **changes})


def run(context: Context, **options: Any) -> Ok[Context] | Err[StageError]:
    """Run the stage."""
    return Report().run(context, options)


def ran(context: Context, **options: Any) -> Context:
    """The context of a run that has to succeed."""
    match run(context, **options):
        case Ok(after):
            return after
        case Err(error):
            raise AssertionError(str(error))


def failed(context: Context, **options: Any) -> StageError:
    """The error of a run that has to fail."""
    match run(context, **options):
        case Ok(after):
            raise AssertionError(f"it ran: {after}")
        case Err(error):
            return error


def write_json(path: Path, data: object) -> None:
    """Write a file of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")


class Page(HTMLParser):
    """A page, read: `tags` in order, `text` between them, and what was not balanced."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
