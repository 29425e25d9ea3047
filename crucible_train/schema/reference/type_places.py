"""Where each type is described: on which page, and how to link there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crucible_ir import WIRE_TYPES
from crucible_train import registry
from crucible_train.schema.reference import markdown
from crucible_train.schema.reference.model_tables import models_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.reference.type_words import Link

IR, CONFIG, STAGES = "ir.md", "config.md", "stages.md"


@cache
def stage_models() -> dict[str, type[StageConfig]]:
    """The configs of the built-in stages, by the stage's name."""
    return {name: registry.stage(name).unwrap().config_model for name in registry.BUILT_IN["stages"]}


@cache
def backend_models() -> dict[str, type[BaseModel]]:
    """What each built-in training backend understands, by the backend's name."""
    names = registry.BUILT_IN["training_client"]
    return {name: registry.training_config_model(name).unwrap() for name in names}


def ir_models() -> list[type[BaseModel]]:
    """Every type of the IR: those of the contract, then the parts that they are made of."""
    wire: list[type[BaseModel]] = list(WIRE_TYPES.values())
    return list(dict.fromkeys([*wire, *(part for model in wire for part in models_in(model))]))


def config_models() -> list[type[BaseModel]]:
    """What the settings of training stages and of backends are made of."""
    training = [model for model in stage_models().values() if model.trains()]
    return _parts([*training, *backend_models().values()])


def other_models() -> list[type[BaseModel]]:
    """What the settings of the other stages are made of."""
    return _parts([model for model in stage_models().values() if not model.trains()])


def _parts(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return list(dict.fromkeys(part for model in models for part in models_in(model)))


@cache
def homes() -> dict[str, str]:
    """Name of a type to the page that describes it.

    Raises `ValueError` where two types have one name: a link could not tell them apart.
    """
    pages = {IR: ir_models(), CONFIG: config_models(), STAGES: other_models()}
    return places(pages)


def places(pages: dict[str, list[type[BaseModel]]]) -> dict[str, str]:
    """Name of a type to the first page that has it. Raises `ValueError` where two types have one name."""
    found: dict[str, tuple[type[BaseModel], str]] = {}
    for page, models in pages.items():
        for model in models:
            other, _ = found.setdefault(model.__name__, (model, page))
            if other is not model:
                raise ValueError(f"two types are called {model.__name__}: {model!r}, {other!r}")
    return {name: page for name, (_, page) in found.items()}


def linker(page: str) -> Link:
    """How `page` links to types."""

    def link(name: str) -> str:
        return markdown.link(name, homes()[name], name, on=page)

    return link
