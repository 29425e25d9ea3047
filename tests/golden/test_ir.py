"""The IR reads and writes the original's JSON, but for the differences listed in `ir_differences`."""

from __future__ import annotations

import json
import re
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from crucible_ir import WIRE_TYPES, IRModel, from_json, from_map, to_json, to_map
from tests.golden.ir_differences import DECISIONS, DIFFERENCES, Decision, render
from tests.support.golden import REPOSITORY, SOURCES, golden_rows

TIMESTAMPS = {"created_at", "updated_at", "started_at", "completed_at", "last_health_check", "timestamp"}
NOT_NULL = {"status", "state", "strategy", "execution_mode", "messages", "choices"}


def rows_of(source: str, name: str) -> list[dict[str, Any]]:
    rows = golden_rows(source, name)
    assert rows
    return rows


def read(row: dict[str, Any], unknown: Literal["forbid", "ignore"] = "forbid") -> IRModel:
    cls = WIRE_TYPES[row["type"]]
    if "json" in row:
        return from_json(row["json"], cls, unknown=unknown)
    if row["via"] == "from_json":
        return from_json(json.dumps(row["input"]), cls, unknown=unknown)
    return from_map(row["input"], cls, unknown=unknown)


def is_refused(row: dict[str, Any]) -> bool:
    try:
        read(row)
    except ValidationError:
        return True
    return False


def instants(data: Any, key: str | None = None) -> Any:
    """The same data, with timestamps as points in time."""
    if isinstance(data, dict):
        return {name: instants(value, name) for name, value in data.items()}
    if isinstance(data, list):
        return [instants(item) for item in data]
    try:
        return datetime.fromisoformat(data.upper()) if key in TIMESTAMPS else data
    except (AttributeError, ValueError):  # a key of somebody else's mapping
        return data


def difference_in_error(details: Any) -> str:
    """Which listed difference an error of ours is, for a document the original reads or finds valid."""
    match details:
        case {"type": "extra_forbidden"}:
            return "unknown-key"
        case {"loc": ("config", *_)}:
            return "nested-rules"
        case {"type": "string_too_short", "loc": (*_, "id" | "name")}:
            return "empty-name"
        case {"loc": (str(name),), "input": None} if name in NOT_NULL or name.startswith("supports_"):
            return "null"
        case {"type": "greater_than", "loc": ("learning_rate",)}:
            return "rate-not-positive"
        case {"type": "too_short", "loc": ("pipeline",)}:
            return "empty-pipeline"
        case {"loc": (*_, "content", "parts", int()), "input": str()}:
            return "bare-part"
        case {"type": "semver", "loc": ("version",)}:
            return "loose-version"
        case _:
            return f"unlisted: {details}"


def differences_in_output(model: IRModel, expected: dict[str, Any]) -> set[str]:
    """Which listed differences there are between what is written and what the original writes."""
    written = json.loads(to_json(model))
    found: set[str] = set()
    if instants(written) != instants(expected):
        if written | {"learning_rate": None} != expected | {"learning_rate": None}:
            found.add(f"unlisted: {written} != {expected}")
        elif written["learning_rate"] != float(expected["learning_rate"]):
            found.add(f"unlisted: {written['learning_rate']} != {expected['learning_rate']}")
        else:
            found.add("rate-precision")
    elif written != expected:
        found.add("instant")
    return found


def round_trip_differences(row: dict[str, Any]) -> set[str]:
    try:
        model = read(row)
    except ValidationError as error:
        found = {difference_in_error(details) for details in error.errors()}
        if found != {"unknown-key"}:
            return found
        return found | differences_in_output(read(row, "ignore"), row["output"])
    return differences_in_output(model, row["output"])


def validation_differences(row: dict[str, Any]) -> set[str]:
    try:
        read(row)
    except ValidationError as error:
        if row["valid"]:
            return {difference_in_error(details) for details in error.errors()}
        ours = {part for details in error.errors() for part in details["loc"]}
        named = {re.split(r"\W", message)[0] for message in row["errors"]}
        return set() if named <= ours else {f"unlisted: {row['errors']} and {ours}"}
    return set() if row["valid"] else {f"unlisted: accepted {row['input']}"}


@pytest.mark.parametrize("source", SOURCES)
def test_there_are_rows_of_every_type(source: str) -> None:
    for name in ("roundtrip.jsonl", "validate.jsonl"):
        assert {row["type"] for row in rows_of(source, name)} == set(WIRE_TYPES)


@pytest.mark.parametrize("source", SOURCES)
def test_documents_read_and_write_as_the_originals_but_for_the_listed_differences(source: str) -> None:
    found: set[str] = set()
    for row in rows_of(source, "roundtrip.jsonl"):
        found |= round_trip_differences(row)
    for row in rows_of(source, "validate.jsonl"):
        found |= validation_differences(row)
    assert found == {difference.key for difference in DIFFERENCES}


def decision_on(row: dict[str, Any]) -> Decision:
    (tag,) = row["tags"]
    (decision,) = (one for one in DECISIONS if fnmatchcase(tag, one.tag))
    return decision


def odd_part(row: dict[str, Any]) -> str:
    """What is odd about a row: its type, and its input as JSON, all but the required keys."""
    if "json" in row:
        return row["type"]
    fields = WIRE_TYPES[row["type"]].model_fields
    required = {name for name, info in fields.items() if info.is_required()}
    odd = {key: value for key, value in row["input"].items() if key not in required}
    return f"{row['type']} {json.dumps(odd)}"


@pytest.mark.parametrize("source", SOURCES)
def test_every_quirk_is_decided(source: str) -> None:
    used: set[tuple[str, str | None]] = set()
    for name in ("roundtrip_quirks.jsonl", "validate_quirks.jsonl", "from_json_raw.jsonl"):
        for row in rows_of(source, name):
            decision = decision_on(row)
            excepted = odd_part(row) in decision.exceptions
            used.add((decision.tag, odd_part(row) if excepted else None))
            assert is_refused(row) == ((decision.ours == "refused") != excepted), row
    listed = {(one.tag, value) for one in DECISIONS for value in (None, *one.exceptions)}
    assert used == listed


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_kept_is_written_back_as_it_was_read(source: str) -> None:
    for name in ("roundtrip_quirks.jsonl", "validate_quirks.jsonl", "from_json_raw.jsonl"):
        for row in rows_of(source, name):
            if not is_refused(row):
                given = row["input"] if "input" in row else json.loads(row["json"])
                assert instants(to_map(read(row), explicit_only=True)) == instants(given)


@pytest.mark.parametrize("source", SOURCES)
def test_a_documents_own_output_reads_back_as_the_same_document(source: str) -> None:
    for row in rows_of(source, "roundtrip.jsonl"):
        if not is_refused(row):
            model = read(row)
            assert from_json(to_json(model), type(model)) == model


def test_the_reference_page_is_generated_from_the_tables() -> None:
    page = REPOSITORY / "docs" / "reference" / "ir-differences.md"
    assert page.read_text(encoding="utf-8") == render(), (
        "run: python tests/golden/ir_differences.py > docs/reference/ir-differences.md"
    )


def test_differences_and_decisions_are_listed_once() -> None:
    keys = [difference.key for difference in DIFFERENCES]
    tags = [decision.tag for decision in DECISIONS]
    assert len(set(keys)) == len(keys)
    assert len(set(tags)) == len(tags)
