"""`config.md`: what a spec, a backend, a data-set reference and a project may set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train import registry
from crucible_train.project.table import KEYS, Override, Project
from crucible_train.schema.docstrings import attribute_docs
from crucible_train.schema.reference.data_sets import data_set_blocks
from crucible_train.schema.reference.docstring_parts import paragraphs
from crucible_train.schema.reference.markdown import code, page, table
from crucible_train.schema.reference.model_tables import field_table, models_in, part_blocks
from crucible_train.schema.reference.stage_settings import spec_table
from crucible_train.schema.reference.type_places import CONFIG, backend_models, linker, stage_models
from crucible_train.settings import PREFIX, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

_INTRODUCTION = (
    "What a training spec may say, stage by stage; what each backend understands; what a data-set reference "
    "may say to its store; and what the machine and the project may set. An unknown key is refused. `null` "
    "means that a key is left out."
)
_TWO_NAMES = (
    "Where a key has two names, the first is the training config's and the second the stage's own, by which "
    "`explain` shows it. [The mapping tables](mapping.md) say what becomes of each key."
)
_TOLD = (
    "A backend is told the keys of a spec that the stage leaves to it, and every key of `options` and of "
    "`training_config` that is not the stage's. What it cannot honour is an error."
)
_SETTINGS = "A setting is a key of `[tool.crucible]` in the nearest pyproject.toml, or a variable."
_FILES = "What the table says about files. No variable sets these."
_OVERRIDES = "Keys of each of `[[tool.crucible.overrides]]`:"


def config_page() -> str:
    """The whole page."""
    link = linker(CONFIG)
    blocks = [_INTRODUCTION, _TWO_NAMES]
    described: set[type[BaseModel]] = set()
    for name, model in stage_models().items():
        if model.trains():
            blocks += [f"## {name}", *paragraphs(model), spec_table(model, link)]
            blocks += part_blocks(_not_yet(model, described), link)
    for name, model in backend_models().items():
        blocks += [f"## The {name} backend", *paragraphs(model), _told(name), field_table(model, link)]
        blocks += part_blocks(_not_yet(model, described), link)
    blocks += ["## Data-set references", *data_set_blocks(link)]
    blocks += ["## The project and the machine", *paragraphs(Settings), _SETTINGS, settings_of_projects()]
    blocks += [_FILES, keys_table(Project, KEYS), _OVERRIDES, keys_table(Override)]
    return page("Settings", *blocks)


def settings_of_projects() -> str:
    """The table of what `CRUCIBLE_*` and `[tool.crucible]` set."""
    rows: list[tuple[str, str, str, str]] = []
    for name, text in attribute_docs(Settings).items():
        if name == "project":
            continue  # its keys have tables of their own
        variable = code(f"{PREFIX}{name.upper()}{'__NAME' if name == 'secrets' else ''}")
        default: object = getattr(Settings(), name)
        meaning = text.replace(f" ({variable})", "")
        rows.append((code(name), variable, code(default) if default else "", meaning))
    return table(("setting", "variable", "default", "meaning"), rows)


def keys_table(model: type, keys: Sequence[str] | None = None) -> str:
    """The table of the keys (all of them when left out) that are attributes of `model`."""
    docs = attribute_docs(model)
    return table(("key", "meaning"), [(code(name), docs[name]) for name in keys or docs])


def _told(backend: str) -> str:
    usual = "It is the one that trains where neither the spec nor the settings name another. "
    return f"{usual if backend == registry.DEFAULT_BACKEND else ''}{_TOLD}"


def _not_yet(model: type[BaseModel], described: set[type[BaseModel]]) -> list[type[BaseModel]]:
    """What the model is made of, but for what the page has described already."""
    parts = [part for part in models_in(model) if part not in described]
    described.update(parts)
    return parts
