"""A directory with tiny data and a spec of 120 steps, each a millisecond or two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
id: tiny
model_ref: {id: byte-lm, options: {context_length: 4, embedding_dim: 4, hidden_dim: 16}}
dataset_ref: {name: train.jsonl}
epochs: 15
batch_size: 4
learning_rate: 5e-3
seed: 7
validation_split: 0.2
checkpoint_every: 10
early_stopping: {monitor: eval_mean_nll, patience: 100}
options:
  eval_every: 20
  lr_schedule: {warmup: 10, schedule: cosine}
  sample_prompts: ["say 1"]
  sample_max_tokens: 12
"""
STEPS = 120


@pytest.fixture
def here(tmp_path: Path) -> Path:
    rows = [{"prompt": f"say {n}", "completion": f"well, {n} it is, said number {n * n}"} for n in range(40)]
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path
