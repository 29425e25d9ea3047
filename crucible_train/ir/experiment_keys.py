"""What the writer of an unknown key of an experiment most likely meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crucible_ir import TrainingConfig
from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, format_loc
from crucible_train.diagnostics.from_pydantic import unknown_key
from crucible_train.ir.unknown_keys import explain, only_files_extend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.loops.stage_config import StageConfig


def explain_experiment_key(
    loc: Loc, allowed: frozenset[str], stages: Mapping[str, type[StageConfig]]
) -> Diagnostic:
    """The finding for an unknown key at `loc`; `stages` are the configs of those in the pipeline.

    A setting in the wrong place of an experiment (CRU107): at the top level, or a stage's own in the shared
    training config, which has the IR's keys and no others. Else as in a spec.
    """
    key, shown = str(loc[-1]), f"`{format_loc(loc)}`"
    if key == "extends":
        return only_files_extend(loc)
    owners = [name for name, model in stages.items() if key in model.spec_keys()]
    if loc == ("training_config", key) and owners:
        hint = f"write it in the options of {owners[0]}"
        other = next((one for one in stages[owners[0]].mapping_table() if one.target == key), None)
        if other is not None and other.source != key:
            hint = f"write `{other.source}`, or {hint}"
        return Diagnostic("CRU107", f"{shown}: `{key}` is a setting of {owners[0]}", loc, hint=hint)
    if loc == (key,) and (owners or key in TrainingConfig.model_fields):
        shared = key in TrainingConfig.model_fields
        hint = "write it below `training_config`" if shared else f"write it in the options of {owners[0]}"
        return Diagnostic("CRU107", f"{shown} is no key of an experiment", loc, hint=hint)
    if len(loc) == 3 and loc[0] == "pipeline" and owners:
        return Diagnostic("CRU107", f"{shown}: `{key}` is an option", loc, hint="write it below `options`")
    if loc[:1] == ("training_config",):
        inner = explain(loc[1:], allowed, stage="", top_level=frozenset(TrainingConfig.model_fields))
        message = inner.message.replace(f"`{format_loc(loc[1:])}`", shown, 1)
        return replace(inner, message=message, loc=loc)
    return unknown_key(loc, allowed)
