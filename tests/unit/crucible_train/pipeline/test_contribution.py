"""What a stage adds survives its JSON, so that a resumed run hands on the very same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from crucible_train import Context
from crucible_train.pipeline.contribution import Contribution, contribution

if TYPE_CHECKING:
    from pathlib import Path

texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
data = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(texts, data, max_size=3)


def nested_lists(value: Any) -> Any:
    """`value` with tuples where it had lists."""
    match value:
        case list():
            return tuple(nested_lists(item) for item in value)
        case dict():
            return {key: nested_lists(item) for key, item in value.items()}
        case _:
            return value


@given(mappings, st.dictionaries(texts, numbers, max_size=3), st.dictionaries(texts, texts, max_size=3))
def test_it_reads_back_from_its_json(
    values: dict[str, Any], metrics: dict[str, float], paths: dict[str, str]
) -> None:
    parts = {"metrics": metrics, "outputs": values, "artifacts": paths, "assigns": nested_lists(values)}
    found = Contribution.of(parts).unwrap()
    assert found.model_dump() == {**parts, "assigns": values}
    assert Contribution.model_validate_json(json.dumps(found.model_dump(mode="json"))) == found


@given(mappings)
def test_it_shares_nothing_with_what_it_was_made_of(values: dict[str, Any]) -> None:
    given_values = {"kept": [values]}
    parts: dict[str, Any] = {"metrics": {}, "outputs": given_values, "artifacts": {}, "assigns": {}}
    found = Contribution.of(parts).unwrap()
    found.outputs["kept"].append("more")
    assert given_values == {"kept": [values]}


def test_paths_inside_the_directory_are_relative_to_it(tmp_path: Path) -> None:
    before = Context(artifacts={"earlier": "kept"})
    paths = {"in": str(tmp_path / "a" / "b"), "out": "/elsewhere/c", "remote": "store://bucket/d"}
    after = before.completed("toy", output={}, metrics={}, artifacts=paths)
    stored = contribution("toy", before, after).unwrap().stored(tmp_path / "a")
    assert stored.artifacts == {
        "toy.in": "./b",
        "toy.out": "/elsewhere/c",
        "toy.remote": "store://bucket/d",
    }
    assert stored.completes("toy", before, tmp_path / "a") == after
    moved = stored.completes("toy", before, tmp_path / "z")
    assert moved.artifacts["toy.in"] == str(tmp_path / "z" / "b")
