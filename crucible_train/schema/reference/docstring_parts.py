"""Docstrings as the pages quote them: by paragraph, and the definition lists they hold."""

from __future__ import annotations

import inspect
import re

from crucible_train.schema.generator import unwrapped


def paragraphs(documented: object) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    text = inspect.getdoc(documented)
    return unwrapped(text).split("\n\n") if text else []


def first_paragraph(documented: object) -> str:
    """What the docstring says first. Raises `ValueError` where there is none: a page would have a hole."""
    found = paragraphs(documented)
    if not found:
        raise ValueError(f"{documented!r} has no docstring")
    return found[0]


def definitions(documented: object) -> dict[str, str]:
    """The terms of a docstring and what it says of each: indented lines `TERM  TEXT`, two spaces between."""
    lines = re.findall(r"^    (\w+) {2,}(\S.*)$", inspect.getdoc(documented) or "", re.MULTILINE)
    return dict(lines)
