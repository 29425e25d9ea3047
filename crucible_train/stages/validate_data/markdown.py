"""The report as Markdown, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crucible_train.stages.validate_data.limits import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crucible_train.stages.validate_data.finding import Finding
    from crucible_train.stages.validate_data.report import DataReport
    from crucible_train.stages.validate_data.survey import Survey

MAX_SHOWN_CHARACTERS = 100

_TITLES = {
    "refused": "unreadable, or not as the schema says",
    "duplicates": "repeat an earlier record",
    "conflicts": "same prompt, another answer",
    "empty": "an empty message",
    "unanswered": "no answer of an assistant",
    "too_long": "longer than `max_length`",
    "overlap": "evaluation records among those to train on",
}


def markdown(report: DataReport) -> str:
    """The report, a page or so."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: DataReport) -> Iterator[str]:
    yield f"# Data report: {_text(report.data.origin)}"
    yield ""
    exceeded = [f"`{one.limit}` ({one.of})" for one in report.limits if one.exceeded]
    yield f"**Rejected**: {', '.join(exceeded)} exceeded." if exceeded else "Accepted: no limit is exceeded."
    yield ""
    yield _head(report.data)
    if report.evaluation is not None:
        yield f"Evaluation data: {_head(report.evaluation.data)}"
    yield ""
    yield from _table(("found", "records", "share", "of them"), _finding_rows(report))
    yield from _examples(report)
    yield from _lengths(report)
    yield from _labels(report)
    yield "## Columns"
    yield ""
    rows = [
        (_text(one.name), f"{one.num_records:,}", one.read_as or "not read") for one in report.data.columns
    ]
    yield from _table(("column", "records with a value", "read as"), rows)
    for note in report.notes:
        yield f"- {_text(note)}"


def _head(data: Survey) -> str:
    return f"{data.num_records:,} records of the shape `{data.shape}`, {len(data.records):,} readable."


def _all_findings(report: DataReport) -> Iterator[tuple[str, Finding]]:
    for name, found in report.findings():
        yield _TITLES[name], found
    if report.evaluation is not None:
        yield f"evaluation data: {_TITLES['refused']}", report.evaluation.refused
        yield _TITLES["overlap"], report.evaluation.overlap


def _finding_rows(report: DataReport) -> Iterator[Sequence[str]]:
    for title, found in _all_findings(report):
        counts = ", ".join(f"{name} {count:,}" for name, count in found.counts.items() if count)
        yield title, f"{found.num_records:,}", percent(found.share), counts


def _examples(report: DataReport) -> Iterator[str]:
    shown = [(title, found) for title, found in _all_findings(report) if found.examples]
    if not shown:
        return
    yield "## Examples"
    yield ""
    yield "Records are counted from 0."
    yield ""
    for title, found in shown:
        yield f"- {title}: {'; '.join(map(_example, found.examples))}"
    yield ""


def _example(example: Mapping[str, Any]) -> str:
    more = ", ".join(
        f"{key} {value}".replace("_", " ") if key != "problem" else str(value)
        for key, value in example.items()
        if key != "record"
    )
    return _text(f"{example['record']} ({more})" if more else str(example["record"]))


def _lengths(report: DataReport) -> Iterator[str]:
    lengths = report.lengths
    if lengths is None:
        return
    yield f"## Lengths in {lengths.unit}"
    yield ""
    parts = (("record", lengths.total), ("prompt", lengths.prompt), ("answer", lengths.answer))
    rows = [
        (name, *(f"{number:,}" for number in (one.min, one.median, one.p95, one.max, one.total)))
        for name, one in parts
        if one is not None
    ]
    yield from _table(("of", "min", "median", "p95", "max", "total"), rows)


def _labels(report: DataReport) -> Iterator[str]:
    labels = report.labels
    if labels is None:
        return
    yield f"## Labels: {_text(labels.source)}"
    yield ""
    missing = f", {labels.num_missing:,} records have none" if labels.num_missing else ""
    yield f"{labels.num_labels:,} labels, entropy {labels.entropy_bits:.2f} bits{missing}."
    yield ""
    rows = [
        (_label(label), f"{count:,}", percent(count / labels.num_labelled)) for label, count in labels.counts
    ]
    yield from _table(("label", "records", "share"), rows)


def _label(label: Any) -> str:
    return _text(label if isinstance(label, str) else json.dumps(label, ensure_ascii=False))


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _text(text: str) -> str:
    """Text of the data, in one line, that is no markup."""
    line = " ".join(text.split())
    if len(line) > MAX_SHOWN_CHARACTERS:
        line = line[: MAX_SHOWN_CHARACTERS - 1] + "…"
    for mark in "\\`*_<|[#":
        line = line.replace(mark, f"\\{mark}")
    return line
