"""`stages.md`: what every stage does, takes, reads from an experiment and leaves behind."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.context import Context
from crucible_train.diagnostics.diagnostic import format_loc
from crucible_train.diagnostics.errors import NormalizeErrorCode
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.schema.docstrings import attribute_docs
from crucible_train.schema.reference import markdown
from crucible_train.schema.reference.docstring_parts import first_paragraph, paragraphs
from crucible_train.schema.reference.mapping import MAPPING, readings
from crucible_train.schema.reference.markdown import code, page, table
from crucible_train.schema.reference.model_tables import models_in, part_blocks
from crucible_train.schema.reference.stage_settings import settings_table
from crucible_train.schema.reference.type_places import CONFIG, STAGES, linker, stage_models

if TYPE_CHECKING:
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.reference.type_words import Link

_INTRODUCTION = (
    "What the stages of a pipeline do. A stage of a pipeline has a `name`, one of these, and `options`; "
    "[how to write one](../how-to/write-a-stage.md)."
)
_FROM_EXPERIMENT = "What its options leave open it reads from the experiment:"
_LEFT = "A stage returns the context it was given, with what it adds. Its label is its name in the pipeline."


def stages_page() -> str:
    """The whole page."""
    link = linker(STAGES)
    blocks = [_INTRODUCTION]
    for name, model in stage_models().items():
        stage = registry.stage(name).unwrap()
        blocks += [f"## {name}", first_paragraph(stage), *_options(name, model, link)]
        blocks += [_FROM_EXPERIMENT, _read_table(model), in_python(stage)]
        blocks += part_blocks(models_in(model), link) if not model.trains() else ()
    blocks += ["## What a stage leaves behind", _LEFT, context_table()]
    blocks += ["## Why a stage does not complete", first_paragraph(StageErrorCode), error_table()]
    return page("Stages", *blocks)


def in_python(stage: type[Any]) -> str:
    """What the docstring of `run` says of options, results and errors."""
    _, *rest = paragraphs(stage.run)
    return f"In Python it is `{stage.__module__.rpartition('.')[0]}.{stage.__name__}`. {' '.join(rest)}"


def context_table() -> str:
    """What a context holds."""
    docs = attribute_docs(Context)
    rows = [(code(field.name), docs[field.name]) for field in fields(Context) if field.name in docs]
    return table(("of the context", "holds"), rows)


def error_table() -> str:
    """Every code of a stage's error. Those of normalisation mean there what they mean here."""
    docs = {**_by_value(NormalizeErrorCode), **_by_value(StageErrorCode)}
    return table(("code", "meaning"), [(code(each), docs[each]) for each in StageErrorCode])


def _by_value(codes: type[NormalizeErrorCode | StageErrorCode]) -> dict[str, str]:
    docs = attribute_docs(codes)
    return {each.value: docs[each.name] for each in codes if each.name in docs}


def _options(name: str, model: type[StageConfig], link: Link) -> list[str]:
    if not model.trains():
        return ["Its options:", settings_table(model, link)]
    keys = markdown.link("a spec for it", CONFIG, name, on=STAGES)
    fates = markdown.link("what becomes of each", MAPPING, name, on=STAGES)
    return [f"Its options are the keys of {keys} ({fates}), or hold a whole one as `training_config`."]


def _read_table(model: type[StageConfig]) -> str:
    rows = [(code(format_loc(part)), what.rstrip(",")) for part, what in readings(model)]
    return table(("of the experiment", "read as"), rows)
