"""The page of Python names has every public name, with what it is and how it is called."""

from __future__ import annotations

import pkgutil
import sys
from enum import StrEnum
from functools import cached_property
from importlib import import_module

import pytest

import crucible_train
from crucible_train import testing
from crucible_train.schema.reference.python import (
    CONTRACTS,
    FACADES,
    class_blocks,
    facade_blocks,
    python_page,
)


class Colour(StrEnum):
    """A colour."""

    BLUE = "blue"
    RED = "red"
    """As blood."""


class Base:
    """A base."""

    inherited = 1
    """From the base."""

    def method(self) -> int:
        """The base's."""
        raise NotImplementedError

    def test_something(self) -> None:
        """Not shown."""


class Thing(Base):
    """A thing."""

    undocumented = 3

    size: int
    """How large."""

    def __init__(self, size: int) -> None:
        self.size = size

    def method(self) -> int:
        """The thing's.

        More.
        """
        return self.size

    @classmethod
    def of(cls, text: str) -> Thing:
        """From text."""
        return cls(len(text))

    @property
    def double(self) -> int:
        """Twice."""
        return 2 * self.size

    @cached_property
    def triple(self) -> int:
        """Three times."""
        return 3 * self.size


def rows(block: str) -> list[str]:
    return block.splitlines()[2:]


def test_a_class_with_its_members_inherited_ones_last() -> None:
    what, made, members = class_blocks("Thing", Thing)
    assert (what, made) == ("A thing.", "```text\nThing(size: int)\n```")
    assert rows(members) == [
        "| `size` | How large. |",
        "| `method() -> int` | The thing's. |",
        "| `of(text: str) -> Thing` | From text. |",
        "| `double` | Twice. |",
        "| `triple` | Three times. |",
        "| `inherited` | From the base. |",
    ]


def test_an_enumeration() -> None:
    what, made, members = class_blocks("Colour", Colour)
    assert (what, made) == ("A colour.", "")
    assert rows(members) == ["| `BLUE = 'blue'` |  |", "| `RED = 'red'` | As blood. |"]


def test_every_public_name_is_there() -> None:
    page = python_page()
    for name in FACADES:
        section = page.split(f"\n## Package {name}\n", 1)[1].split("\n## ")[0]
        for public_name in import_module(name).__all__:
            shown = f"\n### {name}.{public_name}\n" in section or f"\n| [{public_name}](ir.md#" in section
            assert shown is not public_name.startswith("__"), public_name


def test_functions_constants_and_types_of_the_ir() -> None:
    page = python_page()
    assert "\n| [TrainingConfig](ir.md#trainingconfig) | One training job:" in page
    assert "### crucible_ir.WIRE_TYPES\n\nWire name to class.\n" in page
    assert "from_json(text: str | bytes, cls: type[M], *, unknown:" in page


def test_every_kit_is_there_with_its_example() -> None:
    page = python_page()
    modules = [each.name for each in pkgutil.iter_modules(testing.__path__, f"{testing.__name__}.")]
    kits = {name for name in modules if "Subclass" in str(import_module(name).__doc__) or name in CONTRACTS}
    assert kits == set(CONTRACTS)
    assert all(f"### {name}.{one}\n" in page for name, contracts in CONTRACTS.items() for one in contracts)
    assert "```text\nclass TestMyTrainingClient(TrainingClientContract):\n    vocab_size = 32_000\n" in page


def test_a_constant_nobody_has_explained_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crucible_train, "MYSTERY", 3, raising=False)
    with pytest.raises(ValueError, match=r"crucible_train\.MYSTERY has no docstring"):
        facade_blocks(crucible_train, ["MYSTERY"])


def test_a_module_without_types_of_the_ir_has_no_table() -> None:
    here = sys.modules[__name__]
    assert facade_blocks(here, ["Colour"])[:2] == [f"### {__name__}.Colour", "A colour."]
