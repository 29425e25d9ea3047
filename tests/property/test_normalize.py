"""`normalize` always answers; slips of the pen never pass; and the way back to the IR is the way here."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible_ir import DatasetRef, ModelRef
from crucible_train import registry
from crucible_train.ir.export import to_training_config
from crucible_train.ir.normalize import normalize
from crucible_train.loops.schedule import WarmupSchedule
from crucible_train.loops.supervised.config import EarlyStopping, SupervisedConfig
from crucible_train.result import Err, Ok
from tests.support.spec_strategies import supervised_specs
from tests.support.specs import BASE, errors, findings, normalized
from tests.support.toy_backend import ToyTrainingConfig
from tests.support.value_strategies import JSON, OBJECTS

WITH_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _toy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    target = "tests.support.toy_backend:ToyTrainingClient"
    monkeypatch.setitem(registry.BUILT_IN["training_client"], "toy", target)


KEYS = st.sampled_from(sorted(SupervisedConfig.spec_keys())) | st.text(max_size=8)
MAPPINGS = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=4), max_size=8)


@given(MAPPINGS, st.booleans(), st.sampled_from([None, "toy", "local"]))
@settings(parent=WITH_FIXTURE, max_examples=300)
def test_it_answers_to_any_mapping(spec: dict[str, Any], complete: bool, backend: str | None) -> None:
    if complete:
        spec = {**BASE, **spec}
    if backend:
        spec["backend"] = backend
    match normalize(spec):
        case Ok(found):
            assert json.loads(json.dumps(found.to_json(), allow_nan=False)) == found.to_json()
            assert len(found.fingerprint) == 64
            assert all(isinstance(row.key, str) for row in found.provenance.values())
        case Err(error):
            assert error.diagnostics
            places = [(one.code, one.loc) for one in error.diagnostics if one.code != "CRU016"]
            assert len(set(places)) == len(places)


@given(st.dictionaries(st.sampled_from(sorted(SupervisedConfig.model_fields)), JSON, max_size=4))
@settings(parent=WITH_FIXTURE)
def test_it_answers_to_any_direct_keys(keys: dict[str, Any]) -> None:
    keys.pop("training_config", None)
    assert isinstance(normalize(BASE, **keys), Ok | Err)


PLACES: dict[str, set[str]] = {
    "": set(SupervisedConfig.spec_keys()),
    "model_ref": set(ModelRef.model_fields),
    "dataset_ref": {info.alias or name for name, info in DatasetRef.model_fields.items()},
    "early_stopping": set(EarlyStopping.model_fields),
    "options": set(SupervisedConfig.option_keys() | ToyTrainingConfig.model_fields.keys()),
    "options.lr_schedule": set(WarmupSchedule.model_fields),
    "options.eval_dataset_ref": {info.alias or name for name, info in DatasetRef.model_fields.items()},
}


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A place in a spec, and a key one slip of the pen away from one that is known there."""
    place = draw(st.sampled_from(sorted(PLACES)))
    key = draw(st.sampled_from(sorted(PLACES[place])))
    at = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    kind = draw(st.sampled_from(["insert", "drop", "replace", "swap"]))
    written = {
        "insert": key[:at] + letter + key[at:],
        "drop": key[:at] + key[at + 1 :],
        "replace": key[:at] + letter + key[at + 1 :],
        "swap": key[:at] + key[at : at + 2][::-1] + key[at + 2 :],
    }[kind]
    return place, written


@given(slips(), JSON)
@settings(parent=WITH_FIXTURE, max_examples=300)
def test_a_slip_of_the_pen_is_refused_with_a_suggestion(slip: tuple[str, str], value: Any) -> None:
    place, written = slip
    if written in PLACES[place]:
        return  # another known key, or the same one
    spec: dict[str, Any] = json.loads(json.dumps({**BASE, "backend": "toy"}))
    at = spec
    for part in place.split(".") if place else ():
        at = at.setdefault(part, {})
    at[written] = value
    dotted = f"{place}.{written}" if place else written
    matching = [one for one in findings(spec) if ".".join(map(str, one.loc)) == dotted]
    (finding,) = matching
    assert finding.code in ("CRU101", "CRU103", "CRU104", "CRU107")
    assert finding.hint is not None
    assert "known here" not in finding.hint
    assert (finding.code, dotted) in errors(spec)


@given(supervised_specs())
@settings(parent=WITH_FIXTURE, max_examples=150)
def test_the_way_back_to_the_ir_is_the_way_here(spec: dict[str, Any]) -> None:
    found = normalized(spec)
    back = normalized(to_training_config(found, default_id="x"))
    assert back.fingerprint == found.fingerprint
    assert back.config == found.config


@given(supervised_specs(), st.randoms(use_true_random=False))
@settings(parent=WITH_FIXTURE, max_examples=60)
def test_the_order_of_keys_does_not_matter(spec: dict[str, Any], random: Any) -> None:
    keys = list(spec)
    random.shuffle(keys)
    assert normalized({key: spec[key] for key in keys}).config == normalized(spec).config


@given(supervised_specs())
@settings(parent=WITH_FIXTURE, max_examples=60)
def test_a_config_reads_its_own_dump(spec: dict[str, Any]) -> None:
    config = normalized(spec).config
    assert SupervisedConfig.model_validate(config.model_dump()) == config
    assert SupervisedConfig.model_validate_json(config.model_dump_json()) == config


@given(OBJECTS)
@settings(parent=WITH_FIXTURE)
def test_what_the_backend_alone_knows_reaches_it_unchanged(told: dict[str, Any]) -> None:
    told = {key: value for key, value in told.items() if key not in SupervisedConfig.spec_keys()}
    config = normalized({**BASE, "options": told}).config
    given_values = {key: value for key, value in told.items() if value is not None}
    assert {key: config.training_config[key] for key in given_values} == given_values
