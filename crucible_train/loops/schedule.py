"""Learning-rate schedules: what a stage config may name, and the multiplier each gives at a step.

A schedule is a name (`linear`, `cosine`, `constant`) or a `WarmupSchedule` around another schedule, so
warm-ups nest. The learning rate of step s is the base rate times `lr_multiplier(schedule, s, T)`.

Sources: cosine, Loshchilov & Hutter 2017 (arXiv:1608.03983) without restarts; warm-up, Goyal et al. 2017
(arXiv:1706.02677).
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

__all__ = ["LRSchedule", "ScheduleName", "WarmupSchedule", "lr_multiplier"]

ScheduleName: TypeAlias = Literal["linear", "cosine", "constant"]
"""`linear` falls to 0, `cosine` falls to 0 along half a cosine, `constant` stays."""


def _in_any_case() -> dict[str, Any]:
    """The JSON Schema of a name: the names themselves for an editor to offer, any case of them to accept."""
    names = get_args(ScheduleName)
    patterns = ("".join(f"[{letter}{letter.upper()}]" for letter in name) for name in names)
    return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": f"^({'|'.join(patterns)})$"}]}


def _lower_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _kind(value: object) -> str:
    """A mapping is a warm-up; everything else is judged as a name, so that one value gives one finding."""
    return "WarmupSchedule" if isinstance(value, dict | WarmupSchedule) else "ScheduleName"


class WarmupSchedule(BaseModel):
    """A linear warm-up from 0, then `schedule` over the steps that remain."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    warmup: int = Field(ge=0)
    """Steps of warm-up: step s < `warmup` has multiplier s / `warmup`, so step 0 trains with rate 0."""
    schedule: LRSchedule
    """What follows, counted from the end of the warm-up."""


LRSchedule: TypeAlias = Annotated[
    Annotated[ScheduleName, BeforeValidator(_lower_case), Tag("ScheduleName"), WithJsonSchema(_in_any_case())]
    | Annotated[WarmupSchedule, Tag("WarmupSchedule")],
    Discriminator(_kind),
]
"""A schedule as a config field. Names are read without regard to case."""


def lr_multiplier(schedule: LRSchedule, step: int, total_steps: int) -> float:
    """What to multiply the base learning rate with at `step` (from 0) of `total_steps`.

    Past the end the formulas go on: `linear` turns negative, `cosine` rises again. A loop that stays
    inside its plan never asks. A warm-up at least as long as the training leaves one step to what follows.

    Raises `ValueError` for a negative `step` or a `total_steps` below 1, `TypeError` for anything but
    integers: a plan has neither.
    """
    if type(step) is not int or type(total_steps) is not int:
        raise TypeError(f"step and total_steps count steps: got {step!r} and {total_steps!r}")
    if step < 0 or total_steps < 1:
        raise ValueError(f"step {step} of {total_steps}: steps count from 0, of at least 1")
    while isinstance(schedule, WarmupSchedule):
        if step < schedule.warmup:
            return step / schedule.warmup
        step -= schedule.warmup
        total_steps = max(total_steps - schedule.warmup, 1)
        schedule = schedule.schedule
    match schedule:
        case "linear":
            return 1.0 - step / total_steps
        case "cosine":
            return (1.0 + math.cos(math.pi * step / total_steps)) / 2.0
        case "constant":
            return 1.0
