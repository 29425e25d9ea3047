"""No spec is overlooked, however it is written: the look at its bytes finds every key that its data has."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train.project.recognise import is_spec, may_be_spec, reads_as_spec
from crucible_train.result import Ok
from crucible_train.source import load_bytes

keys = st.sampled_from(["model_ref", "dataset_ref", "training_config", "pipeline", "id", "x", "a: {b"])
values = st.recursive(
    st.none() | st.integers() | st.text("ab:{}\n #'\"model_ref", max_size=12),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=6,
)
documents = st.dictionaries(keys, values, max_size=4)
styles = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, "'", '"']),
        "explicit_start": st.booleans(),
        "indent": st.sampled_from([2, 4]),
        "line_break": st.sampled_from(["\n", "\r\n"]),
        "width": st.sampled_from([10, 80]),
    }
)


@settings(max_examples=400, deadline=None)
@given(documents, styles, st.sampled_from(["", "# words\n", "\ufeff", "%YAML 1.2\n---\n"]))
def test_a_spec_in_yaml(document: dict[str, Any], style: dict[str, Any], before: str) -> None:
    style["explicit_start"] = style["explicit_start"] and not before.endswith("---\n")
    data = (before + yaml.safe_dump(document, **style)).encode()
    read = load_bytes(data, format="yaml", name="a.yaml")
    assert (may_be_spec(data, "yaml") and reads_as_spec(data, "yaml", read, "")) == is_spec(document)


@settings(max_examples=200, deadline=None)
@given(documents, st.sampled_from([None, 0, 2]), st.sampled_from([(",", ":"), (" , ", " : ")]))
def test_a_spec_in_json(document: dict[str, Any], indent: int | None, separators: tuple[str, str]) -> None:
    data = json.dumps(document, indent=indent, separators=separators).encode()
    read = load_bytes(data, format="json", name="a.json")
    assert (may_be_spec(data, "json") and reads_as_spec(data, "json", read, "")) == is_spec(document)


around = st.text(" \n-?#{:[.=\"'}]a", max_size=8)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(["yaml", "json", "toml"]), around, st.sampled_from(["", "'", '"']), around)
def test_a_key_in_any_text(file_format: Any, before: str, quote: str, after: str) -> None:
    data = f"{before}{quote}model_ref{quote}{after}".encode()
    match load_bytes(data, format=file_format, name="a"):
        case Ok(document) if is_spec(document.data):
            assert may_be_spec(data, file_format)
        case _:
            pass
