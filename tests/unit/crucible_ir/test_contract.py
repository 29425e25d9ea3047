"""Every field, default, required key and wire name is the reference contract's (golden `defaults.json`)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

import crucible_ir
from crucible_ir import WIRE_TYPES, IRModel, from_map, to_map
from crucible_train.schema.docstrings import field_docs
from tests.support.golden import SOURCES

CONFIG = {"id": "a", "model_ref": {"id": "m"}, "dataset_ref": {"name": "d"}}
REQUIRED: dict[str, Any] = {
    **dict.fromkeys(("id", "name", "model_id", "model_version_id", "deployment_id"), "a"),
    **dict.fromkeys(("backend_id", "provider"), "a"),
    **CONFIG,
    "version": "1.0.0",
    "config": CONFIG,
    "backend": {"id": "b"},
    "pipeline": [{"name": "s"}],
}
CLASSES = {
    "Experiment": crucible_ir.Experiment,
    "BackendRef": crucible_ir.BackendRef,
    "StageDef": crucible_ir.StageDef,
    "DatasetRef": crucible_ir.DatasetRef,
    "ModelRef": crucible_ir.ModelRef,
    "OutputSpec": crucible_ir.OutputSpec,
    "ModelVersion": crucible_ir.ModelVersion,
    "Training.Config": crucible_ir.TrainingConfig,
    "Training.Run": crucible_ir.TrainingRun,
    "Reliability.Config": crucible_ir.ReliabilityConfig,
    "Reliability.Ensemble": crucible_ir.EnsembleConfig,
    "Reliability.Hedging": crucible_ir.HedgingConfig,
    "Reliability.Stats": crucible_ir.StatsConfig,
    "Reliability.Fairness": crucible_ir.FairnessConfig,
    "Reliability.Guardrail": crucible_ir.GuardrailConfig,
    "Deployment.Config": crucible_ir.DeploymentConfig,
    "Deployment.Status": crucible_ir.DeploymentStatus,
    "Feedback.Event": crucible_ir.FeedbackEvent,
    "Feedback.Config": crucible_ir.FeedbackConfig,
    "Backend.Prompt": crucible_ir.BackendPrompt,
    "Backend.Options": crucible_ir.BackendOptions,
    "Backend.Completion": crucible_ir.BackendCompletion,
    "Backend.Capabilities": crucible_ir.BackendCapabilities,
}
PARTS: tuple[type[IRModel], ...] = (
    crucible_ir.Message,
    crucible_ir.TextPart,
    crucible_ir.ImagePart,
    crucible_ir.AudioPart,
    crucible_ir.ToolResultPart,
    crucible_ir.Tool,
    crucible_ir.ToolCall,
    crucible_ir.ToolChoice,
    crucible_ir.Choice,
    crucible_ir.Thinking,
    crucible_ir.Usage,
)
"""What wire types are made of, and has no name in the contract."""


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


def test_each_class_carries_its_wire_name() -> None:
    assert WIRE_TYPES == CLASSES
    assert [cls.wire_name for cls in CLASSES.values()] == list(CLASSES)


@pytest.mark.parametrize("source", SOURCES)
def test_there_are_no_other_wire_names(source: str) -> None:
    assert set(WIRE_TYPES) == set(contract(source))


def test_a_part_has_a_name_that_no_wire_type_has() -> None:
    names = [part.wire_name for part in PARTS]
    assert len(set(names)) == len(PARTS)
    assert not set(names) & set(WIRE_TYPES)
    assert names == [f"Backend.{part.__name__}" for part in PARTS]


@pytest.mark.parametrize("cls", [*WIRE_TYPES.values(), *PARTS])
def test_every_field_is_documented(cls: type[IRModel]) -> None:
    assert set(field_docs(cls)) == set(cls.model_fields)
    assert cls.__doc__


@pytest.mark.parametrize("cls", [*WIRE_TYPES.values(), *PARTS])
def test_every_example_is_a_value_of_its_field(cls: type[IRModel]) -> None:
    examples = [(key, example) for key, info in wire_fields(cls).items() for example in info.examples or ()]
    assert [key for key, example in examples if key in refused_keys(cls, {key: example})] == []


def refused_keys(cls: type[IRModel], data: dict[str, Any]) -> set[Any]:
    try:
        from_map(data, cls)
    except ValidationError as error:
        return {details["loc"][0] for details in error.errors()}
    return set()


def test_the_public_names_are_the_classes_and_the_functions() -> None:
    classes = [*CLASSES.values(), *PARTS, IRModel]
    functions = ["from_json", "from_map", "to_json", "to_map"]
    assert sorted(crucible_ir.__all__) == sorted(
        [*(cls.__name__ for cls in classes), *functions, "WIRE_TYPES", "ContentPart"]
    )
    assert all(hasattr(crucible_ir, name) for name in crucible_ir.__all__)
    assert dir(crucible_ir) == sorted(crucible_ir.__all__)


def test_there_are_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Trainer'"):
        crucible_ir.Trainer  # noqa: B018 - looking it up is what fails
