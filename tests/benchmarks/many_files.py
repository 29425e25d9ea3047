"""What many files in one run of `crucible validate` take, against checking their texts in a loop.

    python tests/benchmarks/many_files.py

A directory of distinct specs, half of them YAML and half JSON, a fifth with findings. The base is
`load_text` and `normalize_sources` on the same texts in one process that has imported everything.
Interleaved, best of the rounds. Peak memory is the kernel's (`ru_maxrss` of the child).

Bounds: 10,000 files at most 1.2x the base's time for each file, and at most 1.3x the peak memory of 100
files; 100,000 files at most 1.2x the time for each file of 1,000.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

BIN = Path(sys.executable).parent
COUNTS = (100, 1_000, 10_000, 100_000)
MAX_TIME, MAX_MEMORY, MAX_GROWTH = 1.2, 1.3, 1.2
ROUNDS = 5

BASE = """\
import sys, time
from pathlib import Path
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source, document_source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Ok
from crucible_train.source import load_text

fallback = Source({"backend": "local"}, Layer.DEFAULT, label="the default", from_text=True)
texts = [(path.read_text(), path.suffix[1:], path.name) for path in sorted(Path(sys.argv[1]).rglob("*.*"))]

def check(text, suffix, name):
    match load_text(text, format=suffix, name=name):
        case Ok(document):
            normalize_sources([fallback, document_source(document, ())])

for text in texts[:10]:
    check(*text)
started = time.perf_counter()
for text in texts:
    check(*text)
print(time.perf_counter() - started)
"""


class Measured(NamedTuple):
    """One run of the command."""

    seconds: float
    peak_kib: int


def spec(number: int) -> dict[str, object]:
    """A spec that no other number has; every fifth has two findings."""
    data: dict[str, object] = {
        "id": f"support-bot-{number}",
        "model_ref": {"id": "byte-lm", "provider": "local"},
        "dataset_ref": {"name": f"data/train-{number}.jsonl", "split": "train"},
        "epochs": 3,
        "batch_size": 16,
        "learning_rate": 0.0002,
        "optimizer": "adamw",
        "loss_function": "cross_entropy",
        "metrics": ["loss"],
        "validation_split": 0.1,
        "seed": number,
        "mixed_precision": False,
        "gradient_clipping": 1.0,
        "early_stopping": {"monitor": "val_loss", "patience": 3},
        "checkpoint_every": 100,
        "options": {"lr_schedule": {"warmup": 10, "schedule": "cosine"}, "eval_every": 50},
    }
    if number % 5 == 0:
        data |= {"epochs": 0, "learning_rat": 0.1}
    return data


def write(root: Path, count: int) -> None:
    """The specs 0 to `count` below `root`, a thousand in a directory."""
    for number in range(count):
        directory = root / f"{number // 1_000:03}"
        if number % 1_000 == 0:
            directory.mkdir(parents=True)
        if number % 2:
            (directory / f"{number}.json").write_text(json.dumps(spec(number), indent=2), encoding="utf-8")
        else:
            text = yaml.dump(spec(number), Dumper=yaml.CSafeDumper, sort_keys=False)
            (directory / f"{number}.yaml").write_text(text, encoding="utf-8")


def run(root: Path) -> Measured:
    """`crucible validate` of a directory, as a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [str(BIN / "crucible"), "validate", "--no-cache", str(root)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 1:
        raise RuntimeError(f"{command} left with {process.returncode}")
    return Measured(seconds, usage.ru_maxrss)


def base(root: Path) -> float:
    """Seconds that the texts take in a loop."""
    done = subprocess.run(
        [sys.executable, "-c", BASE, str(root)], check=True, capture_output=True, encoding="utf-8"
    )
    return float(done.stdout)


def verdict(name: str, ratio: float, bound: float) -> bool:
    """Print a ratio; whether it is within its bound."""
    print(f"{name:44} {ratio:5.3f}x  at most {bound}: {'ok' if ratio <= bound else 'TOO MUCH'}")
    return ratio <= bound


def main() -> int:
    """Print the figures; 1 where one is beyond its bound."""
    with tempfile.TemporaryDirectory() as directory:
        roots = {count: Path(directory, str(count)) for count in COUNTS}
        for count, root in roots.items():
            write(root, count)
        measured: dict[int, list[Measured]] = {count: [] for count in COUNTS}
        bases: list[float] = []
        for turn in range(ROUNDS):
            bases.append(base(roots[10_000]))
            for count, root in roots.items():
                if turn == 0 or count < max(COUNTS):
                    measured[count].append(run(root))
    each_us = {count: min(one.seconds for one in runs) / count * 1e6 for count, runs in measured.items()}
    peak_mib = {count: max(one.peak_kib for one in runs) / 1024 for count, runs in measured.items()}
    base_us = min(bases) / 10_000 * 1e6
    print(f"texts in a loop       {base_us:7.1f} us a file")
    for count in COUNTS:
        time, memory = f"{each_us[count]:7.1f} us a file", f"{peak_mib[count]:6.1f} MiB at the peak"
        print(f"{count:7,} files         {time}, {memory}")
    within = [
        verdict("10,000 files, time against the loop", each_us[10_000] / base_us, MAX_TIME),
        verdict("10,000 files, memory against 100", peak_mib[10_000] / peak_mib[100], MAX_MEMORY),
        verdict("100,000 files, time for each against 1,000", each_us[100_000] / each_us[1_000], MAX_GROWTH),
    ]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
