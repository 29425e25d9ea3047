"""A small backend under the name `toy`."""

from __future__ import annotations

import pytest

from crucible_train import registry


@pytest.fixture
def toy_backend(monkeypatch: pytest.MonkeyPatch) -> str:
    target = "tests.support.toy_backend:ToyTrainingClient"
    monkeypatch.setitem(registry.BUILT_IN["training_client"], "toy", target)
    return "toy"
