"""How long one spec takes to check, against the least anybody does: PyYAML and a bare Pydantic model.

    python tests/benchmarks/throughput.py

Measured interleaved in one process, so that a busy machine slows all of them alike. The best round counts.
Exits with 1 where a ratio is beyond its bound.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from crucible_train.ir.normalize import normalize, normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.result import Ok
from crucible_train.source import load_text

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = {
    "id": "support-bot-7",
    "model_ref": {"id": "byte-lm", "provider": "local"},
    "dataset_ref": {"name": "data/train.jsonl", "split": "train"},
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
    "options": {
        "lr_schedule": {"warmup": 10, "schedule": "cosine"},
        "eval_every": 50,
        "eval_batch_size": 8,
        "adam_beta1": 0.9,
        "adam_beta2": 0.99,
        "adam_eps": 1e-8,
        "max_length": 512,
        "train_on": "all_tokens",
        "logger": "none",
    },
}
"""25 settings, `options` counted by its own."""


class Bare(BaseModel):
    """What a trainer without this library would have."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BareRef(Bare):
    id: str | None = None
    name: str | None = None
    provider: str | None = None
    split: str | None = None


class BareStopping(Bare):
    monitor: str
    patience: Annotated[int, Field(ge=1)]


class BareWarmup(Bare):
    warmup: Annotated[int, Field(ge=0)]
    schedule: Literal["linear", "cosine", "constant"]


class BareOptions(Bare):
    lr_schedule: BareWarmup
    eval_every: Annotated[int, Field(ge=0)]
    eval_batch_size: Annotated[int, Field(ge=1)]
    adam_beta1: Annotated[float, Field(ge=0, lt=1)]
    adam_beta2: Annotated[float, Field(ge=0, lt=1)]
    adam_eps: Annotated[float | str, Field()]  # PyYAML reads 1e-08 as text
    max_length: Annotated[int, Field(ge=2)]
    train_on: Literal["all_assistant", "last_assistant", "all_tokens"]
    logger: Literal["progress", "console", "none"]


class BareSpec(Bare):
    id: str
    model_ref: BareRef
    dataset_ref: BareRef
    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0)]
    optimizer: str
    loss_function: str
    metrics: list[str]
    validation_split: Annotated[float, Field(ge=0, lt=1)]
    device: str
    seed: Annotated[int, Field(ge=0)]
    mixed_precision: bool
    gradient_clipping: Annotated[float, Field(gt=0)]
    early_stopping: BareStopping
    checkpoint_every: Annotated[int, Field(ge=1)]
    options: BareOptions


YAML_TEXT = yaml.safe_dump(SPEC, sort_keys=False)
JSON_TEXT = json.dumps(SPEC)

BOUNDS = {"YAML, with positions": 150 / 187, "JSON, with positions": 40 / 187}
"""Most of the base's time that each may take: 150 us and 40 us where the base takes 187 us."""

ROUNDS = 41
CALLS = 100
"""Calls in a round."""


def base() -> None:
    BareSpec.model_validate(yaml.load(YAML_TEXT, yaml.CSafeLoader))


def spec_from_yaml() -> None:
    match load_text(YAML_TEXT, format="yaml", name="spec.yaml"):
        case Ok(document):
            normalize_sources([Source(document.data, None, document.span, from_text=True)]).unwrap()
        case failed:
            raise AssertionError(failed)


def spec_from_json() -> None:
    match load_text(JSON_TEXT, format="json", name="spec.json"):
        case Ok(document):
            normalize_sources([Source(document.data, None, document.span, from_text=True)]).unwrap()
        case failed:
            raise AssertionError(failed)


def mapping_from_json() -> None:
    normalize(json.loads(JSON_TEXT)).unwrap()


def mapping() -> None:
    normalize(SPEC).unwrap()


MEASURED: dict[str, Callable[[], None]] = {
    "PyYAML (C) and a bare Pydantic model": base,
    "YAML, with positions": spec_from_yaml,
    "JSON, with positions": spec_from_json,
    "json.loads and normalize": mapping_from_json,
    "normalize alone": mapping,
}


def measure() -> dict[str, float]:
    """Microseconds for one call of each, the best of all rounds."""
    best = dict.fromkeys(MEASURED, float("inf"))
    for call in MEASURED.values():
        call()
    for _ in range(ROUNDS):
        for name, call in MEASURED.items():
            start = time.perf_counter()
            for _ in range(CALLS):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / CALLS * 1e6)
    return best


def main() -> int:
    """Print the figures; 1 where one is beyond its bound."""
    best = measure()
    unit = best["PyYAML (C) and a bare Pydantic model"]
    failed = False
    for name, microseconds in best.items():
        ratio, bound = microseconds / unit, BOUNDS.get(name)
        verdict = "" if bound is None else f"at most {bound:.3f}: {'ok' if ratio <= bound else 'TOO SLOW'}"
        failed = failed or (bound is not None and ratio > bound)
        print(f"{name:40} {microseconds:7.1f} us  {ratio:5.3f}x  {verdict}".rstrip())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
