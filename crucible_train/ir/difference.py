"""`difference`: what takes effect in one normalised spec or experiment and not in another.

Two stages are compared by what their fingerprints are made from, so that there is a change to show if and
only if the fingerprints differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard, cast, overload

from crucible_train.diagnostics.diagnostic import Loc, format_loc
from crucible_train.ir.normalized import UNCOUNTED, Normalized, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.ir.experiment import NormalizedExperiment


class Side(NamedTuple):
    """One side's value of a setting, and where it comes from."""

    value: Any
    layer: str
    key: str
    """The key it was written under; empty for a default."""
    at: str | None
    """Where it was written: a place in a file, a variable, an option of the command line."""
    rule: str
    """How the key became the setting; for a default, whose it is."""


Trace: TypeAlias = Callable[[Loc, Any], Side]
"""Where the value at a place of what takes effect comes from."""


class StageInEffect(NamedTuple):
    """A stage as it is compared: what takes effect in it, and where that comes from."""

    label: str
    """What it is called in its experiment; empty for a spec."""
    stage: str
    enabled: bool
    effective: Mapping[str, Any]
    trace: Trace


class Change(NamedTuple):
    """A setting that is not the same on both sides."""

    setting: str
    """Its name, such as `num_epochs` or `early_stopping.patience`; `stage` for the stage itself."""
    a: Side | None
    """`None` where it is not set."""
    b: Side | None


class Presence(StrEnum):
    """Whether a stage takes part in an experiment."""

    RUNS = "runs"
    DISABLED = "disabled"
    ABSENT = "absent"


class StageDifference(NamedTuple):
    """How a stage differs. The settings of one that runs on one side only are not listed."""

    label: str
    a: Presence
    b: Presence
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What takes effect on one side and not on the other."""

    stages: tuple[StageDifference, ...] = ()
    """Those that differ."""
    order: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """The stages that run on both sides, as each of them orders them, where the orders differ."""

    @property
    def is_empty(self) -> bool:
        """Whether both sides do the same: then, and only then, their fingerprints are equal."""
        return not self.stages and self.order is None


@overload
def diff(a: Normalized[Any], b: Normalized[Any]) -> Difference: ...
@overload
def diff(a: NormalizedExperiment, b: NormalizedExperiment) -> Difference: ...
def diff(a: Any, b: Any) -> Difference:
    """The semantic difference of two normalised specs, or of two normalised experiments.

    Comments, spelling, the order of keys, layers and file formats have no effect, nor have settings that only
    say where a run writes and what it shows. Stages of experiments are matched by label; one that is disabled
    has no effect. Raises `TypeError` for one of each kind: there is no telling which stage is meant.
    """
    if isinstance(a, Normalized) is not isinstance(b, Normalized):
        raise TypeError("difference takes two specs or two experiments, normalised")
    return compare(stages_of(a), stages_of(b))


def stages_of(one: Normalized[Any] | NormalizedExperiment) -> list[StageInEffect]:
    """The stages of a spec (one, without a label) or an experiment, as `compare` takes them."""
    if isinstance(one, Normalized):
        return [_in_effect("", one)]
    return [_in_effect(stage.label, stage.normalized, stage.enabled) for stage in one.stages]


def compare(a: Sequence[StageInEffect], b: Sequence[StageInEffect]) -> Difference:
    """The difference of what two pipelines do."""
    of_a, of_b = ({stage.label: stage for stage in side} for side in (a, b))
    found: list[StageDifference] = []
    for label in dict.fromkeys((*of_a, *of_b)):
        one, other = of_a.get(label), of_b.get(label)
        if _runs(one) and _runs(other):
            changes = tuple(_changes_of_stage(one, other))
            if changes:
                found.append(StageDifference(label, Presence.RUNS, Presence.RUNS, changes))
        elif _runs(one) or _runs(other):
            found.append(StageDifference(label, _presence(one), _presence(other), ()))
    common = {label for label in of_a if _runs(of_a[label]) and _runs(of_b.get(label))}
    orders = [tuple(label for label in side if label in common) for side in (of_a, of_b)]
    return Difference(tuple(found), None if orders[0] == orders[1] else (orders[0], orders[1]))


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names of the settings that differ between two configs of one stage, as JSON data."""
    return sorted(format_loc(loc) for loc in _places(before, now) if loc[0] not in UNCOUNTED)


def _in_effect(label: str, normalized: Normalized[Any], enabled: bool = True) -> StageInEffect:
    def trace(loc: Loc, value: Any) -> Side:
        row = normalized.trace(loc, value)
        return Side(value, row.layer.label, row.key, row.at, row.rule)

    return StageInEffect(label, normalized.stage, enabled, normalized.effective, trace)


def _runs(stage: StageInEffect | None) -> TypeGuard[StageInEffect]:
    return stage is not None and stage.enabled


def _presence(stage: StageInEffect | None) -> Presence:
    if stage is None:
        return Presence.ABSENT
    return Presence.RUNS if stage.enabled else Presence.DISABLED


def _changes_of_stage(a: StageInEffect, b: StageInEffect) -> Iterator[Change]:
    if a.stage != b.stage:  # what the settings mean is the stage's to say
        yield Change("stage", _of_stage(a), _of_stage(b))
        return
    for loc in _places(a.effective, b.effective):
        yield Change(format_loc(loc), _side(a, loc), _side(b, loc))


def _of_stage(one: StageInEffect) -> Side:
    return Side(one.stage, "", "", None, "")


def _side(one: StageInEffect, loc: Loc) -> Side | None:
    value: Any = one.effective
    for key in loc:
        if key not in value:
            return None
        value = value[key]
    return one.trace(loc, value)


def _places(a: Mapping[str, Any], b: Mapping[str, Any], under: Loc = ()) -> Iterator[Loc]:
    """Where two mappings differ, key by key as long as both sides have a mapping."""
    for key in dict.fromkeys((*a, *b)):
        if key in a and key in b:
            one, other = a[key], b[key]
            if canonical(one) == canonical(other):
                continue
            if isinstance(one, dict) and isinstance(other, dict):
                inner = cast("tuple[dict[str, Any], dict[str, Any]]", (one, other))
                yield from _places(*inner, (*under, key))
                continue
        yield (*under, key)
