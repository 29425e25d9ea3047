"""`ValidateDataConfig`: which data set is looked at, and what of it makes the stage fail."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from crucible_train.diagnostics.diagnostic import Diagnostic, Severity
from crucible_train.loops.stage_config import StageConfig

Limit: TypeAlias = Annotated[float, Field(ge=0, le=1)]
"""The largest fraction that is accepted; 1 accepts anything."""

_NEEDS = {"max_too_long": "max_length", "max_overlap": "eval_dataset_ref"}
"""Limits of what is only measured where another setting says what to measure."""


class ValidateDataConfig(StageConfig):
    """Checks of a data set, before anything is trained on it."""

    dataset_ref: dict[str, Any]
    """The data set to check."""

    eval_dataset_ref: dict[str, Any] | None = None
    """The data that the model will be evaluated on: records of it among those to train on are found."""

    model_ref: dict[str, Any] | None = None
    """The model to be trained: lengths are counted in its tokens. Left out: in characters."""

    max_length: Annotated[int, Field(ge=2)] | None = None
    """Longest record, in what lengths are counted in; longer ones are listed. Best the `max_length` of the
    training to come."""

    label: Annotated[str, Field(min_length=1)] | None = None
    """The column whose values are counted as labels. Left out: the answers, where they are few and repeat."""

    num_examples: Annotated[int, Field(ge=0)] = 5
    """How many records are listed for each finding."""

    max_refused: Limit = 0.0
    """Fraction of the records, of either data set, that may be unreadable or differ from `schema`. A training
    stage refuses a data set with even one."""

    max_duplicates: Limit = 1.0
    """Fraction of the records that may repeat an earlier one exactly."""

    max_conflicts: Limit = 1.0
    """Fraction of the records that may share their prompt with a record that has another answer."""

    max_empty: Limit = 1.0
    """Fraction of the records that may have an empty message: nothing in it, or only white space."""

    max_unanswered: Limit = 1.0
    """Fraction of the records that may be conversations in which no assistant says anything."""

    max_too_long: Limit = 1.0
    """Fraction of the records that may be longer than `max_length`."""

    max_majority: Limit = 1.0
    """Fraction of the labels that may be one and the same."""

    max_overlap: Limit = 1.0
    """Fraction of the evaluation records whose text or prompt may be among the records to train on."""

    def findings(
        self, total_steps: int | None = None, broken: frozenset[str] = frozenset()
    ) -> list[Diagnostic]:
        """Limits of what is not measured."""
        return [
            Diagnostic(
                "CRU405",
                f"`{limit}` has no effect: without `{needed}` nothing is measured",
                (limit,),
                hint=f"set `{needed}`",
                severity=Severity.WARNING,
            )
            for limit, needed in _NEEDS.items()
            if limit in self.model_fields_set and getattr(self, needed) is None and needed not in broken
        ]
