"""Specs to be checked by whatever checks specs."""

from __future__ import annotations

GOOD = """\
id: nightly
model_ref: {id: byte-lm}
dataset_ref: {name: train.jsonl}
epochs: 3
"""

BAD = GOOD.replace("epochs: 3", "epochs: 0")
FINDING = "4:9: CRU202 `epochs` must be at least 1, not 0"
"""What is said of it, after its path."""

WARNED = GOOD + "options: {num_epochs: 3}\n"
"""Valid, with a warning."""

NO_SPEC = "services:\n  web: {image: example}\n"
"""Some other tool's file."""

ODD = (
    "a b",
    'it\'s "quoted"',
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "&& touch pwned",
    "${IFS}",
    "back\\slash",
    "-x",
    "café",
)
"""Names that a script would take for something else."""
