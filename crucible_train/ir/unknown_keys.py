"""What the writer of an unknown key most likely meant, given the stage and the backend."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, cast

from crucible_ir import TrainingConfig
from crucible_train import registry
from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, format_loc
from crucible_train.diagnostics.suggest import did_you_mean, misspelt, nearest

if TYPE_CHECKING:
    from collections.abc import Container

    from crucible_train.diagnostics.other_tools import ForeignName


def explain(loc: Loc, allowed: frozenset[str], *, stage: str, top_level: frozenset[str]) -> Diagnostic:
    """The finding for an unknown key at `loc`, where only `allowed` keys are known.

    In this order: `extends` (CRU107), another stage's key, or a training config's where none is read
    (CRU103), another trainer's name (CRU104), a key of the spec's top level in the wrong place (CRU107), a
    misspelling (CRU101).
    """
    key = str(loc[-1])
    shown = f"`{format_loc(loc)}`"
    if key == "extends":
        return only_files_extend(loc)
    # The backend is told `training_config` as it is: the stage's own keys are nothing there.
    here = frozenset[str]() if loc[:-1] == ("training_config",) else allowed
    in_settings = len(loc) == 1 or loc[0] in ("options", "training_config")
    fix = misspelt(key, here)
    if in_settings:
        owner = _owner(key, stage, top_level, registered=len(loc) == 1 and fix is None)
        if owner is not None:
            place = "" if len(loc) == 1 else f"{shown}: "
            return _other_stage(loc, f"{place}`{key}` belongs to {owner}", stage)
        foreign = foreign_name(key)
        if foreign is not None:
            return _translated(loc, foreign, here, stage, top_level)
        parts = None if key in TrainingConfig.model_fields else _section(key)
        if parts is not None:
            return Diagnostic("CRU104", f"{shown} is a section of other tools' configs", loc, hint=parts)
    if len(loc) > 1 and key in top_level:
        return Diagnostic(
            "CRU107", f"{shown}: `{key}` has no meaning here", loc, hint=f"write `{key}` at the top level"
        )
    hint = did_you_mean(key, sorted(allowed))
    if hint is None and in_settings:
        hint = did_you_mean(key, sorted(top_level)) or _near_other_names(key, stage, top_level)
    if hint is None:
        hint = f"known here: {', '.join(sorted(allowed))}"
    return Diagnostic("CRU101", f"unknown key {shown}", loc, hint=hint, fix=fix)


def _owner(key: str, stage: str, top_level: frozenset[str], *, registered: bool) -> str | None:
    """The other stages whose key it is, among `registered` ones too if asked."""
    from crucible_train.diagnostics.foreign_names import STAGE_KEYS  # only a mistake needs it

    if key in top_level:
        return None
    if key in TrainingConfig.model_fields:
        return None if "options" in top_level else "stages that train"
    owner = STAGE_KEYS.get(key) or (_registered_keys().get(key) if registered else None)
    return None if owner == stage else owner


@cache
def _registered_keys() -> dict[str, str]:
    """Every key that a built-in stage reads, and the first stage that does."""
    found: dict[str, str] = {}
    for name in registry.BUILT_IN["stages"]:
        found = dict.fromkeys(registry.stage(name).unwrap().config_model.spec_keys(), name) | found
    return found


def _other_stage(loc: Loc, message: str, stage: str) -> Diagnostic:
    this = f"; this is {stage}" if stage else ""
    return Diagnostic("CRU103", f"{message}{this}", loc, hint="remove it")


def foreign_name(key: str) -> ForeignName | None:
    """What another tool means by `key`."""
    from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES  # only a mistake needs the table

    return FOREIGN_NAMES.get(key)


def _translated(
    loc: Loc, foreign: ForeignName, here: frozenset[str], stage: str, top_level: frozenset[str]
) -> Diagnostic:
    """The finding for another trainer's name, where the keys that are known are `here`."""
    shown = f"`{format_loc(loc)}`"
    if foreign.ours is None:
        message = f"{shown} is a setting of {foreign.tool}'s without an equivalent here"
        return Diagnostic("CRU104", message, loc, hint=f"remove it: {foreign.note}")
    head, _, rest = foreign.ours.partition(".")
    leaf = rest if head == "options" else foreign.ours
    is_here = leaf in here
    if not is_here and head not in top_level:
        message = f"{shown} is {foreign.tool}'s name for `{leaf}`, which belongs to stages that train"
        return _other_stage(loc, message, stage)
    ours = leaf if is_here else foreign.ours
    where = " at the top level" if len(loc) > 1 and not is_here and head != "options" else ""
    note = f" ({foreign.note})" if foreign.note else ""
    return Diagnostic(
        "CRU104",
        f"{shown} is {foreign.tool}'s name for `{ours}`",
        loc,
        hint=f"write `{ours}`{where}{note}",
        fix=leaf if is_here and foreign.is_rename else None,
    )


def explain_section(finding: Diagnostic, value: object) -> Diagnostic:
    """The finding of a mapping where text should be, as other tools write it: `optimizer: {lr: 1.0e-4}`."""
    if finding.code != "CRU201" or len(finding.loc) != 1 or not isinstance(value, dict):
        return finding
    hint = _section(str(finding.loc[0]), cast("dict[object, object]", value))
    return finding if hint is None else replace(finding, hint=hint)


def _section(name: str, keys: Container[object] | None = None) -> str | None:
    """What the settings are that other tools write below `name`; of some of them, where there are `keys`."""
    from crucible_train.diagnostics.foreign_names import section  # only a mistake needs the table

    parts = [
        f"`{foreign.ours}` for `{path.partition('.')[2]}`"
        for path, foreign in section(name).items()
        if foreign.ours is not None and (keys is None or path.partition(".")[2] in keys)
    ]
    return f"write {', '.join(parts)}" if parts else None


def only_files_extend(loc: Loc) -> Diagnostic:
    """The finding for `extends` anywhere but at the top of a file, where reading has answered it."""
    message = f"`{format_loc(loc)}`: only a file can extend others, at its top level"
    hint = "write it at the top of a file" if len(loc) > 1 else "write the spec to a file, and load that"
    return Diagnostic("CRU107", message, loc, hint=hint)


def _near_other_names(key: str, stage: str, top_level: frozenset[str]) -> str | None:
    """What a misspelt name of another stage's or another trainer's setting stands for."""
    from crucible_train.diagnostics.foreign_names import (
        FOREIGN_NAMES,
        STAGE_KEYS,
    )  # only a mistake needs them

    targets = {name: foreign.ours for name, foreign in FOREIGN_NAMES.items()}
    ours = {name: key for name, key in targets.items() if key and key.partition(".")[0] in top_level}
    known = nearest(key, [*ours, *STAGE_KEYS])
    if known is None:
        return None
    if known in ours:
        return f"did you mean `{ours[known]}`, which {FOREIGN_NAMES[known].tool} calls `{known}`?"
    owner = STAGE_KEYS[known]
    other = bool(stage) and owner != stage
    return f"did you mean `{known}`?" + (f" It belongs to {owner}; this is {stage}" if other else "")
