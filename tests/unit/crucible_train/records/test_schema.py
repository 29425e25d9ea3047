"""Raw records against the schema of a data set reference."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.records import SCHEMA_TYPES, SchemaProblemCode, check_schema

EXAMPLES: dict[str, Any] = {
    "string": "a",
    "integer": 3,
    "number": 1.5,
    "boolean": True,
    "list": [1],
    "object": {"a": 1},
    "messages": [{"role": "user", "content": "hi"}],
}


def fits(value: Any, name: str) -> bool:
    return not check_schema([{"column": value}], {"column": name})


@pytest.mark.parametrize("name", SCHEMA_TYPES)
def test_a_type_takes_its_values_and_no_others(name: str) -> None:
    also = {"number": {"integer"}, "list": {"messages"}}.get(name, set())
    taken = {other for other, value in EXAMPLES.items() if fits(value, name)}
    assert taken == {name} | also


@pytest.mark.parametrize("name", SCHEMA_TYPES)
def test_null_and_absence_need_a_question_mark(name: str) -> None:
    assert fits(None, name + "?")
    assert not fits(None, name)
    assert check_schema([{}], {"column": name + "?"}) == ()
    assert fits(EXAMPLES[name], name + "?")


def test_mismatches_name_record_and_column() -> None:
    records = [{"a": "x"}, {"a": 3}, {}]
    wrong, missing = check_schema(records, {"a": "string"})
    assert (wrong.code, wrong.record, wrong.column) == (SchemaProblemCode.WRONG_TYPE, 1, "a")
    assert str(wrong) == "record 1, a: expected string, found the number 3"
    assert (missing.code, missing.record, missing.column) == (SchemaProblemCode.MISSING_COLUMN, 2, "a")


def test_a_missing_column_names_the_one_that_looks_like_it() -> None:
    (problem,) = check_schema([{"promt": "x"}], {"prompt": "string"})
    assert problem.message == "the column is missing (string); the record has `promt`"


def test_messages_say_where_they_are_wrong() -> None:
    (inside,) = check_schema([{"m": [{"role": "user", "content": 3}]}], {"m": "messages"})
    assert inside.message == "expected messages, but [0].content: expected text, found the number 3"
    (whole,) = check_schema([{"m": "hi"}], {"m": "messages?"})
    assert whole.message == "expected messages?, found the text 'hi'"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("strng", "did you mean `string`?"),
        ("int?", "there are `string`"),
        (3, "there are"),
        (None, "found null"),
    ],
)
def test_an_unknown_type_is_an_error_of_the_schema(name: Any, hint: str) -> None:
    (problem,) = check_schema([{"a": 1}], {"a": name})
    assert (problem.code, problem.record, problem.column) == (SchemaProblemCode.UNKNOWN_TYPE, None, "a")
    assert hint in str(problem)


def test_columns_the_schema_does_not_name_are_not_checked() -> None:
    assert check_schema([{"a": "x", "b": object()}], {"a": "string"}) == ()


def test_past_the_cap_problems_are_counted() -> None:
    *listed, rest = check_schema([{}] * 1234, {"a": "string"}, max_problems=10)
    assert len(listed) == 10
    assert rest.code == SchemaProblemCode.MORE_PROBLEMS
    assert str(rest) == "... and 1,224 more problems"


def test_python_objects_are_described_by_their_type() -> None:
    (problem,) = check_schema([{"a": object()}], {"a": "string"})
    assert problem.message == "expected string, found a Python object"
