"""From a context to what a report says: every section, once for people and once for programs."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args

from crucible_train.ir.normalized import UNCOUNTED
from crucible_train.stages.report.config import SectionName
from crucible_train.stages.report.json_blocks import table
from crucible_train.stages.report.material import Material
from crucible_train.stages.report.stage_result import in_short, result_blocks, result_warnings
from crucible_train.stages.report.tree import (
    Block,
    Content,
    Facts,
    Group,
    Paragraph,
    Picture,
    Section,
    Table,
    Verbatim,
)
from crucible_train.stages.report.wording import in_words, name_in_words, number, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from crucible_train.context import Context
    from crucible_train.stages.report.material import Named

Made: TypeAlias = tuple[tuple[Block, ...], Any]
"""What a section shows, and its data."""

_FACTS = ("id", "experiment_type", "owner", "tags", "created_at", "updated_at")
"""Fields of an experiment, as they are listed."""

MAX_RATIO = 10
"""Changes to this multiple and beyond are not said in per cent."""


def build(
    context: Context,
    directory: Path,
    *,
    title: str | None = None,
    sections: Sequence[SectionName] | None = None,
) -> Content:
    """What there is to say about `context`, for a report in `directory`.

    `sections` are those to write, in their order, also if they are empty; left out: all that are not.
    Raises `TypeError` where the context holds what is not JSON data.
    """
    material = Material(context, directory)
    made: list[Section] = []
    for name in sections or get_args(SectionName):
        heading, make = _SECTIONS[name]
        blocks, data = make(material)
        if sections is not None and not blocks:
            blocks = (Paragraph("None."),)
        made.append(Section(name, heading, blocks, data))
    if title is None:
        title = context.run_id if context.experiment is None else context.experiment.id
    return Content(title, context.run_id, tuple(made))


def _experiment(material: Material) -> Made:
    run = ("run", material.run_id)
    if material.experiment is None:
        return (Facts((run,)),), None
    fields = {*_FACTS, "description", "metadata"}
    written = material.experiment.model_dump(mode="json", include=fields, exclude_none=True)
    data: dict[str, Any] = {key: value for key, value in written.items() if value not in ([], {})}
    about = (Paragraph(data["description"]),) if data.get("description") else ()
    rows = [(name_in_words(key), in_words(data[key])) for key in _FACTS if key in data]
    rows += [(f"metadata: {key}", in_words(value)) for key, value in data.get("metadata", {}).items()]
    return (*about, Facts((*rows, run))), data


def _stages(material: Material) -> Made:
    states = material.states()
    data = [
        {"stage": label, "state": state} | ({"output": material.outputs[label]} if is_done else {})
        for label, state in states.items()
        for is_done in [label in material.outputs]
    ]
    rows = [
        (label, state, in_short(material.outputs[label]) if label in material.outputs else "")
        for label, state in states.items()
    ]
    results = {label: result_blocks(output) for label, output in material.outputs.items()}
    groups = [Group(label, blocks) for label, blocks in results.items() if blocks]
    return ((Table(("stage", "state", "result"), tuple(rows)), *groups) if rows else ()), data


def _settings(material: Material) -> Made:
    """What the training stages were set to where they were not set to the same."""
    by_stage = {
        label: flat for label, files in material.run_files.items() if (flat := _flat(plain(files.settings)))
    }
    names = dict.fromkeys(name for settings in by_stage.values() for name in settings)
    data: list[dict[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for name in names:
        values = {label: settings.get(name) for label, settings in by_stage.items()}
        if name in UNCOUNTED or len({json.dumps(value) for value in values.values()}) == 1:
            continue
        data.append({"setting": name, "values": values})
        rows.append((name, *(json.dumps(value, ensure_ascii=False) for value in values.values())))
    return (table(("setting", *by_stage), rows) if rows else ()), data


def _flat(settings: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    """Settings by their whole names, `training_config.seed` among them."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if name == "training_config" and isinstance(value, dict):
            found |= _flat(cast("dict[str, Any]", value), f"{name}.")
        else:
            found[under + name] = value
    return found


