"""Parts of an experiment that no stage of its pipeline acts on (CRU406): they are only recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, format_loc
from crucible_train.ir.experiment_fields import RECORDED, UNREAD, WHOLE_SPEC
from crucible_train.ir.experiment_sources import shared_values, value_at
from crucible_train.loops.stage_config import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crucible_train.ir.experiment import PlannedStage
    from crucible_train.ir.spec import Source


def effect_findings(source: Source, stages: Sequence[PlannedStage]) -> list[Diagnostic]:
    """Warnings about what was set in the experiment and has no effect, placed."""
    data = source.values
    found = [
        _recorded(place, why)
        for loc, why in RECORDED.items()
        for holder, place, inner in _holders(data, loc)
        if _set(holder, inner)
    ]
    for loc, (why, hint) in UNREAD.items():
        if _set(data, loc) and not any(_reads(one, source, loc) for one in stages):
            found.append(_recorded(loc, why, hint))
    if not any(one.enabled for one in stages):
        found.append(_recorded(("pipeline",), "every stage is disabled: a run does nothing"))
    return [source.place(one) for one in found]


def _reads(stage: PlannedStage, source: Source, loc: Loc) -> bool:
    """Whether a value of the part at `loc` took effect in `stage`."""
    trains = stage.normalized.config.trains()
    if trains and loc == WHOLE_SPEC:
        return True
    read = stage.normalized.read_from(Layer.EXPERIMENT)
    parts = shared_values(source, stage.label, trains=trains).items()
    return any(key in read and place[: len(loc)] == loc for key, (_, place) in parts)


def _holders(data: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Mapping[str, Any], Loc, Loc]]:
    """The mappings that may have the field `loc`, its place in the document and its place in the mapping."""
    if loc[0] != "pipeline":
        yield data, loc, loc
        return
    for index, stage_def in enumerate(cast("Sequence[Mapping[str, Any]]", data["pipeline"])):
        yield stage_def, ("pipeline", index, *loc[1:]), loc[1:]


def _recorded(loc: Loc, why: str, hint: str | None = None) -> Diagnostic:
    message = f"`{format_loc(loc)}` has no effect: {why}"
    return Diagnostic("CRU406", message, loc, hint=hint, severity=Severity.WARNING)


def _set(data: Mapping[str, Any], loc: Loc) -> bool:
    """Whether there is a value at `loc` that says something."""
    value = value_at(data, loc)
    return value not in (None, {}, [], ()) and (loc, value) != (("backend", "profile"), "default")
