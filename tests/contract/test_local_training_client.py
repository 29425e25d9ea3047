"""The local training client passes the training contract, with each of its optimizers."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.testing.training_client import TrainingClientContract


class TestLocalTrainingClient(TrainingClientContract):
    vocab_size = 262
    logprob_tolerance = 2e-5
    gradient_tolerance = 2e-5
    losses = ("cross_entropy", "importance_sampling", "ppo", "cispo")

    @pytest.fixture(autouse=True, params=["adam", "adamw", "sgd"])
    def _each_optimizer(self, request: pytest.FixtureRequest) -> None:
        self.optimizer = request.param

    def make_client(self) -> LocalTrainingClient:
        return LocalTrainingClient()

    def training_config(self) -> dict[str, Any]:
        sizes = {"context_length": 4, "embedding_dim": 3, "hidden_dim": 5}
        return {"model_ref": {"id": "byte-lm", "options": sizes}, "optimizer": self.optimizer, "seed": 3}
