"""CRU6xx: resolving references."""

from __future__ import annotations

from crucible_train.diagnostics.rules.rule import Rule

REFERENCES: tuple[Rule, ...] = (
    Rule(
        "CRU601",
        "dataset-not-loaded",
        "The data set cannot be loaded.",
        "The message holds the store's own reason and the nearest names there are.",
        "dataset_ref: {name: tarin.jsonl}",
        "dataset_ref: {name: train.jsonl}",
    ),
    Rule(
        "CRU602",
        "columns",
        "The records do not have the columns that any known shape needs.",
        "Which column is the prompt and which the answer is never guessed.",
        '{"frage": "eins und eins?", "antwort": "zwei"}  # a record',
        "dataset_ref: {name: qa.jsonl, options: {columns: {prompt: frage, completion: antwort}}}",
    ),
    Rule(
        "CRU603",
        "schema-mismatch",
        "Records differ from `dataset_ref.schema`.",
        "The data is not what the spec says it is.",
        "dataset_ref: {name: train.jsonl, schema: {text: string, year: string}}  # a record has year: 2001",
        "dataset_ref: {name: train.jsonl, schema: {text: string, year: integer}}",
    ),
    Rule(
        "CRU604",
        "missing-reference",
        "No data set or no model is named, and one is needed.",
        "There is nothing to train, or nothing to train on.",
        'settings = {"num_epochs": 1, "model_ref": {"id": "byte-lm"}}',
        '"model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "train.jsonl"}',
    ),
    Rule(
        "CRU605",
        "data-rejected",
        "A data set exceeds a limit that `validate_data` was given.",
        "Training on it would cost as much and teach less, or the evaluation would mean nothing.",
        "options: {max_duplicates: 0.1}  # half of the records repeat an earlier one",
        "options: {max_duplicates: 0.5}  # or repair the records that the report lists",
    ),
)
