"""datamodel-code-generator makes Pydantic models of the schemas, which accept what ours do, and no typos."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from crucible_train.schema.export import EXPERIMENT, SPEC, type_names
from tests.schema_tools.tools import SCHEMAS, python_tool, run, schema_path
from tests.schema_tools.verdicts import codes

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from tests.schema_tools.documents import Case

FILES = {SPEC: "TrainingSpec", EXPERIMENT: "Experiment"}
"""The two that people write, and the classes that are made of them; an IR type keeps its name."""

OPTIONS = (
    *("--input-file-type", "jsonschema", "--output-model-type", "pydantic_v2.BaseModel"),
    *("--target-python-version", f"{sys.version_info.major}.{sys.version_info.minor}"),
    *("--use-annotated", "--enum-field-as-literal", "all", "--formatters", "builtin"),
    *("--naming-strategy", "parent-prefixed"),  # else it warns of numbers in names
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, type[BaseModel]]:
    """The generated class of each schema."""
    directory = tmp_path_factory.mktemp("models")
    for name in FILES:
        generate(schema_path(name), directory / f"{name}.py")
    generate(SCHEMAS / "ir", directory / "ir")
    modules = {name: directory / f"{name}.py" for name in FILES}
    modules |= {name: directory / "ir" / f"{name}.py" for name in type_names()}
    return {name: getattr(loaded(path), FILES.get(name, name)) for name, path in modules.items()}


def generate(schemas: Path, models: Path) -> None:
    """Have the tool write a module for a schema, or a package for a directory of them."""
    done = run(
        python_tool("datamodel-codegen"),
        *("--input", str(schemas), "--output", str(models), *OPTIONS),
        cwd=models.parent,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def loaded(path: Path) -> ModuleType:
    """A generated module."""
    spec = importlib.util.spec_from_file_location(f"generated_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where Pydantic looks up the names in annotations
    spec.loader.exec_module(module)
    return module


def refusal(model: type[BaseModel], document: Any) -> str | None:
    """Why a generated model refuses a document; `None` where it accepts it."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        return str(error)
    return None


def test_every_document_that_is_valid_is_accepted(
    models: dict[str, type[BaseModel]], all_cases: list[Case]
) -> None:
    valid = [case for case in all_cases if not codes(case)]
    assert {case.schema for case in valid} == {*FILES, *type_names()}
    refused = {case.name: refusal(models[case.schema], case.document) for case in valid}
    assert {name: why for name, why in refused.items() if why is not None} == {}


@pytest.mark.parametrize("schema", [*FILES, *type_names()])
def test_a_misspelt_key_is_refused(
    schema: str,
    models: dict[str, type[BaseModel]],
    all_cases: list[Case],
    schemas: dict[str, dict[str, Any]],
) -> None:
    case = next(case for case in all_cases if case.schema == schema and not codes(case))
    typo = {f"{next(iter(schemas[schema]['properties']))}x": None}
    assert "Extra inputs are not permitted" in str(refusal(models[schema], {**case.document, **typo}))
