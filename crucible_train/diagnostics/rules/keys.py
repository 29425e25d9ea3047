"""CRU1xx: keys."""

from __future__ import annotations

from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.diagnostics.rules.rule import Rule

KEYS: tuple[Rule, ...] = (
    Rule(
        "CRU101",
        "unknown-key",
        "A key nobody knows here.",
        "A misspelt key would leave the setting at its default, and the run would look fine.",
        "learning_rat: 1.0e-4",
        "learning_rate: 1.0e-4",
    ),
    Rule(
        "CRU102",
        "missing-key",
        "A required key is missing.",
        "Without it there is nothing to train, or nothing to train on.",
        "dataset_ref: {split: train}",
        "dataset_ref: {name: train.jsonl, split: train}",
    ),
    Rule(
        "CRU103",
        "other-stage-key",
        "A key that belongs to another stage.",
        "This stage would ignore it, and the run would not be the one that was meant.",
        "- {name: supervised_train, options: {max_duplicates: 0.1}}",
        "- {name: validate_data, options: {max_duplicates: 0.1}}",
    ),
    Rule(
        "CRU104",
        "foreign-name",
        "A key that another trainer uses for a setting of ours.",
        "The setting would stay at its default.",
        "num_train_epochs: 3",
        "epochs: 3",
    ),
    Rule(
        "CRU105",
        "two-names",
        "One setting is given twice, under two of its names.",
        "Whichever won, one of the two would mislead its reader.",
        "epochs: 3\nnum_epochs: 30",
        "epochs: 30",
    ),
    Rule(
        "CRU106",
        "suspicious-option",
        "An option no backend has checked, whose name is close to one of the stage's.",
        "Unknown options are the backend's; with no backend chosen, a typo would go unnoticed.",
        'options={"lr_shedule": "cosine"}',
        'options={"lr_schedule": "cosine"}',
        Severity.WARNING,
    ),
    Rule(
        "CRU107",
        "misplaced-key",
        "A known key in the wrong place.",
        "Where it stands nobody reads it.",
        "options: {epochs: 3}",
        "epochs: 3",
    ),
)
