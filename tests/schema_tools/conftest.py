"""What the tools are asked about, read once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crucible_train.schema.export import built_in_names
from tests.schema_tools.documents import Case, Example, cases, examples
from tests.schema_tools.tools import SCHEMAS, schema_path


@pytest.fixture(scope="session")
def names() -> list[str]:
    """The committed schemas, which are all there are."""
    committed = sorted(path.stem for path in SCHEMAS.rglob("*.json"))
    assert committed == sorted(built_in_names())
    return committed


@pytest.fixture(scope="session")
def schemas(names: list[str]) -> dict[str, dict[str, Any]]:
    """The committed schemas by name."""
    return {name: json.loads(schema_path(name).read_text(encoding="utf-8")) for name in names}


@pytest.fixture(scope="session")
def all_examples() -> list[Example]:
    """Every example file that can be read."""
    return examples()


@pytest.fixture(scope="session")
def all_cases() -> list[Case]:
    """Every document."""
    return cases()
