"""CRU2xx: values."""

from __future__ import annotations

from crucible_train.diagnostics.rules.rule import Rule

VALUES: tuple[Rule, ...] = (
    Rule(
        "CRU201",
        "wrong-type",
        "A value of the wrong type.",
        "Guessing a conversion (the text '8' for 8, true for 1) hides mistakes.",
        "batch_size: eight",
        "batch_size: 8",
    ),
    Rule(
        "CRU202",
        "out-of-range",
        "A number outside its range.",
        "The run would fail later, or train something meaningless.",
        "learning_rate: -0.001",
        "learning_rate: 0.001",
    ),
    Rule(
        "CRU203",
        "not-one-of",
        "A word that is not one of those allowed.",
        "Most tools find this out after the model has been loaded.",
        "options: {lr_schedule: cosin}",
        "options: {lr_schedule: cosine}",
    ),
    Rule(
        "CRU204",
        "empty-text",
        "Text that must not be empty is empty.",
        "A name with no characters names nothing.",
        'id: ""',
        "id: my-run",
    ),
    Rule(
        "CRU205",
        "number-as-text",
        "A number in quotes.",
        "Text is not a number; some tools convert it, some compare it as text.",
        'learning_rate: "2e-5"',
        "learning_rate: 2e-5",
    ),
    Rule(
        "CRU206",
        "invalid-value",
        "A value that is no valid value of its field.",
        "The message says what is wrong with it.",
        "outputs: [{name: summary, formats: [json, json]}]",
        "outputs: [{name: summary, formats: [json]}]",
    ),
)
