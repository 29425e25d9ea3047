"""`ir.md`: every type of the IR, by room."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from crucible_ir import WIRE_TYPES, base
from crucible_train.schema.reference.docstring_parts import first_paragraph, paragraphs
from crucible_train.schema.reference.markdown import code, listed, page
from crucible_train.schema.reference.model_tables import field_table, properties
from crucible_train.schema.reference.type_places import IR, ir_models, linker
from crucible_train.schema.reference.type_words import referenced

if TYPE_CHECKING:
    from types import ModuleType

    from pydantic import BaseModel

_HEAD = re.compile(r"([A-Z][a-z]+(?: [a-z]+)?): (.+)")


_INTRODUCTION = "What an experiment, a training job and everything around them are, as data (`crucible_ir`)."
_KEYS = "Unknown keys are refused. Where no default is shown, a key may be left out or `null`."
_ORIGINAL = "[Where this differs from the Elixir original](ir-differences.md) is a page of its own."


def ir_page() -> str:
    """The whole page."""
    by_room: dict[str, list[type[BaseModel]]] = {}
    for model in ir_models():
        by_room.setdefault(_room(model), []).append(model)
    rooms = {name: import_module(f"crucible_ir.{name}") for name in by_room}
    contents = [
        f"{room_title(rooms[name])}: {', '.join(linker(IR)(model.__name__) for model in models)}"
        for name, models in by_room.items()
    ]
    dialect = paragraphs(base)[1]
    blocks = [_INTRODUCTION, f"{dialect} {_KEYS}", _ORIGINAL, listed(contents)]
    for name, models in by_room.items():
        blocks += [f"## {room_title(rooms[name])}", room_text(rooms[name])]
        blocks += (block for model in models for block in type_blocks(model))
    return page("Types of the IR", *blocks)


def type_blocks(model: type[BaseModel]) -> list[str]:
    """One type: its name, where it is used, what it is, its fields."""
    link = linker(IR)
    users = [user.__name__ for user in ir_models() if user is not model and model.__name__ in _parts(user)]
    lines = [f"Wire name {code(name)}." for name, cls in WIRE_TYPES.items() if cls is model]
    lines += [f"In {', '.join(map(link, users))}."] if users else []
    return [
        f"### {model.__name__}",
        *paragraphs(model),
        " ".join(lines),
        field_table(model, link, nulls=True),
    ]


def room_title(module: ModuleType) -> str:
    """What a room is called: the word its docstring begins with, else the module's name."""
    found = _HEAD.match(first_paragraph(module))
    return found[1] if found else module.__name__.rpartition(".")[2].replace("_", " ").capitalize()


def room_text(module: ModuleType) -> str:
    """What a room holds, as its docstring says it."""
    text = first_paragraph(module)
    found = _HEAD.match(text)
    return f"{found[2][0].upper()}{found[2][1:]}" if found else text


def _room(model: type[BaseModel]) -> str:
    return model.__module__.split(".")[1]


@cache
def _parts(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for rules in properties(model).values() for name in referenced(rules))
