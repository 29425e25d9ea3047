"""What the writer of an unknown key most likely meant, given the stage and the backend."""

from __future__ import annotations

from crucible_ir import TrainingConfig
from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, format_loc
from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES, STAGE_KEYS
from crucible_train.diagnostics.suggest import did_you_mean, nearest


def explain(loc: Loc, allowed: frozenset[str], *, stage: str, top_level: frozenset[str]) -> Diagnostic:
    """The finding for an unknown key at `loc`, where only `allowed` keys are known.

    In this order: another stage's key, or a training config's where none is read (CRU103), another trainer's
    name (CRU104), a key of the spec's top level in the wrong place (CRU107), a misspelling (CRU101).
    """
    key = str(loc[-1])
    shown = f"`{format_loc(loc)}`"
    in_settings = len(loc) == 1 or loc[0] in ("options", "training_config")
    owner = STAGE_KEYS.get(key)
    if in_settings and owner is not None and owner != stage:
        return Diagnostic(
            "CRU103", f"{shown}: `{key}` belongs to {owner}; this is {stage}", loc, hint="remove it"
        )
    if in_settings and "options" not in top_level and key in TrainingConfig.model_fields:
        message = f"{shown}: `{key}` belongs to stages that train; this is {stage}"
        return Diagnostic("CRU103", message, loc, hint="remove it")
    foreign = FOREIGN_NAMES.get(key)
    if in_settings and foreign is not None:
        note = f" ({foreign.note})" if foreign.note else ""
        return Diagnostic(
            "CRU104",
            f"{shown} is {foreign.tool}'s name for `{foreign.ours}`",
            loc,
            hint=f"write `{foreign.ours}`{note}",
        )
    if len(loc) > 1 and key in top_level:
        return Diagnostic(
            "CRU107", f"{shown}: `{key}` has no meaning here", loc, hint=f"write `{key}` at the top level"
        )
    hint = did_you_mean(key, sorted(allowed))
    if hint is None and in_settings:
        hint = did_you_mean(key, sorted(top_level)) or _near_other_names(key, stage)
    if hint is None:
        hint = f"known here: {', '.join(sorted(allowed))}"
    return Diagnostic("CRU101", f"unknown key {shown}", loc, hint=hint)


def _near_other_names(key: str, stage: str) -> str | None:
    """What a misspelt name of another stage's or another trainer's setting stands for."""
    known = nearest(key, [*FOREIGN_NAMES, *STAGE_KEYS])
    if known is None:
        return None
    foreign = FOREIGN_NAMES.get(known)
    if foreign is not None:
        return f"did you mean `{foreign.ours}`, which {foreign.tool} calls `{known}`?"
    owner = STAGE_KEYS[known]
    return f"did you mean `{known}`?" + ("" if owner == stage else f" It belongs to {owner}; this is {stage}")