def _warnings(material: Material) -> Made:
    data: list[dict[str, Any]] = []
    for label, output in material.outputs.items():
        files = material.run_files.get(label)
        said = (*(files.warnings if files else ()), *result_warnings(output))
        data += ({"stage": label, "text": text} for text in said)
    return _listed(data, ("stage", "text"), ("stage", "warning")), data


def _curves(material: Material) -> Made:
    pictures: list[Block] = []
    data: list[dict[str, str]] = []
    for label, files in material.run_files.items():
        if files.plot is not None:
            path = material.plot_path(label)
            pictures.append(Picture(f"Loss of {label}", path, files.plot))
            data.append({"stage": label, "path": path})
    return tuple(pictures), data


def _samples(material: Material) -> Made:
    groups: list[Block] = []
    data: list[dict[str, Any]] = []
    for label, files in material.run_files.items():
        shown: list[Block] = []
        for sample in files.samples:
            kept = {key: sample[key] for key in ("prompt", "text", "stop_reason", "error") if key in sample}
            data.append({"stage": label, **plain(kept)})
            shown += _one_sample(sample)
        if shown:
            groups.append(Group(label, tuple(shown)))
    return tuple(groups), data


def _one_sample(sample: Mapping[str, Any]) -> Iterator[Block]:
    yield Verbatim("prompt", sample["prompt"])
    if "text" in sample:
        yield Verbatim(
            "answer (cut off)" if sample.get("stop_reason") == "length" else "answer", sample["text"]
        )
    else:
        yield Verbatim("no answer", sample["error"])


def _changes(material: Material) -> Made:
    """What a metric was in one stage, and in the next one that has it."""
    measured: dict[str, dict[str, float]] = {}
    for label in material.labels:
        for stage, metric, value in material.metrics:
            if stage == label and not isinstance(value, str):  # one that is not finite is text by now
                measured.setdefault(metric, {})[label] = value
    data: list[dict[str, Any]] = []
    rows: list[tuple[str, ...]] = []
    for metric, values in measured.items():
        for (stage, before), (later, now) in pairwise(values.items()):
            ends = {"from": {"stage": stage, "value": before}, "to": {"stage": later, "value": now}}
            data.append({"metric": metric, **ends, "difference": plain(now - before)})
            if now != before:
                rows.append((metric, stage, number(before), later, number(now), _change(before, now)))
    columns = ("metric", "from", "value", "to", "value", "change")
    return (table(columns, rows, frozenset({2, 4, 5})) if rows else ()), data


def _change(before: float, now: float) -> str:
    """The difference with its sign, and in per cent where there is something to compare with."""
    difference = now - before
    text = f"{'+' if difference > 0 else '−'}{number(abs(difference))}"
    if abs(difference) >= MAX_RATIO * abs(before):
        return text
    return f"{text} ({difference / abs(before):+.1%})".replace("(-", "(−")


def _metrics(material: Material) -> Made:
    keys = ("stage", "metric", "value")
    data = [_row(keys, entry) for entry in material.metrics]
    return _listed(data, keys, keys, frozenset({2})), data


def _artifacts(material: Material) -> Made:
    keys = ("stage", "artifact", "path")
    data = [_row(keys, entry) for entry in material.artifacts]
    return _listed(data, keys, keys), data


def _row(keys: Sequence[str], entry: Named) -> dict[str, Any]:
    return dict(zip(keys, entry, strict=True))


def _listed(
    data: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    columns: Sequence[str],
    numeric: frozenset[int] = frozenset(),
) -> tuple[Block, ...]:
    rows = [["" if row[key] is None else in_words(row[key]) for key in keys] for row in data]
    return table(columns, rows, numeric) if rows else ()


_SECTIONS: dict[SectionName, tuple[str, Callable[[Material], Made]]] = {
    "experiment": ("Experiment", _experiment),
    "stages": ("Stages", _stages),
    "settings": ("Settings that differ", _settings),
    "warnings": ("Warnings", _warnings),
    "curves": ("Loss curves", _curves),
    "samples": ("Samples", _samples),
    "changes": ("Changes from stage to stage", _changes),
    "metrics": ("Metrics", _metrics),
    "artifacts": ("Artifacts", _artifacts),
}
