"""The toy stage is registered, and a run of it is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pipelines import Pipeline
from tests.support.plug_in import install
from tests.support.toy_stages import ENTRIES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    install(tmp_path, monkeypatch, ENTRIES)
    return Pipeline(tmp_path / "out", monkeypatch)
