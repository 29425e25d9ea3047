"""The data stage passes the stage contract; stages that are broken in ways any stage can be do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from crucible_train import Context, Err, Ok, Ports, StageError, StageErrorCode
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.stages import ValidateData
from crucible_train.testing.stage import StageContract

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROWS = [
    {"prompt": f"is {n} even?", "completion": "no" if n % 2 else "yes", "source": n % 3} for n in range(12)
]
STORE = MemoryDatasetStore(
    {"parity": ROWS, "test": [*ROWS[:2], {"prompt": "is 99 even?", "completion": "no"}]}
)


class TestValidateData(StageContract):
    def make_stage(self) -> ValidateData:
        return ValidateData()

    def context(self) -> Context:
        return Context(ports=Ports(dataset_store=STORE))

    def options(self) -> dict[str, Any]:
        return {"dataset_ref": {"name": "parity"}}


class TestValidateDataWithEverything(TestValidateData):
    def context(self) -> Context:
        return Context(ports=Ports(dataset_store=STORE, tokenizer=BytesTokenizerProvider()))

    def options(self) -> dict[str, Any]:
        return {
            "dataset_ref": {"name": "parity", "schema": {"prompt": "string", "source": "integer"}},
            "eval_dataset_ref": {"name": "test"},
            "model_ref": {"id": "byte-lm"},
            "max_length": 16,
            "label": "source",
            "max_majority": 0.5,
            "max_duplicates": 0,
        }


def test_describe_is_valid_by_the_metaschema() -> None:
    described = ValidateData().describe()
    jsonschema.Draft202012Validator.check_schema(described)
    validator = jsonschema.Draft202012Validator(described)
    assert validator.is_valid(TestValidateDataWithEverything().options())
    assert validator.is_valid({"dataset_ref": {"name": "a"}, "max_empty": None})
    for wrong in (
        {},
        {"dataset_ref": None},
        {"dataset_ref": {"nam": "a"}},
        {"dataset_ref": {"name": "a"}, "max_emty": 0.1},
        {"dataset_ref": {"name": "a"}, "max_empty": 1.5},
    ):
        assert not validator.is_valid(wrong), wrong


class Opaque(ValidateData):
    """Puts an object among the outputs that no file can hold."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        match super().run(context, options):
            case Ok(after):
                return Ok(replace(after, outputs={**after.outputs, self.name: object()}))
            case failed:
                return failed


class Untidy(ValidateData):
    """Files its metrics under names of its own."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        match super().run(context, options):
            case Ok(after):
                return Ok(replace(after, metrics={**after.metrics, "records": 1.0}))
            case failed:
                return failed


class Nameless(ValidateData):
    """Says of no error that it is its own."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        match super().run(context, options):
            case Err(error):
                return Err(replace(error, stage="somewhere"))
            case ran:
                return ran


class Careless(ValidateData):
    """Takes a missing port for a reason to do nothing."""

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Any:
        match super().run(context, options):
            case Err(StageError(code=StageErrorCode.MISSING_PORTS)):
                return Ok(context)
            case outcome:
                return outcome


ERRORS = {
    "test_run_knows_every_key_that_is_described",
    "test_a_misspelt_key_is_refused_with_a_suggestion",
    "test_wrong_values_are_found_all_at_once",
    "test_without_ports_it_says_so",
}


@pytest.mark.parametrize(
    ("stage", "caught_by"),
    [
        (Opaque, {"test_a_run_gives_a_new_context"}),
        (Untidy, {"test_a_run_gives_a_new_context"}),
        (Nameless, ERRORS),
        (Careless, {"test_without_ports_it_says_so"}),
    ],
)
def test_a_broken_stage_is_caught(tmp_path: Path, stage: type[ValidateData], caught_by: set[str]) -> None:
    class Broken(TestValidateData):
        def make_stage(self) -> ValidateData:
            return stage()

    assert failing(Broken(), tmp_path) == caught_by


def test_a_stage_that_says_it_needs_no_port_has_to_run_without(tmp_path: Path) -> None:
    class Boastful(TestValidateData):
        needs_ports = False

    assert failing(Boastful(), tmp_path) == {"test_without_ports_it_says_so"}


def failing(contract: StageContract, tmp_path: Path) -> set[str]:
    """The tests of the contract that fail."""
    found: set[str] = set()
    for name in [name for name in dir(StageContract) if name.startswith("test_")]:
        test = getattr(contract, name)
        arguments = {"tmp_path": tmp_path / name} if "tmp_path" in test.__func__.__annotations__ else {}
        try:
            test(**arguments)
        except Exception:  # noqa: BLE001 - however a test of the contract fails, it fails
            found.add(name)
    return found
