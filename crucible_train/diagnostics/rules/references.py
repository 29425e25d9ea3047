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
        "records with the columns `frage` and `antwort`",
        "dataset_ref: {name: qa.jsonl, options: {columns: {prompt: frage, completion: antwort}}}",
    ),
    Rule(
        "CRU603",
        "schema-mismatch",
        "Records differ from `dataset_ref.schema`.",
        "The data is not what the spec says it is.",
        "dataset_ref: {name: train.jsonl, schema: {text: string}}  # a record has text: 3",
        "Repair the records the message names, or the schema.",
    ),
    Rule(
        "CRU604",
        "missing-reference",
        "No data set or no model is named, and one is needed.",
        "There is nothing to train, or nothing to train on.",
        "normalize(num_epochs=3) and then a run",
        'normalize(num_epochs=3, dataset_ref={"name": "train.jsonl"}, model_ref={"id": "byte-lm"})',
    ),
    Rule(
        "CRU605",
        "data-rejected",
        "A data set exceeds a limit that `validate_data` was given.",
        "Training on it would cost as much and teach less, or the evaluation would mean nothing.",
        "dataset_ref: {name: train.jsonl}  # every tenth record repeats an earlier one\nmax_duplicates: 0.01",
        "Repair the records that the report lists, or accept more: `max_duplicates: 0.1`.",
    ),
)
