"""Reading and writing: unknown keys, what was set explicitly, and JSON both ways."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import (
    DatasetRef,
    ModelRef,
    TrainingConfig,
    TrainingRun,
    from_json,
    from_map,
    to_json,
    to_map,
)

BASE: dict[str, Any] = {"id": "a", "model_ref": {"id": "m"}, "dataset_ref": {"name": "d"}}
RUN: dict[str, Any] = {"id": "r", "config": BASE}


def with_at(path: tuple[str, ...], key: str, value: object) -> dict[str, Any]:
    """`RUN` with one more key in the mapping at `path`."""
    data = json.loads(json.dumps(RUN))
    at = data
    for part in path:
        at = at[part]
    at[key] = value
    return data


PLACES = [(), ("config",), ("config", "model_ref"), ("config", "dataset_ref")]


class TestUnknownKeys:
    @pytest.mark.parametrize("path", PLACES)
    def test_are_refused_at_every_depth(self, path: tuple[str, ...]) -> None:
        data = with_at(path, "zz", 1)
        for read in (lambda: from_map(data, TrainingRun), lambda: from_json(json.dumps(data), TrainingRun)):
            with pytest.raises(ValidationError) as raised:
                read()
            (details,) = raised.value.errors()
            assert (details["loc"], details["type"]) == ((*path, "zz"), "extra_forbidden")

    @pytest.mark.parametrize("path", PLACES)
    def test_are_dropped_at_every_depth_when_the_caller_says_so(self, path: tuple[str, ...]) -> None:
        data = with_at(path, "zz", 1)
        plain = from_map(RUN, TrainingRun)
        assert from_map(data, TrainingRun, unknown="ignore") == plain
        assert from_json(json.dumps(data), TrainingRun, unknown="ignore") == plain

    def test_everything_else_is_still_checked_then(self) -> None:
        with pytest.raises(ValidationError, match="epochs"):
            from_map({**BASE, "epochs": 0, "zz": 1}, TrainingConfig, unknown="ignore")

    def test_the_wire_name_of_schema_is_the_only_one(self) -> None:
        assert from_map({"name": "d", "schema": {"text": "string"}}, DatasetRef).schema_ == {"text": "string"}
        with pytest.raises(ValidationError, match="schema_"):
            from_map({"name": "d", "schema_": {}}, DatasetRef)


class TestWhatWasSet:
    def test_survives_reading(self) -> None:
        config = from_map({**BASE, "epochs": 1, "optimizer": None}, TrainingConfig)
        assert config.model_fields_set == {"id", "model_ref", "dataset_ref", "epochs", "optimizer"}
        assert config.model_ref.model_fields_set == {"id"}

    @pytest.mark.parametrize("path", PLACES[1:])
    @pytest.mark.parametrize("value", [None, "x"])
    def test_is_all_that_an_explicit_dump_has_at_every_depth(
        self, path: tuple[str, ...], value: object
    ) -> None:
        key = {"config": "device", "model_ref": "task", "dataset_ref": "split"}[path[-1]]
        data = with_at(path, key, value)
        assert to_map(from_map(data, TrainingRun), explicit_only=True) == data
        assert json.loads(to_json(from_map(data, TrainingRun), explicit_only=True)) == data

    def test_an_explicit_null_is_kept_in_json(self) -> None:
        text = to_json(from_map({**BASE, "epochs": None}, TrainingConfig), explicit_only=True)
        assert json.loads(text) == {**BASE, "epochs": None}
        assert from_json(text, TrainingConfig).model_fields_set >= {"epochs"}

    def test_a_full_dump_has_every_field_by_its_wire_name(self) -> None:
        written = to_map(from_map(BASE, TrainingConfig))
        assert written["epochs"] == 1
        assert written["metrics"] == ["loss", "accuracy"]
        assert written["dataset_ref"]["schema"] is None
        assert "schema_" not in written["dataset_ref"]


class TestJson:
    def test_text_and_bytes(self) -> None:
        text = json.dumps({"id": "Ünï"})
        assert from_json(text, ModelRef) == from_json(text.encode(), ModelRef) == ModelRef(id="Ünï")

    def test_characters_are_written_as_they_are(self) -> None:
        assert '"Ünï"' in to_json(ModelRef(id="Ünï"))

    def test_indent(self) -> None:
        assert to_json(ModelRef(id="m"), explicit_only=True, indent=2) == '{\n  "id": "m"\n}'

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "null", '"x"', '{"id": "a",}', '{"id": "a"} x', "\ufeff{}"]
    )
    def test_what_is_no_json_mapping_is_refused(self, text: str) -> None:
        with pytest.raises(ValidationError):
            from_json(text, ModelRef)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ('{"id": "a", "id": "b"}', "id"),
            ('{"id": "a", "id": "a"}', "id"),
            ('{"id": "a", "options": {"k": 1, "k": 2}}', "k"),
            ('{"id": "a", "options": {"k": [{"x": 1, "x": 2}]}}', "x"),
        ],
    )
    def test_a_key_written_twice_is_refused(self, text: str, key: str) -> None:
        with pytest.raises(ValidationError, match=f"The key {key} occurs twice") as raised:
            from_json(text, ModelRef)
        assert raised.value.errors()[0]["type"] == "duplicate_key"

    def test_the_same_key_in_two_mappings_is_no_repetition(self) -> None:
        assert from_json('{"id": "a", "options": {"id": {"id": 1}}}', ModelRef).options == {"id": {"id": 1}}


class TestMappings:
    def test_any_mapping_is_read(self) -> None:
        assert from_map(MappingProxyType({"id": "m"}), ModelRef) == ModelRef(id="m")

    @pytest.mark.parametrize("value", ["abc", None, [("id", "a")], 3])
    def test_nothing_else_is(self, value: Any) -> None:
        with pytest.raises(ValidationError) as raised:
            from_map(value, ModelRef)
        assert raised.value.errors()[0]["type"] == "model_type"

    def test_the_caller_keeps_their_mapping(self) -> None:
        data = {**BASE, "options": {"x": [1]}}
        from_map(data, TrainingConfig)
        assert data == {**BASE, "options": {"x": [1]}}


class TestFrozen:
    def test_no_field_can_be_set(self) -> None:
        config = from_map(BASE, TrainingConfig)
        with pytest.raises(ValidationError, match="frozen"):
            config.epochs = 3  # pyright: ignore[reportAttributeAccessIssue] - what is refused here
        with pytest.raises(ValidationError, match="frozen"):
            config.model_ref.id = "x"  # pyright: ignore[reportAttributeAccessIssue] - what is refused here

    def test_equal_values_are_equal_models(self) -> None:
        assert from_map(BASE, TrainingConfig) == from_json(json.dumps(BASE), TrainingConfig)

    @pytest.mark.parametrize("key", ["id", "model_ref", "dataset_ref"])
    def test_required_keys_are_required_and_not_null(self, key: str) -> None:
        for data in ({name: BASE[name] for name in BASE if name != key}, {**BASE, key: None}):
            with pytest.raises(ValidationError) as raised:
                from_map(data, TrainingConfig)
            assert raised.value.errors()[0]["loc"] == (key,)

    def test_every_mistake_is_found_at_once(self) -> None:
        data = {**BASE, "epochs": 0, "zz": 1, "model_ref": {"id": 1, "yy": 2}, "metrics": [1]}
        with pytest.raises(ValidationError) as raised:
            from_map(data, TrainingConfig)
        assert {details["loc"] for details in raised.value.errors()} == {
            ("epochs",),
            ("zz",),
            ("model_ref", "id"),
            ("model_ref", "yy"),
            ("metrics", 0),
        }
