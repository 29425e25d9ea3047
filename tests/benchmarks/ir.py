"""What the IR costs beside bare Pydantic: validating 10,000 training configs from JSON, and importing it.

    python tests/benchmarks/ir.py

Measured interleaved, so that a busy machine slows all alike; medians of ratios count. Validating is what both
models do by themselves (`model_validate_json`). `from_json` also refuses repeated keys and `NaN`, which
Pydantic lets pass; the usual way to that is to read every text twice. Exits with 1 where a ratio is beyond
its bound: 1.3 for validating, 1.7 for `from_json`, 1.5 for importing. Run it with bytecode compiled (`make
bench` does).
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from crucible_ir import TrainingConfig, from_json

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENTS = 10_000
ROUNDS = 21
IMPORTS = 25
VALIDATE_BOUND = 1.3
READ_BOUND = 1.7
IMPORT_BOUND = 1.5

OPTIONS = {
    "lr_schedule": {"warmup": 10, "schedule": "cosine"},
    "eval_every": 50,
    "eval_batch_size": 8,
    "adam_beta1": 0.9,
    "adam_beta2": 0.99,
    "adam_eps": 1e-8,
    "max_length": 512,
    "train_on": "all_tokens",
    "logger": "none",
}
SETTINGS: dict[str, Any] = {
    "epochs": 3,
    "batch_size": 16,
    "learning_rate": 2e-4,
    "optimizer": "adamw",
    "loss_function": "cross_entropy",
    "metrics": ["loss"],
    "validation_split": 0.1,
    "device": "cpu",
    "seed": 17,
    "mixed_precision": False,
    "gradient_clipping": 1.0,
    "early_stopping": {"monitor": "val_loss", "patience": 3},
    "checkpoint_every": 100,
}
MODEL = {"provider": "local", "version": "1.2.0", "options": {"context_length": 256, "layers": 4}}
DATASET = {"split": "train", "format": "jsonl", "schema": {"prompt": "string", "completion": "string"}}
ADDRESS = {"artifact_uri": "s3://models/byte-lm/3.safetensors"}


class BareModelRef(BaseModel):
    """The same fields of the same types, and no rules: what a trainer without this library would have."""

    id: str
    name: str | None = None
    version: str | None = None
    artifact_uri: str | None = None
    architecture: str | None = None
    task: str | None = None
    metadata: dict[str, Any] | None = None
    provider: str | None = "local"
    framework: str | None = "nx"
    options: dict[str, Any] | None = None


class BareDatasetRef(BaseModel):
    name: str
    version: str | None = None
    format: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    provider: str | None = "crucible_datasets"
    split: str | None = "train"
    options: dict[str, Any] | None = None


class BareTrainingConfig(BaseModel):
    id: str
    model_ref: BareModelRef
    dataset_ref: BareDatasetRef
    epochs: int | None = 1
    batch_size: int | None = 32
    learning_rate: float | None = 0.001
    optimizer: str | None = "adam"
    loss_function: str | None = "cross_entropy"
    metrics: tuple[str, ...] | None = ("loss", "accuracy")
    validation_split: float | None = None
    device: str | None = "cpu"
    seed: int | None = None
    mixed_precision: bool | None = False
    gradient_clipping: float | None = None
    early_stopping: dict[str, Any] | None = None
    checkpoint_every: int | None = None
    options: dict[str, Any] | None = None


def texts(share: float, with_address: float = 0.0) -> list[str]:
    """Training configs that have each setting with a probability of `share`."""
    chance = random.Random(0)

    def some(settings: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in settings.items() if chance.random() < share}

    return [
        json.dumps(
            {
                "id": f"run-{number}",
                "model_ref": {
                    "id": "byte-lm",
                    **some(MODEL),
                    **(ADDRESS if chance.random() < with_address else {}),
                },
                "dataset_ref": {"name": "data/train.jsonl", **some(DATASET)},
                **some(SETTINGS),
                "options": some(OPTIONS),
            }
        )
        for number in range(DOCUMENTS)
    ]


def seconds(read: Callable[[str], object], documents: list[str]) -> float:
    start = time.perf_counter()
    for document in documents:
        read(document)
    return time.perf_counter() - start


def no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    assert len(mapping) == len(pairs)
    return mapping


def read_twice(text: str) -> TrainingConfig:
    json.loads(text, object_pairs_hook=no_repetition)
    return TrainingConfig.model_validate_json(text)


READERS: dict[str, Callable[[str], object]] = {
    "bare": BareTrainingConfig.model_validate_json,
    "validate": TrainingConfig.model_validate_json,
    "from_json": lambda text: from_json(text, TrainingConfig),
    "twice": read_twice,
}


def read_ratios(name: str, documents: list[str]) -> dict[str, float]:
    """How much longer each takes than the bare model; prints all."""
    times: dict[str, list[float]] = {reader: [] for reader in READERS}
    for _ in range(ROUNDS):
        for reader, read in READERS.items():
            times[reader].append(seconds(read, documents) / len(documents) * 1e6)
    ratios = {
        reader: statistics.median(mine / bare for mine, bare in zip(values, times["bare"], strict=True))
        for reader, values in times.items()
    }
    figures = (
        f"{reader} {statistics.median(times[reader]):5.2f} us {ratio:4.2f}x"
        for reader, ratio in ratios.items()
    )
    print(f"{name:20} {'   '.join(figures)}")
    return ratios


def import_ratios() -> dict[str, float]:
    """How long whole processes take that import something, in units of `from pydantic import BaseModel`."""
    statements = {
        "pass": "pass",
        "from pydantic import BaseModel": "from pydantic import BaseModel",
        "import crucible_ir": "import crucible_ir",
        "from crucible_ir import IRModel": "from crucible_ir import IRModel",
        "from crucible_ir import TrainingConfig": "from crucible_ir import TrainingConfig",
        "from crucible_ir import Experiment": "from crucible_ir import Experiment",
        "from crucible_ir import WIRE_TYPES": "from crucible_ir import WIRE_TYPES",
    }
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    times: dict[str, list[float]] = {name: [] for name in statements}
    for run in range(IMPORTS + 2):
        for name, statement in statements.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], env=environment, check=True)
            if run >= 2:  # the first two warm the disk cache and write bytecode
                times[name].append(time.perf_counter() - start)
    unit = times["from pydantic import BaseModel"]
    ratios = {
        name: statistics.median(mine / base for mine, base in zip(values, unit, strict=True))
        for name, values in times.items()
    }
    for name, values in times.items():
        print(f"{name:48} {statistics.median(values) * 1000:6.1f} ms  {ratios[name]:5.2f}x")
    return ratios


def main() -> int:
    """Print the figures; 1 where one is beyond its bound."""
    read_ratios("few settings", texts(share=0.2))
    read_ratios("all 25 settings", texts(share=1.0))
    read_ratios("a colon in a text", texts(share=0.5, with_address=1.0))
    reading = read_ratios("half of them", texts(share=0.5, with_address=0.1))
    figures = {
        "validating": (reading["validate"], VALIDATE_BOUND),
        "from_json": (reading["from_json"], READ_BOUND),
        "importing crucible_ir": (import_ratios()["import crucible_ir"], IMPORT_BOUND),
    }
    for name, (ratio, bound) in figures.items():
        print(f"{name}: {ratio:.2f}x (bound {bound})")
    return 0 if all(ratio <= bound for ratio, bound in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
