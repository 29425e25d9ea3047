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
        "status-null",
        "`Training.Run.status`",
        "`null` is kept",
        "refused; left out, it is `pending`",
        "a run always stands somewhere",
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
        "instant",
        "`Training.Run.started_at`, `completed_at`",
        "converted to UTC, with the fraction digits as written",
        "keeps the offset; six fraction digits or none",
        "it is the same instant, and where the run was is not lost",
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
    """The odd values, as JSON, with which it is the other way round."""


DECISIONS = (
    Decision(
        "bool_nil_string_becomes_literal",
        'the texts "nil", "true" and "false" become null, true and false',
        "kept",
        "a text is a text; where words are listed (`status`), it has to be one of them",
        ('{"status": "true"}',),
    ),
    Decision("list_field_given_map__to_json_raises", "read; writing raises", "refused", "not a list"),
    Decision("list_field_given_empty_map", "read as an empty list", "refused", "not a list"),
    Decision("list_field_given_string", "an error", "refused", "not a list"),
    Decision("list_field_given_int", "an error", "refused", "not a list"),
    Decision("list_items_of_any_type_accepted", "read", "refused", "metrics are named by text"),
    Decision(
        "unparseable_datetime_kept_as_string",
        "the text is kept",
        "refused",
        "not a date and time with an offset; the seconds may be left out",
        ('{"completed_at": "2024-01-01T00:00Z"}', '{"started_at": "2024-01-01T00:00Z"}'),
    ),
    Decision("non_string_datetime_kept", "the value is kept", "refused", "a number is no date"),
    Decision(
        "exotic_datetime",
        "read",
        "kept",
        "years from 1 on; there is no year 0",
        ('{"completed_at": "0000-01-01T00:00:00Z"}',),
    ),
    Decision(
        "wrong_type:*",
        "kept, or an error, by field",
        "refused",
        "every field has one type; the texts here are of the right one",
        ('{"format": "str"}', '{"split": "str"}'),
    ),
    Decision("missing_required:*", "an error", "refused", "the same"),
    Decision("required_null:*", "satisfies the requirement", "refused", "null is no value"),
    Decision("empty_object", "an error", "refused", "the same"),
    Decision("upper_case_keys", "an error", "refused", "keys are lower case"),
    Decision("nested_not_a_map", "an error", "refused", "the same"),
    Decision("nested_missing_required", "an error", "refused", "the same"),
    Decision(
        "term_order_accepts_non_number",
        "valid: any text is greater than any number",
        "refused",
        "a text, a boolean or a list is no number",
    ),
    Decision("float_count", "valid from 1 on", "refused", "a count is an integer; 1.0 is none"),
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
        ('{"mixed_precision": "yes"}',),
    ),
    Decision("nested_not_validated:*", "valid", "refused", "references have rules too"),
    Decision("empty_id_accepted", "valid", "refused", "a name with no characters names nothing"),
    Decision("dataset_name_null_accepted", "valid", "refused", "null is no name"),
    Decision(
        "missing_rule",
        "valid",
        "kept",
        "a record says what happened, in any order; counts and dates still have their types",
        ('{"current_epoch": -1}', '{"started_at": "garbage"}'),
    ),
    Decision(
        "nil_string_is_nil",
        "refused: the text is read as null",
        "kept",
        "a text is a text; `status` has to be one of its words",
        ('{"status": "nil"}',),
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
    Decision("neg_zero_int", "read as 0", "kept", "JSON"),
    Decision("neg_zero_float", "read", "kept", "JSON"),
    Decision("leading_zero", "an error", "refused", "malformed JSON"),
    Decision("bad_float", "an error", "refused", "malformed JSON"),
    Decision("exp", "read", "kept", "JSON"),
    Decision("bigint", "read", "kept", "in `options`, an integer keeps its digits"),
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
