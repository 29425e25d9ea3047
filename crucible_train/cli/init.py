"""`crucible init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.cli.main import EXIT_OK, EXIT_USAGE

if TYPE_CHECKING:
    import argparse

STARTER = """\
# yaml-language-server: $schema=./crucible.schema.json
#
# A training spec. `crucible validate` checks it, `crucible explain` shows where every value comes from,
# `crucible run` trains it. For completion in your editor, write the schema beside this file:
#     crucible schema training-spec > crucible.schema.json

id: my-first-run              # the run's name, and its directory's below runs/

model_ref:
  id: byte-lm                 # the model built into the `local` backend: a small byte-level language model

dataset_ref:
  name: train.jsonl           # a file: .jsonl, .json, .csv or .txt
  # options:
  #   columns: {prompt: question, completion: answer}   # when your columns have other names

epochs: 3
batch_size: 16
learning_rate: 2.0e-3
seed: 0

validation_split: 0.1         # held out for evaluation
checkpoint_every: 200         # optimizer steps

# early_stopping: {monitor: eval_mean_nll, patience: 3}

options:
  lr_schedule: {warmup: 20, schedule: cosine}   # or just: linear, cosine, constant
  eval_every: 100             # optimizer steps
  # max_length: 512           # tokens
  # sample_prompts: ["Hello"] # continued by the trained model, for you to read
"""


def init(options: argparse.Namespace) -> int:
    """Write a commented starter spec."""
    path = Path(options.path)
    try:
        with path.open("w" if options.force else "x", encoding="utf-8") as file:
            file.write(STARTER)
    except FileExistsError:
        print(f"crucible: {path} exists; --force overwrites it", file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(f"crucible: cannot write {path}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE
    print(f"wrote {path}; next: crucible validate {path}")
    return EXIT_OK
