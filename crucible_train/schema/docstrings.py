"""Attribute docstrings: the text under a field, as its description.

Read from the source when a schema is asked for, so that defining a model costs nothing extra
(`use_attribute_docstrings` reads the source of every class when it is defined).
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from types import ModuleType


@cache
def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Field name to its attribute docstring, own and inherited."""
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls is not BaseModel and issubclass(cls, BaseModel):
            docs.update(attribute_docs(cls))
    return {name: docs[name] for name in model.model_fields if name in docs}


@cache
def attribute_docs(owner: type | ModuleType) -> dict[str, str]:
    """Name to the docstring below it, for every attribute of a class's own body, or of a module."""
    try:
        source = textwrap.dedent(inspect.getsource(owner))
    except OSError:
        return {}  # defined where there is no source, such as an interactive session
    tree = ast.parse(source)
    body = tree.body
    if isinstance(owner, type):
        body = next(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    docs: dict[str, str] = {}
    for statement, following in itertools.pairwise(body):
        if (
            isinstance(statement, ast.AnnAssign | ast.Assign)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    docs[target.id] = inspect.cleandoc(following.value.value)
    return docs
