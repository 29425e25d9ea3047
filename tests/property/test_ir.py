"""Any IR document survives JSON both ways, with exactly what was set explicitly."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_ir import WIRE_TYPES, from_json, from_map, to_json, to_map
from tests.support.spec_strategies import IR_DOCUMENTS


def instants(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and value else value
        for key, value in data.items()
    }


@pytest.mark.parametrize("wire_name", IR_DOCUMENTS)
@given(st.data())
@settings(max_examples=60)
def test_json_both_ways(wire_name: str, data: st.DataObject) -> None:
    cls = WIRE_TYPES[wire_name]
    document = data.draw(IR_DOCUMENTS[wire_name])
    model = from_map(document, cls)

    explicit = to_json(model, explicit_only=True)
    assert instants(json.loads(explicit)) == instants(document)
    read = from_json(explicit, cls)
    assert read == model
    assert read.model_fields_set == set(model.model_fields_set)

    assert from_json(to_json(model), cls) == model
    assert from_map(to_map(model), cls) == model
    assert json.loads(to_json(model)) == to_map(model)


def test_there_is_a_strategy_for_every_type() -> None:
    assert set(IR_DOCUMENTS) == set(WIRE_TYPES)
