"""Golden rows: those committed here, and the full files beside the repository where those are present."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = {
    "fixtures": REPOSITORY / "tests" / "golden" / "fixtures",
    "shared": REPOSITORY.parent / "shared" / "golden" / "crucible_ir",
}


def golden_rows(source: str, name: str) -> list[dict[str, Any]]:
    """The rows of a golden file; skips the test where its source is absent."""
    path = SOURCES[source] / name
    if source == "shared" and not path.exists():
        pytest.skip("the full golden files are not here")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
