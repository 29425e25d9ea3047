"""ajv accepts what the models accept: on every example, and for every IR type on the golden rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs
import pytest

from crucible_ir import WIRE_TYPES
from crucible_train.schema.export import EXPERIMENT, SPEC
from tests.schema_tools.tools import HERE, NODE, run, schema_path
from tests.schema_tools.verdicts import NOT_SEEN, codes, left_to_the_models

if TYPE_CHECKING:
    from tests.schema_tools.documents import Case

ROWS_NOT_SEEN = {
    "from_json_raw.jsonl:36": {"CRU206"},  # too deep
    "roundtrip_quirks.jsonl:18": {"CRU206"},  # there is no year 0
    "validate_quirks.jsonl:3": {"CRU201"},
    "validate_quirks.jsonl:6": {"CRU201"},
}
"""Golden rows that ajv accepts, and what the models find wrong with them."""

UNTYPED = re.compile(
    r'strict mode: missing type "(object|array)" for keyword "\w+" at "[^"]+" \(strictTypes\)'
)
"""What strict mode says of conditions, which hold whatever else a value may be, and of rules for one type."""


class Row(NamedTuple):
    """One document and what everybody says: `True` accepts it."""

    case: Case
    ajv: bool
    jsonschema_rs: bool
    codes: set[str]


@pytest.fixture(scope="module")
def answer(names: list[str], all_cases: list[Case]) -> dict[str, Any]:
    """What ajv says, of all documents at once."""
    question = {
        "schemas": {name: str(schema_path(name)) for name in names},
        "cases": [{"schema": case.schema, "document": case.document} for case in all_cases],
    }
    done = run(str(NODE), "judge.js", cwd=HERE, text=json.dumps(question, allow_nan=False))
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def table(answer: dict[str, Any], all_cases: list[Case], schemas: dict[str, dict[str, Any]]) -> list[Row]:
    """Everybody's verdicts."""
    validators = {name: jsonschema_rs.Draft202012Validator(schema) for name, schema in schemas.items()}
    return [
        Row(case, verdict, validators[case.schema].is_valid(case.document), codes(case))
        for case, verdict in zip(all_cases, answer["verdicts"], strict=True)
    ]


def test_strict_mode_has_nothing_to_complain_about(answer: dict[str, Any]) -> None:
    said = [(name, one) for name, complaints in answer["complaints"].items() for one in complaints]
    assert [(name, one) for name, one in said if not UNTYPED.fullmatch(one)] == []


def test_ajv_and_jsonschema_rs_agree_on_every_document(table: list[Row]) -> None:
    assert [row for row in table if row.ajv != row.jsonschema_rs] == []


def test_ajv_accepts_what_the_models_accept(table: list[Row]) -> None:
    assert [row for row in table if not row.codes and not row.ajv] == []


def test_ajv_refuses_what_the_models_refuse_but_for_what_is_left_to_them(
    table: list[Row], schemas: dict[str, dict[str, Any]]
) -> None:
    missed = {row.case.name: row for row in table if row.codes and row.ajv}
    assert {name: row.codes for name, row in missed.items()} == NOT_SEEN | ROWS_NOT_SEEN
    assert [
        row for row in missed.values() if not row.codes <= left_to_the_models(schemas[row.case.schema])
    ] == []


def test_both_verdicts_occur_for_every_schema(table: list[Row]) -> None:
    said = {(row.case.schema, row.ajv) for row in table}
    asked = {SPEC, EXPERIMENT, *(cls.__name__ for cls in WIRE_TYPES.values())}
    assert said == {(name, verdict) for name in asked for verdict in (True, False)}
