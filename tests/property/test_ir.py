"""Any IR document survives JSON both ways, with exactly what was set explicitly; no other key survives."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crucible_ir import WIRE_TYPES, IRModel, from_json, from_map, to_json, to_map
from crucible_train.diagnostics.from_pydantic import findings_of
from tests.support.ir_strategies import IR_DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMESTAMPS = {"created_at", "updated_at", "started_at", "completed_at", "last_health_check", "timestamp"}
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def instants(data: Any, model: IRModel) -> Any:
    """`data`, of which `model` was read, with its timestamps as points in time."""
    found = dict(data)
    for name in model.model_fields_set:
        value, key = getattr(model, name), type(model).model_fields[name].alias or name
        if isinstance(value, IRModel):
            found[key] = instants(data[key], value)
        elif isinstance(value, tuple) and value and isinstance(value[0], IRModel):
            found[key] = [instants(item, part) for item, part in zip(data[key], value, strict=True)]
        elif name in TIMESTAMPS and value is not None:
            found[key] = datetime.fromisoformat(data[key])
    return found


def models_in(
    model: IRModel, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], IRModel]]:
    """Every model in `model`, itself included, and its place in the data it was read from."""
    yield place, model
    for name in model.model_fields_set:
        value, key = getattr(model, name), type(model).model_fields[name].alias or name
        if isinstance(value, IRModel):
            yield from models_in(value, (*place, key))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, IRModel):
                    yield from models_in(item, (*place, key, index))


def has_mapping(value: object) -> bool:
    if isinstance(value, IRModel):
        return any(map(has_mapping, vars(value).values()))
    return isinstance(value, dict | list) or (isinstance(value, tuple) and any(map(has_mapping, value)))


def with_key(document: Any, place: tuple[str | int, ...], key: str) -> Any:
    changed = json.loads(json.dumps(document))
    at = changed
    for part in place:
        at = at[part]
    at[key] = 1
    return changed


@pytest.mark.parametrize("wire_name", IR_DOCUMENTS)
@given(data=st.data())
@QUICK
def test_json_both_ways(wire_name: str, data: st.DataObject) -> None:
    cls = WIRE_TYPES[wire_name]
    document = data.draw(IR_DOCUMENTS[wire_name])
    model = from_map(document, cls)

    explicit = to_json(model, explicit_only=True)
    assert instants(json.loads(explicit), model) == instants(document, model)
    read = from_json(explicit, cls)
    assert read == model
    assert [(place, part.model_fields_set) for place, part in models_in(read)] == [
        (place, part.model_fields_set) for place, part in models_in(model)
    ]

    assert from_json(to_json(model), cls) == model
    assert from_map(to_map(model), cls) == model
    assert json.loads(to_json(model)) == to_map(model)


@pytest.mark.parametrize("wire_name", IR_DOCUMENTS)
@given(data=st.data())
@QUICK
def test_an_unknown_key_is_refused_at_every_depth_with_a_suggestion(
    wire_name: str, data: st.DataObject
) -> None:
    cls = WIRE_TYPES[wire_name]
    document = data.draw(IR_DOCUMENTS[wire_name])
    model = from_map(document, cls)
    place, part = data.draw(st.sampled_from(list(models_in(model))))
    known = [info.alias or name for name, info in type(part).model_fields.items()]
    key = data.draw(st.sampled_from(known))
    typo = f"{key}{key[-1]}"
    changed = with_key(document, place, typo)

    with pytest.raises(ValidationError) as raised:
        from_map(changed, cls)
    (finding,) = findings_of(raised.value, cls, changed)
    assert (finding.code, finding.loc) == ("CRU101", (*place, typo))
    assert finding.hint in [f"did you mean `{name}`?" for name in known]

    with pytest.raises(ValidationError, match="extra_forbidden"):
        from_json(json.dumps(changed), cls)
    assert from_map(changed, cls, unknown="ignore") == model
    assert from_json(json.dumps(changed), cls, unknown="ignore") == model


@pytest.mark.parametrize("wire_name", IR_DOCUMENTS)
@given(data=st.data())
@settings(QUICK, max_examples=10)
def test_a_model_cannot_be_changed_and_has_a_hash_where_it_holds_no_mapping(
    wire_name: str, data: st.DataObject
) -> None:
    document = data.draw(IR_DOCUMENTS[wire_name])
    model = from_map(document, WIRE_TYPES[wire_name])
    for name in type(model).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(model, name, getattr(model, name))
    if has_mapping(model):
        with pytest.raises(TypeError, match="unhashable"):
            hash(model)
    else:
        assert hash(model) == hash(from_map(document, WIRE_TYPES[wire_name]))


def test_there_is_a_strategy_for_every_type() -> None:
    assert set(IR_DOCUMENTS) == set(WIRE_TYPES)
