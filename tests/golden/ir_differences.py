"""Where our IR deliberately differs from the original's, as data: the golden tests read it both ways.

python tests/golden/ir_differences.py > docs/reference/ir-differences.md
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Difference(NamedTuple):
    """One difference in what documents mean that the original has no trouble with."""

    key: str
    """How the tests name it."""
    field: str
    original: str
    ours: str
    why: str


DIFFERENCES = (
    Difference(
        "unknown-key",
        "every mapping a type describes",
        "keys it does not know are dropped in silence",
        'refused; `unknown="ignore"` drops them on request',
        "a misspelt key would leave its setting at the default",
    ),
    Difference(
        "empty-name",
        "`id` and `name`, where required",
        "the empty text is a name",
        "refused",
        "a name with no characters names nothing",
    ),
    Difference(
        "null",
        "`Training.Run.status`, `Deployment.Status.state`, `Reliability.Ensemble.strategy` and "
        "`execution_mode`, `Reliability.Hedging.strategy`, `Backend.Prompt.messages`, "
        "`Backend.Completion.choices`, `Backend.Capabilities.supports_*`",
        "`null` is read and written; only `validate` refuses it",
        "refused when it is read; left out, each has its default",
        "there is one set of rules, and reading applies it",
    ),
    Difference(
        "rate-not-positive",
        "`Training.Config.learning_rate`",
        "0 is read and written; only `validate` refuses it",
        "refused when it is read",
        "there is one set of rules, and reading applies it",
    ),
    Difference(
        "rate-precision",
        "`Training.Config.learning_rate`",
        "an integer keeps all of its digits",
        "becomes the nearest float",
        "it is a float: integers above 2**53 have no exact one",
    ),
    Difference(
        "empty-pipeline",
        "`Experiment.pipeline`",
        "`[]` is read and written; only `validate` refuses it",
        "refused when it is read",
        "there is one set of rules, and reading applies it",
    ),
    Difference(
        "bare-part",
        "the parts of a message's `content`",
        "a text is read and written; only `validate` refuses it",
        'refused: `{"type": "text", "text": ...}`',
        "a part says what it is",
    ),
    Difference(
        "loose-version",
        "`ModelVersion.version`",
        "anything after `1.2.3` goes, and zeros before it: `1.0.0garbage`, `01.02.03`",
        "Semantic Versioning 2.0.0",
        "versions have an order only if they are versions",
    ),
    Difference(
        "instant",
        "every date and time: `created_at`, `started_at`, ...",
        "converted to UTC, with the fraction digits as written",
        "keeps the offset; six fraction digits or none",
        "it is the same instant, and where it was is not lost",
    ),
    Difference(
        "nested-rules",
        "`Training.Run.config`",
        "its own rules are not checked",
        "they are",
        "a run of an impossible config is impossible",
    ),
)
"""In `roundtrip.jsonl` and `validate.jsonl`."""


class Decision(NamedTuple):
    """What we do with one kind of input on which the original loses data, raises, or is too loose."""

    tag: str
    """The golden files' name for it; `prefix:*` stands for all that begin so."""
    original: str
    ours: Literal["kept", "refused"]
    """`kept`: accepted, and written back as it was read."""
    why: str
    exceptions: tuple[str, ...] = ()
    """The types and their odd values, as JSON, with which it is the other way round."""


