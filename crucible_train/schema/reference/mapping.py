"""`mapping.md`: what becomes of every key of a training config, and of every field of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_ir import BackendRef, Experiment, StageDef, TrainingConfig
from crucible_train.diagnostics.diagnostic import format_loc
from crucible_train.ir.experiment_fields import (
    DESCRIPTIVE,
    FOR_OTHERS,
    FOR_TRAINING,
    PIPELINE,
    RECORDED,
    UNREAD,
    WHOLE_SPEC,
)
from crucible_train.schema.docstrings import field_docs
from crucible_train.schema.reference.markdown import code, page, table
from crucible_train.schema.reference.rules import rule_link
from crucible_train.schema.reference.type_places import stage_models
from crucible_train.schema.reference.type_words import one_or_more

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.diagnostics.diagnostic import Loc
    from crucible_train.loops.stage_config import StageConfig

MAPPING = "mapping.md"

_RULES = {
    "renamed": "under another name",
    "kept": "under the same name",
    "gathered": "told to the backend",
    "lifted": "key by key",
}


_INTRODUCTION = (
    "Each key of a training config has one fate in each stage that trains. A key of the stage's own may be "
    "written beside them, or in `options`. [Settings](config.md) has types and defaults."
)
_EXPERIMENTS = (
    "What a stage reads of its experiment lies under the stage's own options. A stage that trains reads the "
    "experiment's `training_config` as it reads a spec of its own; a `dataset_ref` in it goes before "
    "`dataset`. The rest describes the experiment, or is only recorded, which a warning says."
)


def mapping_page() -> str:
    """The whole page."""
    blocks = [_INTRODUCTION]
    for name, model in stage_models().items():
        if model.trains():
            lifted = ", ".join(code(key) for key in model.model_fields if key in model.option_keys())
            blocks += [f"## {name}", mapping_table(model)]
            blocks.append(f"Keys of `options` that become settings: {lifted}. The others go to the backend.")
    return page("What becomes of every key", *blocks, *experiment_blocks())


def mapping_table(model: type[StageConfig]) -> str:
    """The stage's mapping table: every key of a training config, and what becomes of it."""
    rows: list[tuple[str, str, str, str]] = []
    for row in model.mapping_table():
        if row.rule == "lifted":
            target, meaning = "its own field, else `training_config[...]`", ""
        else:
            docs, name = (TrainingConfig, row.source) if row.rule == "gathered" else (model, row.target)
            target, meaning = code(row.target), field_docs(docs)[name]
        rows.append((code(row.source), target, _RULES[row.rule], meaning))
    return table(("key", "in the stage", "how", "meaning"), rows)


def experiment_blocks() -> list[str]:
    """Every field of an experiment, of its backend and of the stages of its pipeline."""
    warning = rule_link("CRU406")
    parts: tuple[tuple[Loc, str, type[BaseModel]], ...] = (
        ((), "", Experiment),
        (("backend",), "backend.", BackendRef),
        (("pipeline",), "pipeline[...].", StageDef),
    )
    rows = [
        (code(f"{shown}{name}"), fate((*place, name), warning), field_docs(model)[name])
        for place, shown, model in parts
        for name in model.model_fields
        if (*place, name) != ("backend",)  # its parts have rows of their own
    ]
    return ["## Experiments", _EXPERIMENTS, table(("field", "what becomes of it", "meaning"), rows)]


def fate(field: Loc, warning: str) -> str:
    """What becomes of a field of an experiment, in words.

    Raises `ValueError` for a field that no table of `experiment_fields` has: nobody has decided.
    """
    if field in RECORDED:
        return f"only recorded ({warning})"
    if field in PIPELINE:
        return "is the pipeline"
    read = [f"{what} by {one_or_more(stages, 'and')}" for what, stages in _readings(field).items()]
    if read:
        unread = f"; only recorded ({warning}) where none does" if field in UNREAD else ""
        return f"read as {'; '.join(read)}{unread}"
    if len(field) == 1 and field[0] in DESCRIPTIVE:
        return "describes the experiment"
    raise ValueError(f"nobody says what becomes of {format_loc(field)}")


def _readings(field: Loc) -> dict[str, list[str]]:
    """What a field, or a part of it, is read as, and by which stages."""
    found: dict[str, list[str]] = {}
    for name, model in stage_models().items():
        for part, what in readings(model):
            if part[: len(field)] == field:
                own = "" if part == field else f"{code(format_loc(part))} as "
                found.setdefault(f"{own}{what}", []).append(code(name))
    return found


def readings(model: type[StageConfig]) -> list[tuple[Loc, str]]:
    """The parts of an experiment that a stage reads, and what it reads them as."""
    whole = [(WHOLE_SPEC, "a whole spec")] if model.trains() else []
    return whole + [
        (part, f"{code(key)}, with the stage's label," if labelled else code(key))
        for part, key, labelled in (FOR_TRAINING if model.trains() else FOR_OTHERS)
        if key in model.spec_keys()
    ]
