"""`python.md`: every public name, with what it is and how it is called."""

from __future__ import annotations

import ast
import inspect
import textwrap
from enum import Enum
from functools import cached_property
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import BaseModel

from crucible_train.schema.docstrings import attribute_docs
from crucible_train.schema.reference.docstring_parts import first_paragraph
from crucible_train.schema.reference.markdown import code, fenced, page, table
from crucible_train.schema.reference.signatures import on_one_line, signature
from crucible_train.schema.reference.type_places import homes, linker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PYTHON = "python.md"
FACADES = ("crucible_ir", "crucible_train", "crucible_train.stages", "crucible_train.ports")
"""Packages whose `__all__` is for users. Modules are loaded by name: this room may not import them all."""

CONTRACTS = {
    "crucible_train.testing.stage": ("StageContract", "TrainingStageContract"),
    "crucible_train.testing.training_client": ("TrainingClientContract",),
    "crucible_train.testing.sampling_client": ("SamplingClientContract",),
    "crucible_train.testing.dataset_store": ("DatasetStoreContract",),
    "crucible_train.testing.tokenizer": ("TokenizerContract",),
}
"""The conformance kits, and what of them is subclassed."""


def python_page() -> str:
    """The whole page."""
    blocks = ["Every public name. Expected failures are values (`Ok`, `Err`); only programmer errors raise."]
    for name in FACADES:
        module = import_module(name)
        blocks += [f"## Package {name}", first_paragraph(module), *facade_blocks(module, module.__all__)]
    for name, contracts in CONTRACTS.items():
        module = import_module(name)
        blocks += [
            f"## {name}",
            *_prose_and_code(inspect.getdoc(module) or ""),
            *facade_blocks(module, contracts),
        ]
    return page("Python", *blocks)


def facade_blocks(module: ModuleType, names: list[str] | tuple[str, ...]) -> list[str]:
    """Each public name; the types of the IR in one table, because a page of their own describes them."""
    models: list[tuple[str, str]] = []
    blocks: list[str] = []
    for name in names:
        value: Any = getattr(module, name)
        if inspect.isclass(value) and issubclass(value, BaseModel) and name in homes():
            models.append((linker(PYTHON)(name), first_paragraph(value)))
        elif not name.startswith("__"):
            blocks += [f"### {module.__name__}.{name}", *_blocks(module, name, value)]
    return [table(("type", "what it is"), models), *blocks] if models else blocks


def _blocks(module: ModuleType, name: str, value: Any) -> list[str]:
    if inspect.isclass(value):
        return class_blocks(name, value)
    if inspect.isfunction(value):
        return [first_paragraph(value), fenced(signature(name, value))]
    return [_constant(module, name)]


def class_blocks(name: str, cls: type[Any]) -> list[str]:
    """What a class is, how it is made, and what it has."""
    has_parameters = _is_made_by_users(cls) and bool(inspect.signature(cls).parameters)
    rows = list(_members(cls))
    return [
        first_paragraph(cls),
        fenced(signature(name, cls, returns=False)) if has_parameters else "",
        table(("member", "meaning"), rows) if rows else "",
    ]


def _members(cls: type[Any]) -> Iterator[tuple[str, str]]:
    """The attributes with a docstring, the members of an enumeration, the methods.

    Those it inherits come after its own, but for what other packages have.
    """
    seen: set[str] = set()
    for base in cls.__mro__:
        if _package(base) != _package(cls):
            continue
        docs = attribute_docs(base)
        attributes = {} if issubclass(cls, Enum) else dict.fromkeys(docs)  # one without a value is no member
        for name, value in {**attributes, **vars(base)}.items():
            row = None if name.startswith(("_", "test_")) or name in seen else _member(name, value, docs)
            if row is not None:
                seen.add(name)
                yield row


def _member(name: str, value: Any, docs: dict[str, str]) -> tuple[str, str] | None:
    if isinstance(value, Enum):
        return code(f"{name} = {value.value!r}"), docs.get(name, "")
    if isinstance(value, property | cached_property):
        return code(name), first_paragraph(cast("object", value))
    function = getattr(value, "__func__", value)  # of a class method
    if inspect.isfunction(function):
        return code(on_one_line(signature(name, function, method=True))), first_paragraph(function)
    return (code(name), docs[name]) if name in docs else None


def _package(cls: type[Any]) -> str:
    return cls.__module__.partition(".")[0]


def _is_made_by_users(cls: type[Any]) -> bool:
    return not issubclass(cls, Enum) and not issubclass(cls, BaseModel) and Protocol not in cls.__bases__


def _prose_and_code(text: str) -> list[str]:
    """The paragraphs of a docstring; those that are indented become one block of code."""
    blocks: list[str] = []
    for indented, group in groupby(text.split("\n\n"), key=lambda block: block.startswith("    ")):
        parts = list(group)
        blocks += (
            [fenced(textwrap.dedent("\n\n".join(parts)))]
            if indented
            else [" ".join(b.split()) for b in parts]
        )
    return blocks


def _constant(module: ModuleType, name: str) -> str:
    """What is written below a constant or an alias, in the module it comes from."""
    text = attribute_docs(_origin(module, name)).get(name)
    if not text:
        raise ValueError(f"{module.__name__}.{name} has no docstring")
    return " ".join(text.split())


def _origin(module: ModuleType, name: str) -> ModuleType:
    """The module that `module` imports `name` from, whether at once or when it is used."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module and name in (each.name for each in node.names):
            return _origin(import_module(node.module), name)
    return module
