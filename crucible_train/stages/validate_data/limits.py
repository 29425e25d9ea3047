"""Limits: what was measured against what the config accepts, and the findings where it is too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.stages.validate_data.config import ValidateDataConfig
    from crucible_train.stages.validate_data.finding import Finding
    from crucible_train.stages.validate_data.report import DataReport

_WORDS = {
    "refused": "cannot be read, or differ from the schema",
    "duplicates": "repeat an earlier one",
    "conflicts": "share their prompt with a record that has another answer",
    "empty": "have an empty message",
    "unanswered": "are conversations in which no assistant says anything",
    "too_long": "are longer than `max_length`",
    "overlap": "are among the records to train on",
}


@dataclass(frozen=True, slots=True)
class Limited:
    """One limit and what it was compared with."""

    limit: str
    """The setting."""
    of: str
    """What it was applied to: a data-set reference, or the labels."""
    accepted: float
    measured: float | None
    """`None` where there was nothing to measure."""
    exceeded: bool


def compare(config: ValidateDataConfig, report: DataReport) -> Iterator[tuple[Limited, Diagnostic | None]]:
    """Every limit that applies, with a finding (CRU605) where it is exceeded, at the setting it is about."""
    for name, found in report.findings():
        yield _records(config, name, "dataset_ref", found, report.data.num_records)
    if report.evaluation is not None:
        number = report.evaluation.data.num_records
        for name, found in (("refused", report.evaluation.refused), ("overlap", report.evaluation.overlap)):
            yield _records(config, name, "eval_dataset_ref", found, number)
    if report.labels is not None or config.max_majority < 1:
        yield _majority(config, report)


def _records(
    config: ValidateDataConfig, name: str, reference: str, found: Finding, num_all: int
) -> tuple[Limited, Diagnostic | None]:
    limit = f"max_{name}"
    accepted: float = getattr(config, limit)
    limited = Limited(limit, reference, accepted, found.share, found.share > accepted)
    if not limited.exceeded:
        return limited, None
    # A limit that nobody wrote has no place; the data set has.
    target = limit if limit in config.model_fields_set else reference
    what = "evaluation records" if reference == "eval_dataset_ref" else "records"
    at_most = "none may" if accepted == 0 else f"at most {percent(accepted)} may"
    message = (
        f"`{target}`: {found.num_records:,} of {num_all:,} {what} ({percent(found.share)}) {_WORDS[name]}"
    )
    shown = ", ".join(str(example["record"]) for example in found.examples)
    listed = f"; the first: {shown}" if shown else ""
    problem = f" ({found.examples[0]['problem']})" if name == "refused" and shown else ""
    return limited, Diagnostic("CRU605", f"{message}; {at_most}{listed}{problem}", (target,))


def _majority(config: ValidateDataConfig, report: DataReport) -> tuple[Limited, Diagnostic | None]:
    name, accepted, labels = "max_majority", config.max_majority, report.labels
    if labels is None:
        message = f"`{name}` cannot be judged: no labels were found"
        finding = Diagnostic("CRU605", message, (name,), hint="name their column with `label`")
        return Limited(name, "labels", accepted, None, exceeded=True), finding
    limited = Limited(name, "labels", accepted, labels.majority_share, labels.majority_share > accepted)
    if not limited.exceeded:
        return limited, None
    label, number = labels.counts[0]
    message = (
        f"`{name}`: {number:,} of {labels.num_labelled:,} labels ({percent(labels.majority_share)}) are "
        f"{label!r:.60}; at most {percent(accepted)} may be the same"
    )
    return limited, Diagnostic("CRU605", message, (name,))


def percent(share: float) -> str:
    """A fraction for people; one that is not quite 0 or 1 does not look as if it were."""
    text = f"{100 * share:.2f}".rstrip("0").rstrip(".")
    if text == "0" and share > 0:
        return "under 0.01 %"
    return "over 99.99 %" if text == "100" and share < 1 else f"{text} %"
