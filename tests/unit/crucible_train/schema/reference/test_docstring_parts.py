"""Docstrings are quoted by paragraph, and their definition lists are tables."""

from __future__ import annotations

import pytest

from crucible_train.schema.reference.docstring_parts import definitions, first_paragraph, paragraphs


class Documented:
    """One line,
    and another.

    Options:
        first   what it does
        second  what that does; not
    More.
    """


class Bare: ...


def test_paragraphs_are_on_one_line() -> None:
    assert paragraphs(Documented)[0] == first_paragraph(Documented) == "One line, and another."


def test_definitions() -> None:
    assert definitions(Documented) == {"first": "what it does", "second": "what that does; not"}


def test_nothing_is_said_of_what_has_no_docstring() -> None:
    assert (paragraphs(Bare), definitions(Bare)) == ([], {})
    with pytest.raises(ValueError, match="Bare'> has no docstring"):
        first_paragraph(Bare)
