"""Attribute docstrings are read from the source."""

from __future__ import annotations

from pydantic import BaseModel, create_model

from crucible_train.schema.docstrings import field_docs


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
