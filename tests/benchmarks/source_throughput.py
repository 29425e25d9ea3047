"""What reading a spec with positions costs, beside the usual loaders without them.

Run: `python -m tests.benchmarks.source_throughput`.

A training spec of 25 fields, as YAML and as JSON. All loaders run in one process, in turns; each figure is
the best of the rounds, and the ratios are of those.

1. YAML: `load_text` against `yaml.load(text, CSafeLoader)`.
2. JSON: `load_text` against `json.loads` with a hook that finds duplicate keys.

Exits with 1 when a ratio is beyond its bound.
"""

from __future__ import annotations

import json
import sys
import timeit
from typing import TYPE_CHECKING, Any

import yaml

from crucible_train.source import load_text

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_YAML_RATIO = 0.62
MAX_JSON_RATIO = 1.35
ROUNDS = 60

YAML = """\
# A supervised fine-tuning run
id: sft-llama-gsm8k
stage: supervised_train
training_config:
  id: exp-0001
  model_ref:
    provider: huggingface
    id: meta-llama/Llama-3.1-8B
    revision: main
  dataset_ref:
    provider: huggingface
    name: gsm8k
    split: train[:95%]
  epochs: 3
  batch_size: 32
  learning_rate: 1.0e-4
  optimizer: adamw
  loss_function: cross_entropy
  metrics: [loss, accuracy, perplexity]
  validation_split: 0.05
  device: "cuda:0"
  seed: 42
  mixed_precision: true
  gradient_clipping: 1.0
  checkpoint_every: 500
  early_stopping:
    monitor: eval_loss
    patience: 3
    min_delta: 0.001
options:
  lr_schedule: cosine
  warmup_ratio: 0.03
  log_path: runs/sft-llama-gsm8k
"""
JSON = json.dumps(load_text(YAML, format="yaml").unwrap().data, indent=2)


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("duplicate key")
    return data


def with_one_span() -> None:
    load_text(YAML, format="yaml").unwrap().span(("training_config", "epochs"))


def best_us(*calls: Callable[[], object], number: int) -> list[float]:
    """The best time of each call in microseconds, the calls taking turns."""
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for index, call in enumerate(calls):
            best[index] = min(best[index], timeit.timeit(call, number=number) / number)
    return [seconds * 1e6 for seconds in best]


def main() -> int:
    yaml_us, ours_yaml_us, span_us = best_us(
        lambda: yaml.load(YAML, yaml.CSafeLoader),
        lambda: load_text(YAML, format="yaml"),
        with_one_span,
        number=40,
    )
    json_us, ours_json_us = best_us(
        lambda: json.loads(JSON, object_pairs_hook=without_duplicates),
        lambda: load_text(JSON, format="json"),
        number=400,
    )
    yaml_ratio, json_ratio = ours_yaml_us / yaml_us, ours_json_us / json_us
    print(f"YAML: CSafeLoader {yaml_us:.0f} us, ours {ours_yaml_us:.0f} us ({yaml_ratio:.2f}x)")
    print(f"      ours with the first span {span_us:.0f} us ({span_us / yaml_us:.2f}x)")
    print(f"JSON: json.loads {json_us:.1f} us, ours {ours_json_us:.1f} us ({json_ratio:.2f}x)")
    return int(yaml_ratio > MAX_YAML_RATIO or json_ratio > MAX_JSON_RATIO)


if __name__ == "__main__":
    sys.exit(main())
