"""The local sampling client passes the sampling contract, on a state that the local trainer saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.adapters.sampling_client.local import LocalSamplingClient
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.testing.sampling_client import SamplingClientContract

if TYPE_CHECKING:
    from pathlib import Path


class TestLocalSamplingClient(SamplingClientContract):
    vocab_size = 262

    @pytest.fixture(autouse=True)
    def _saved_state(self, tmp_path: Path) -> None:
        config = {"model_ref": {"id": "byte-lm", "options": {"hidden_dim": 8}}, "seed": 5}
        session = LocalTrainingClient().open(config, state_dir=tmp_path).unwrap()
        self.path = session.save_state("trained").result().unwrap()
        session.close()

    def make_client(self) -> LocalSamplingClient:
        return LocalSamplingClient()

    def model_ref(self) -> dict[str, Any]:
        return {"id": "byte-lm", "artifact_uri": self.path}

    def missing_model_ref(self) -> dict[str, Any]:
        return {"id": "byte-lm", "artifact_uri": f"{self.path}.not-there"}
