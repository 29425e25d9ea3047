"""CRU3xx and CRU4xx: values against each other, and settings without effect (warnings)."""

from __future__ import annotations

from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.diagnostics.rules.rule import Rule

EFFECTS: tuple[Rule, ...] = (
    Rule(
        "CRU301",
        "two-evaluation-sets",
        "`validation_split` and `eval_dataset_ref` are both given.",
        "There is one held-out set; either would silently replace the other.",
        "validation_split: 0.1\noptions: {eval_every: 10, eval_dataset_ref: {name: test.jsonl}}",
        "options: {eval_every: 10, eval_dataset_ref: {name: test.jsonl}}",
    ),
    Rule(
        "CRU302",
        "early-stopping-blind",
        "Early stopping watches a metric that is never measured.",
        "Training would never stop early.",
        "early_stopping: {monitor: eval_mean_nll}",
        "early_stopping: {monitor: eval_mean_nll}\nvalidation_split: 0.1\noptions: {eval_every: 100}",
    ),
    Rule(
        "CRU303",
        "adam-without-adam",
        "A setting of Adam's beside another optimizer.",
        "The optimizer has no such setting; the backend would refuse it at the first step.",
        "optimizer: sgd\noptions: {adam_beta1: 0.8}",
        "optimizer: adam\noptions: {adam_beta1: 0.8}",
    ),
    Rule(
        "CRU304",
        "same-file",
        "Two outputs of an experiment would write the same file.",
        "The second would replace the first.",
        "outputs: [{name: summary}, {name: summary, options: {sections: [metrics]}}]",
        "outputs: [{name: summary}, {name: numbers, options: {sections: [metrics]}}]",
    ),
    Rule(
        "CRU401",
        "overridden",
        "A value that another key of the same spec overrides.",
        "It looks set and has no effect.",
        "learning_rate: 0.001\noptions: {learning_rate: 0.01}",
        "learning_rate: 0.01",
        Severity.WARNING,
    ),
    Rule(
        "CRU402",
        "held-out-unused",
        "Evaluation data is held out and never evaluated on.",
        "The run loses training data and gains nothing.",
        "validation_split: 0.1",
        "validation_split: 0.1\noptions: {eval_every: 100}",
        Severity.WARNING,
    ),
    Rule(
        "CRU403",
        "beyond-the-end",
        "An interval or a warm-up longer than the training.",
        "It never happens: no checkpoint in between, no evaluation, never the full learning rate.",
        "options: {max_steps: 100, lr_schedule: {warmup: 500, schedule: linear}}",
        "options: {max_steps: 100, lr_schedule: {warmup: 10, schedule: linear}}",
        Severity.WARNING,
    ),
    Rule(
        "CRU404",
        "nothing-to-evaluate",
        "Evaluation is asked for and there is no evaluation data.",
        "Nothing would be evaluated.",
        "options: {eval_every: 100}",
        "validation_split: 0.1\noptions: {eval_every: 100}",
        Severity.WARNING,
    ),
    Rule(
        "CRU405",
        "no-effect",
        "A setting without effect beside the others.",
        "It looks set and changes nothing.",
        "options: {sample_max_tokens: 20}",
        'options: {sample_max_tokens: 20, sample_prompts: ["Hello"]}',
        Severity.WARNING,
    ),
    Rule(
        "CRU406",
        "experiment-no-effect",
        "A part of an experiment that no stage of its pipeline acts on.",
        "It is kept in the record, and looks as if it did something.",
        "outputs: [{name: summary}]\npipeline: [{name: supervised_train}]",
        "outputs: [{name: summary}]\npipeline: [{name: supervised_train}, {name: report}]",
        Severity.WARNING,
    ),
)
