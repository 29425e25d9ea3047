"""Every field, default, required key and wire name is the reference contract's (golden `defaults.json`)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import crucible_ir
from crucible_ir import WIRE_TYPES, DatasetRef, IRModel, ModelRef, TrainingConfig, TrainingRun, to_map
from crucible_train.schema.docstrings import field_docs
from tests.support.golden import SOURCES

REQUIRED: dict[str, Any] = {
    "id": "a",
    "name": "a",
    "model_ref": ModelRef(id="m"),
    "dataset_ref": DatasetRef(name="d"),
    "config": TrainingConfig(id="a", model_ref=ModelRef(id="m"), dataset_ref=DatasetRef(name="d")),
}


def contract(source: str) -> dict[str, Any]:
    path = SOURCES[source] / "defaults.json"
    if source == "shared" and not path.exists():
        pytest.skip("the full golden files are not here")
    return json.loads(path.read_text(encoding="utf-8"))


def wire_fields(cls: type[IRModel]) -> dict[str, Any]:
    return {info.alias or name: info for name, info in cls.model_fields.items()}


@pytest.mark.parametrize("wire_name", WIRE_TYPES)
@pytest.mark.parametrize("source", SOURCES)
def test_fields_are_the_contracts(source: str, wire_name: str) -> None:
    assert set(wire_fields(WIRE_TYPES[wire_name])) == set(contract(source)[wire_name]["defaults"])


@pytest.mark.parametrize("wire_name", WIRE_TYPES)
@pytest.mark.parametrize("source", SOURCES)
def test_required_keys_are_the_contracts(source: str, wire_name: str) -> None:
    required = {key for key, info in wire_fields(WIRE_TYPES[wire_name]).items() if info.is_required()}
    assert required == set(contract(source)[wire_name]["enforced"])


@pytest.mark.parametrize("wire_name", WIRE_TYPES)
@pytest.mark.parametrize("source", SOURCES)
def test_defaults_are_the_contracts(source: str, wire_name: str) -> None:
    entry = contract(source)[wire_name]
    model = WIRE_TYPES[wire_name].model_validate({key: REQUIRED[key] for key in entry["enforced"]})
    written = to_map(model)
    optional = set(entry["defaults"]) - set(entry["enforced"])
    assert {key: written[key] for key in optional} == {key: entry["defaults"][key] for key in optional}


@pytest.mark.parametrize(
    ("cls", "wire_name"),
    [
        (TrainingConfig, "Training.Config"),
        (TrainingRun, "Training.Run"),
        (ModelRef, "ModelRef"),
        (DatasetRef, "DatasetRef"),
        (crucible_ir.StageDef, "StageDef"),
    ],
)
def test_each_class_carries_its_wire_name(cls: type[IRModel], wire_name: str) -> None:
    assert cls.wire_name == wire_name
    assert WIRE_TYPES[wire_name] is cls


def test_there_are_no_other_wire_names() -> None:
    assert len(WIRE_TYPES) == 5


@pytest.mark.parametrize("cls", WIRE_TYPES.values())
def test_every_field_is_documented(cls: type[IRModel]) -> None:
    assert set(field_docs(cls)) == set(cls.model_fields)
    assert cls.__doc__


def test_the_public_names_are_pinned() -> None:
    assert crucible_ir.__all__ == [
        "WIRE_TYPES",
        "DatasetRef",
        "IRModel",
        "ModelRef",
        "StageDef",
        "TrainingConfig",
        "TrainingRun",
        "from_json",
        "from_map",
        "to_json",
        "to_map",
    ]
    assert all(hasattr(crucible_ir, name) for name in crucible_ir.__all__)
    assert dir(crucible_ir) == sorted(crucible_ir.__all__)


def test_there_are_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Trainer'"):
        crucible_ir.Trainer  # noqa: B018 - looking it up is what fails
