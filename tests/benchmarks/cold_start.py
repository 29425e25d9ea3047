"""How long `crucible validate` of one YAML file takes from nothing, against other whole processes.

Interleaved (A B C D, A B C D, ...), medians of wall time. check-jsonschema checks the same file with the
schema we export for it, which is the same job; what it takes with an empty schema is printed beside it.
Bounds: at most 0.5x check-jsonschema and at most 1.6x `from pydantic import BaseModel`; where neither the
file nor anything else that is read has changed (`.crucible_cache`), at most 2x `python -c pass`. Run it with
bytecode compiled (`make bench` does), on a quiet machine.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 25
_LEFT_OUT = ("PYTHONDONTWRITEBYTECODE", "CI")  # in CI nothing is kept
BIN = Path(sys.executable).parent
SPEC = """\
id: cold-start
model_ref: {id: byte-lm, options: {context_length: 24}}
dataset_ref: {name: train.jsonl}
epochs: 3
batch_size: 16
learning_rate: 1e-3
seed: 1
validation_split: 0.1
checkpoint_every: 100
options:
  lr_schedule: {warmup: 20, schedule: cosine}
  eval_every: 50
"""


def seconds(command: list[str], directory: str) -> float:
    """Wall time of one process that must succeed."""
    environment = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    started = time.perf_counter()
    subprocess.run(command, cwd=directory, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Measure, print, and fail beyond a bound."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "spec.yaml").write_text(SPEC, encoding="utf-8")
        Path(directory, "empty.json").write_text('{"type": "object"}', encoding="utf-8")
        schema = subprocess.run(
            [str(BIN / "crucible"), "schema", "supervised_train"], check=True, capture_output=True, text=True
        )
        Path(directory, "schema.json").write_text(schema.stdout, encoding="utf-8")
        check = [str(BIN / "check-jsonschema"), "--schemafile"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "from pydantic import BaseModel": [sys.executable, "-c", "from pydantic import BaseModel"],
            "crucible validate": [str(BIN / "crucible"), "validate", "--no-cache", "spec.yaml"],
            "crucible validate, unchanged": [str(BIN / "crucible"), "validate", "spec.yaml"],
            "check-jsonschema": [*check, "schema.json", "spec.yaml"],
            "check-jsonschema, empty schema": [*check, "empty.json", "spec.yaml"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for run in range(RUNS + 2):
            for name, command in commands.items():
                elapsed = seconds(command, directory)
                if run >= 2:  # the first two warm the disk cache and write bytecode
                    times[name].append(elapsed)
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["python -c pass"]
    for name, value in medians.items():
        print(f"{name:32} {value * 1000:7.1f} ms {value / base:6.1f}x")
    ours = medians["crucible validate"]
    kept = medians["crucible validate, unchanged"]
    print(f"unchanged, it is {kept / base:.2f}x of `python -c pass` (bound 2)")
    ratios = {
        "of check-jsonschema": (ours / medians["check-jsonschema"], 0.5),
        "of the BaseModel import": (ours / medians["from pydantic import BaseModel"], 1.6),
    }
    for name, (ratio, bound) in ratios.items():
        print(f"crucible validate is {ratio:.2f}x {name} (bound {bound})")
    within = all(ratio <= bound for ratio, bound in ratios.values()) and kept <= 2 * base
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