DECISIONS = (
    Decision(
        "bool_nil_string_becomes_literal",
        'the texts "nil", "true" and "false" become null, true and false',
        "kept",
        "a text is a text; where words are listed, it has to be one of them",
        (
            'Backend.Options {"cache_control": "false"}',
            'Backend.Options {"response_format": "nil"}',
            'Deployment.Status {"state": "nil"}',
            'Reliability.Ensemble {"execution_mode": "true"}',
            'Reliability.Ensemble {"strategy": "true"}',
            'Reliability.Hedging {"strategy": "true"}',
            'Training.Run {"status": "true"}',
        ),
    ),
    Decision("list_field_given_map__to_json_raises", "read; writing raises", "refused", "not a list"),
    Decision("list_field_given_empty_map", "read as an empty list", "refused", "not a list"),
    Decision("list_field_given_string", "an error", "refused", "not a list"),
    Decision("list_field_given_int", "an error", "refused", "not a list"),
    Decision("list_items_of_any_type_accepted", "read", "refused", "metrics, tags and the like are texts"),
    Decision(
        "unparseable_datetime_kept_as_string",
        "the text is kept",
        "refused",
        "not a date and time with an offset (RFC 3339); its letters may be small, the seconds left out",
        (
            'Deployment.Status {"created_at": "2024-01-01T00:00:00-00:00"}',
            'Deployment.Status {"last_health_check": "2024-01-01T00:00Z"}',
            'Deployment.Status {"last_health_check": "2024-01-01t00:00:00z"}',
            'Deployment.Status {"updated_at": "2024-01-01T00:00:00-00:00"}',
            'Deployment.Status {"updated_at": "2024-01-01t00:00:00z"}',
            'Experiment {"updated_at": "2024-01-01T00:00Z"}',
            'Feedback.Event {"timestamp": "2024-01-01t00:00:00z"}',
            'ModelVersion {"created_at": "2024-01-01T00:00:00-00:00"}',
            'ModelVersion {"created_at": "2024-01-01t00:00:00z"}',
            'Training.Run {"completed_at": "2024-01-01T00:00Z"}',
            'Training.Run {"started_at": "2024-01-01T00:00Z"}',
        ),
    ),
    Decision("non_string_datetime_kept", "the value is kept", "refused", "a number is no date"),
    Decision(
        "exotic_datetime",
        "read, or an error where UTC has no year for it",
        "kept",
        "years 1 to 9999, without a sign; there is no year 0",
        (
            'Deployment.Status {"created_at": "+2024-01-01T00:00:00Z"}',
            'Deployment.Status {"updated_at": "-0001-01-01T00:00:00Z"}',
            'Feedback.Event {"timestamp": "+2024-01-01T00:00:00Z"}',
            'Training.Run {"completed_at": "0000-01-01T00:00:00Z"}',
        ),
    ),
    Decision(
        "wrong_type:*",
        "kept, or an error, by field",
        "refused",
        "every field has one type; some values are of the right one",
        (
            'Backend.Capabilities {"cost_per_million_input": 9}',
            'Backend.Capabilities {"max_tokens": 9}',
            'Backend.Capabilities {"requests_per_minute": 1}',
            'Backend.Capabilities {"supports_audio": true}',
            'Backend.Options {"stream": false}',
            'DatasetRef {"format": "str"}',
            'DatasetRef {"split": "str"}',
            'Feedback.Config {"drift_detection": {"a": "b"}}',
            'Feedback.Config {"enabled": true}',
            'Feedback.Config {"storage": "str"}',
            'Feedback.Event {"feedback_value": true}',
            'ModelVersion {"description": "str"}',
            'OutputSpec {"sink": "str"}',
            'Reliability.Fairness {"fail_on_violation": false}',
            'Reliability.Hedging {"budget_percent": 3}',
        ),
    ),
    Decision("missing_required:*", "an error", "refused", "the same"),
    Decision("required_null:*", "satisfies the requirement", "refused", "null is no value"),
    Decision("empty_object", "an error", "refused", "the same"),
    Decision(
        "upper_case_keys",
        "an error, where a key is required",
        "refused",
        "keys are lower case; where none is required, the rows have none",
        (
            "Backend.Completion {}",
            "Backend.Options {}",
            "Backend.Prompt {}",
            "Feedback.Config {}",
            "Reliability.Config {}",
            "Reliability.Ensemble {}",
            "Reliability.Fairness {}",
            "Reliability.Guardrail {}",
            "Reliability.Hedging {}",
            "Reliability.Stats {}",
        ),
    ),
    Decision("nested_not_a_map", "an error", "refused", "the same"),
    Decision(
        "nested_not_a_map__accepted",
        "the value is kept",
        "refused",
        "a reference is a mapping; a list may be empty",
        ('Backend.Prompt {"messages": []}',),
    ),
    Decision("nested_missing_required", "an error", "refused", "the same"),
    Decision(
        "openai_tool_choice_kept", "kept; `validate` refuses it", "refused", "the tool's name has one place"
    ),
    Decision("weights_key_nil", "kept", "kept", "a text is a text"),
    Decision("weights_list", "kept", "refused", "not a mapping of models"),
    Decision(
        "term_order_accepts_non_number",
        "valid: any text is greater than any number",
        "refused",
        "a text, a boolean or a list is no number",
    ),
    Decision(
        "term_order_or_float",
        "valid but for 0.5: any text is greater than any number",
        "refused",
        "a count is an integer",
    ),
    Decision(
        "term_order_rejects_with_range_message",
        "an error about the range",
        "refused",
        "an error about the type: a text is no number",
    ),
    Decision("float_count", "valid from 1 on", "refused", "a count is an integer; 1.0 is none"),
    Decision("non_string_version_accepted", "valid", "refused", "a version is a text"),
    Decision("missing_rule:stage", "valid", "kept", "the registry's to judge"),
    Decision("missing_rule:parent_version", "valid", "refused", "it is the version of another model version"),
    Decision("missing_rule:validation_split", "valid", "refused", "a fraction in [0, 1)"),
    Decision("missing_rule:gradient_clipping", "valid", "refused", "a norm above 0"),
    Decision("missing_rule:checkpoint_every", "valid", "refused", "at least one step"),
    Decision("missing_rule:seed", "valid", "refused", "an integer from 0 on"),
    Decision("missing_rule:metrics", "valid", "kept", "an empty list and null ask for none"),
    Decision("missing_rule:optimizer", "valid", "kept", "the backend's to judge"),
    Decision("missing_rule:device", "valid", "kept", "the backend's to judge"),
    Decision("missing_rule:loss_function", "valid", "kept", "the backend's to judge"),
    Decision(
        "missing_rule:mixed_precision",
        "valid",
        "kept",
        "null means not set; a text is no boolean",
        ('Training.Config {"mixed_precision": "yes"}',),
    ),
    Decision("nested_not_validated:*", "valid", "refused", "references have rules too"),
    Decision(
        "nested_not_validated",
        "valid",
        "refused",
        "what is nested has rules too; tags may be missing, and kinds of experiment are free",
        ('Experiment {"experiment_type": "nope"}', 'Experiment {"tags": null}'),
    ),
    Decision("empty_names_accepted", "valid", "refused", "a name with no characters names nothing"),
    Decision("empty_id_accepted", "valid", "refused", "a name with no characters names nothing"),
    Decision("dataset_name_null_accepted", "valid", "refused", "null is no name"),
    Decision(
        "missing_rule",
        "valid",
        "refused",
        "numbers have ranges and values have types; what happened, in which order, and the words that others "
        "judge are kept",
        (
            'Backend.Options {"extra": null}',
            'Backend.Options {"stream": null}',
            'Deployment.Config {"environment": "moon"}',
            'Deployment.Config {"strategy": "yolo"}',
            'Deployment.Status {"health": "weird"}',
            'Deployment.Status {"ready_replicas": 5, "total_replicas": 1}',
            'Feedback.Config {"feedback_types": []}',
            'Feedback.Config {"retention_days": 0}',
            'Feedback.Config {"storage": "tape"}',
            'Feedback.Event {"feedback_type": "nope"}',
            'Reliability.Ensemble {"strategy": "weighted", "weights": null}',
            'Reliability.Stats {"tests": ["nope"]}',
            'Reliability.Stats {"tests": []}',
            'Training.Run {"started_at": "2024-02-02T00:00:00Z", "completed_at": "2024-01-01T00:00:00Z"}',
            'Training.Run {"status": "completed", "completed_at": null}',
            'Training.Run {"status": "failed", "error_message": null}',
        ),
    ),
    Decision("true_string_not_coerced", "refused", "refused", "the same: a text is no boolean"),
    Decision("validate_raises", "raises", "refused", "not a mapping"),
    Decision("false_treated_as_missing", "refused as missing", "refused", "not a word, and not a text"),
    Decision(
        "nil_string_is_nil",
        "refused: the text is read as null",
        "kept",
        "a text is a text; `status` has to be one of its words",
        ('Training.Run {"status": "nil"}',),
    ),
    Decision("truncated", "an error", "refused", "malformed JSON"),
    Decision("empty", "an error", "refused", "malformed JSON"),
    Decision("top_*", "raises", "refused", "a document is a mapping"),
    Decision("dup_key_first_wins", "the first wins", "refused", "two values for one key"),
    Decision("overflow_float", "an error", "refused", "no finite number"),
    Decision("underflow_float", "read as 0.0", "kept", "the nearest float"),
    Decision("nan", "an error", "refused", "no JSON, and no number"),
    Decision("inf", "an error", "refused", "no JSON, and no number"),
    Decision("lone_surrogate", "an error", "refused", "no character"),
    Decision("surrogate_pair", "read", "kept", "one character"),
    Decision("trailing_comma", "an error", "refused", "malformed JSON"),
    Decision("single_quotes", "an error", "refused", "malformed JSON"),
    Decision("trailing_space", "read", "kept", "JSON"),
    Decision("trailing_garbage", "an error", "refused", "malformed JSON"),
    Decision("bom", "an error", "refused", "JSON text has none; spec files may"),
    Decision("raw_tab", "an error", "refused", "malformed JSON"),
    Decision(
        "neg_zero_int",
        "read as 0",
        "kept",
        "JSON; a feedback event has no `options`",
        ("Feedback.Event",),
    ),
    Decision("neg_zero_float", "read", "kept", "JSON"),
    Decision("leading_zero", "an error", "refused", "malformed JSON"),
    Decision("bad_float", "an error", "refused", "malformed JSON"),
    Decision(
        "exp",
        "read",
        "kept",
        "JSON; a feedback event has no `options`",
        ("Feedback.Event",),
    ),
    Decision(
        "bigint",
        "read",
        "kept",
        "in `options`, an integer keeps its digits; a feedback event has no `options`",
        ("Feedback.Event",),
    ),
    Decision("comment", "an error", "refused", "malformed JSON"),
    Decision("escaped_key", "read", "kept", "JSON"),
    Decision("whitespace", "read", "kept", "JSON"),
    Decision("escaped_slash", "read", "kept", "JSON"),
    Decision("deep", "read", "refused", "nested deeper than any setting"),
    Decision("nul", "read", "kept", "a character in JSON text; spec files may not hold it"),
)
"""In `roundtrip_quirks.jsonl`, `validate_quirks.jsonl` and `from_json_raw.jsonl`."""


def render() -> str:
    """The page of the reference documentation."""
    lines = [
        "<!-- Generated from tests/golden/ir_differences.py, which tests hold against real runs. -->",
        "",
        "# Where the IR differs from the original's",
        "",
        "`crucible_ir` reads and writes the JSON of the Elixir `crucible_ir` 0.3. Its documents mean the",
        "same here but for the following.",
        "",
        "| where | original | here | why |",
        "|---|---|---|---|",
        *(f"| {row.field} | {row.original} | {row.ours} | {row.why} |" for row in DIFFERENCES),
        "",
        "## Inputs the original is at odds with",
        "",
        "The original loses data on these, raises, or is too loose. `kept` means accepted and written",
        "back as it was read.",
        "",
        "| input | original | here | why | the other way round |",
        "|---|---|---|---|---|",
        *(_decision_line(row) for row in DECISIONS),
    ]
    return "\n".join(lines) + "\n"


def _decision_line(row: Decision) -> str:
    exceptions = ", ".join(f"`{value}`" for value in row.exceptions)
    return f"| `{row.tag}` | {row.original} | {row.ours} | {row.why} | {exceptions} |"


if __name__ == "__main__":
    print(render(), end="")
