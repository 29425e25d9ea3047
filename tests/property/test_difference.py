"""There is something to show if and only if the fingerprints differ; and what is shown is what differs."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train import diff
from crucible_train.ir.normalize import normalize
from crucible_train.ir.normalized import canonical
from crucible_train.result import Err, Ok
from tests.support.spec_strategies import supervised_specs
from tests.support.specs import BASE, normalized
from tests.support.value_strategies import JSON

LOCAL: dict[str, Any] = {
    "optimizer": "adam",
    "loss_function": "cross_entropy",
    "seed": 0,
    "device": "cpu",
    "mixed_precision": False,
    "metrics": [],
}
"""Defaults of the embedded backend and its stage."""

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "epochs": st.integers(1, 3),
    "learning_rate": st.sampled_from([1, 1.0, 1e-4, 2]),
    "optimizer": st.sampled_from(["adam", "sgd", None]),
    "seed": st.integers(0, 1),
    "metrics": st.sampled_from([None, [], ["loss"]]),
    "early_stopping": st.none() | st.fixed_dictionaries({"patience": st.integers(2, 4)}),
    "validation_split": st.sampled_from([None, 0.5]),
    "log_path": st.sampled_from(["a", "b"]),
    "options": st.fixed_dictionaries(
        {}, optional={"lr_schedule": st.sampled_from(["linear", "Linear", "cosine"])}
    ),
}
SMALL = st.fixed_dictionaries({}, optional=VALUES)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two specs that are one but for a few keys, so that they often mean the same."""
    one = {**BASE, **draw(SMALL)}
    return one, {**one, **draw(SMALL)}


@given(pairs())
@settings(max_examples=300)
def test_it_is_empty_if_and_only_if_the_fingerprints_are_equal(pair: tuple[Any, Any]) -> None:
    found: list[Any] = []
    for spec in pair:
        match normalize(spec, backend="local"):
            case Ok(one):
                found.append(one)
            case Err():
                return  # early stopping with nothing to watch
    a, b = found
    forwards, backwards = diff(a, b), diff(b, a)
    assert forwards.is_empty is (a.fingerprint == b.fingerprint) is backwards.is_empty
    for one, other in zip(forwards.stages, backwards.stages, strict=True):
        assert {(change.setting, change.a, change.b) for change in one.changes if hashable(change)} == {
            (change.setting, change.b, change.a) for change in other.changes if hashable(change)
        }


def hashable(change: Any) -> bool:
    return not any(isinstance(side and side.value, dict | list) for side in (change.a, change.b))


@given(supervised_specs(), supervised_specs())
@settings(max_examples=100)
def test_what_is_shown_leads_from_one_side_to_the_other(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = normalized(one), normalized(other)
    found = diff(a, b)
    assert found.is_empty is (a.fingerprint == b.fingerprint)
    shown = [change for stage in found.stages for change in stage.changes]
    for change in shown:
        sides = [None if side is None else canonical(side.value) for side in (change.a, change.b)]
        assert sides[0] != sides[1]


@given(supervised_specs())
@settings(max_examples=60)
def test_nothing_differs_from_itself(spec: dict[str, Any]) -> None:
    assert diff(normalized(spec), normalized(copy.deepcopy(spec))).is_empty


@given(st.sets(st.sampled_from(sorted(LOCAL))))
def test_a_default_may_be_written_out(names: set[str]) -> None:
    written = normalized({**BASE, **{name: LOCAL[name] for name in names}}, backend="local")
    bare = normalized(BASE, backend="local")
    assert written.fingerprint == bare.fingerprint
    assert diff(written, bare).is_empty


@given(JSON)
def test_the_canonical_text_is_the_data(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)
