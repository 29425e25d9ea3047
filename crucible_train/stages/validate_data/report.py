"""`DataReport`: all that was found out about a data set, as JSON data and as metrics."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.stages.validate_data.finding import Finding
    from crucible_train.stages.validate_data.labels import Labels
    from crucible_train.stages.validate_data.lengths import Lengths
    from crucible_train.stages.validate_data.limits import Limited
    from crucible_train.stages.validate_data.survey import Survey


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation data, beside the data to train on."""

    data: Survey
    refused: Finding
    overlap: Finding

    def to_json(self) -> dict[str, Any]:
        """It as JSON data."""
        return {
            **_data_json(self.data),
            "refused": self.refused.to_json(),
            "overlap": self.overlap.to_json(),
        }


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a person should know before training on a data set."""

    data: Survey
    refused: Finding
    duplicates: Finding
    conflicts: Finding
    empty: Finding
    unanswered: Finding
    too_long: Finding | None
    """`None` without a `max_length`."""
    lengths: Lengths | None
    """`None` where no record could be read."""
    labels: Labels | None
    evaluation: Evaluation | None
    notes: tuple[str, ...]
    """What was not measured and why; what else to know."""
    limits: tuple[Limited, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether no limit is exceeded."""
        return not any(limited.exceeded for limited in self.limits)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """What was found about the records to train on, by name."""
        for name in ("refused", "duplicates", "conflicts", "empty", "unanswered", "too_long"):
            found: Finding | None = getattr(self, name)
            if found is not None:
                yield name, found

    def to_json(self) -> dict[str, Any]:
        """The report as JSON data."""
        found = {name: one.to_json() for name, one in self.findings()}
        return {
            "accepted": self.accepted,
            "dataset": _data_json(self.data),
            **found,
            "too_long": found.get("too_long"),
            "lengths": None if self.lengths is None else self.lengths.to_json(),
            "labels": None if self.labels is None else self.labels.to_json(),
            "evaluation": None if self.evaluation is None else self.evaluation.to_json(),
            "limits": [asdict(limited) for limited in self.limits],
            "notes": list(self.notes),
        }

    def metrics(self) -> dict[str, float]:
        """The numbers of the report, for the pipeline's metrics."""
        values: dict[str, float] = {
            "num_records": self.data.num_records,
            "num_readable": len(self.data.records),
            **{f"num_{name}": one.num_records for name, one in self.findings()},
        }
        if self.lengths is not None:
            total = self.lengths.total
            values |= {"length_median": total.median, "length_p95": total.p95, "length_max": total.max}
            values["length_total"] = total.total
        if self.labels is not None:
            values |= {"num_labels": self.labels.num_labels, "majority_share": self.labels.majority_share}
            values["label_entropy_bits"] = self.labels.entropy_bits
        if self.evaluation is not None:
            values["num_eval_records"] = self.evaluation.data.num_records
            values["num_eval_refused"] = self.evaluation.refused.num_records
            values["num_overlap"] = self.evaluation.overlap.num_records
        return {name: float(value) for name, value in values.items()}


def _data_json(data: Survey) -> dict[str, Any]:
    return {
        "origin": data.origin,
        "shape": str(data.shape),
        "num_records": data.num_records,
        "num_readable": len(data.records),
        "columns": [asdict(column) for column in data.columns],
    }
