"""Attribute docstrings are read from the source."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, create_model

from crucible_train.schema.docstrings import attribute_docs, field_docs

CONSTANT = 1
"""Of the module."""

LEFT = RIGHT = 2
"""Of both."""

NAMES: dict[str, int] = {}
NAMES["key"] = 1
"""Of no name."""


class Base(BaseModel):
    inherited: int = 1
    """From the base."""

    replaced: int = 1
    """The base's."""


class Model(Base):
    """Not a field's."""

    plain: int = 1
    """One line."""

    replaced: int = 2
    """The model's.

    In two paragraphs.
    """

    silent: int = 1

    not_a_docstring: int = 1
    "x".upper()


def test_own_and_inherited() -> None:
    assert field_docs(Model) == {
        "inherited": "From the base.",
        "replaced": "The model's.\n\nIn two paragraphs.",
        "plain": "One line.",
    }


def test_a_model_without_source_has_none() -> None:
    assert field_docs(create_model("Made", x=(int, 1))) == {}


class Colour(StrEnum):
    RED = "red"
    """As blood."""
    BLUE = "blue"


@dataclass
class Point:
    x: int
    """Across."""
    y: int = 0


def test_of_enumerations_and_dataclasses() -> None:
    assert attribute_docs(Colour) == {"RED": "As blood."}
    assert attribute_docs(Point) == {"x": "Across."}


def test_of_modules() -> None:
    docs = attribute_docs(sys.modules[__name__])
    assert docs == {"CONSTANT": "Of the module.", "LEFT": "Of both.", "RIGHT": "Of both."}
