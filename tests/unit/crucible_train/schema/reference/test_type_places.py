"""Every type has one home, and links go there."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, create_model

from crucible_ir import WIRE_TYPES, Experiment, Message
from crucible_train.schema.reference.type_places import (
    CONFIG,
    IR,
    STAGES,
    backend_models,
    homes,
    ir_models,
    linker,
    places,
    stage_models,
)


class Part(BaseModel):
    """A part."""


def test_the_types_of_the_contract_come_first_and_their_parts_are_there() -> None:
    assert ir_models()[: len(WIRE_TYPES)] == list(WIRE_TYPES.values())
    assert Message in ir_models()
    assert len(set(ir_models())) == len(ir_models())


def test_homes() -> None:
    assert {homes()[name] for name in ("Experiment", "Message", "DatasetRef")} == {IR}
    assert {homes()[name] for name in ("EarlyStopping", "WarmupSchedule", "ByteLMRef")} == {CONFIG}
    assert {homes()[name] for name in ("ReportOutput", "OutputOptions")} == {STAGES}


def test_links() -> None:
    assert linker(IR)("Experiment") == "[Experiment](#experiment)"
    assert linker(STAGES)("Experiment") == "[Experiment](ir.md#experiment)"


def test_the_first_page_with_a_type_is_its_home() -> None:
    assert places({"a.md": [Part], "b.md": [Part, Experiment]}) == {"Part": "a.md", "Experiment": "b.md"}


def test_two_types_of_one_name_are_an_error() -> None:
    other: type[BaseModel] = create_model("Part")
    with pytest.raises(ValueError, match="two types are called Part"):
        places({"a.md": [Part], "b.md": [other]})


def test_what_is_built_in() -> None:
    assert {"supervised_train", "validate_data", "report"} <= set(stage_models())
    assert list(backend_models()) == ["local"]
