"""CRU5xx: what a backend, a stage or a store cannot do."""

from __future__ import annotations

from crucible_train.diagnostics.rules.rule import Rule

BACKENDS: tuple[Rule, ...] = (
    Rule(
        "CRU501",
        "backend-cannot",
        "A setting that the chosen backend cannot honour.",
        "Found now, it costs nothing; found later, a loaded model and a queue slot.",
        "device: cuda  # with the local backend",
        "device: cpu",
    ),
    Rule(
        "CRU502",
        "unknown-backend",
        "No training backend of that name.",
        "Nothing could train the spec.",
        "options: {backend: locl}",
        "options: {backend: local}",
    ),
    Rule(
        "CRU503",
        "unknown-stage",
        "No stage of that name.",
        "Without the stage nobody can say what the spec means. Plug-ins register one through the"
        " `crucible_train.stages` entry-point group.",
        "crucible validate --stage supervised spec.yaml",
        "crucible validate --stage supervised_train spec.yaml",
    ),
    Rule(
        "CRU504",
        "unknown-dataset-store",
        "No data-set store of that name.",
        "Nothing could load the data.",
        "dataset_ref: {name: train.jsonl, provider: file}",
        "dataset_ref: {name: train.jsonl, provider: files}",
    ),
    Rule(
        "CRU505",
        "plug-in-broken",
        "A registered plug-in cannot be loaded.",
        "What it was registered for is not there.",
        "my_stage = my_package:Missing  # an entry point of a class that is not there",
        "my_stage = my_package:MyStage",
    ),
)
