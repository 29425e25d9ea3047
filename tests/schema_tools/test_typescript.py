"""json-schema-to-typescript makes types of the schemas; tsc accepts good specs with them, and no typos."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.schema.export import EXPERIMENT, SPEC
from tests.schema_tools.tools import HERE, NODE, SCHEMAS, package_file, run, schema_path
from tests.schema_tools.verdicts import codes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.schema_tools.documents import Case

MODULES = {SPEC: "TrainingSpec", EXPERIMENT: "Experiment"}
"""What the generated modules export."""

GOOD: dict[str, Any] = {
    "id": "first",
    "model_ref": {"id": "byte-lm", "options": {"context_length": 24}},
    "dataset_ref": {"name": "train.jsonl", "options": {"columns": {"text": "body"}, "shape": "text"}},
    "epochs": 3,
    "learning_rate": 1e-3,
    "early_stopping": {"monitor": "train_loss", "patience": 2},
    "options": {"lr_schedule": {"warmup": 20, "schedule": "cosine"}, "eval_every": 10, "weight_decay": 0.1},
}

MISTAKES: dict[str, dict[str, Any]] = {
    "a misspelt key": {"learning_rat": 1e-3},
    "a misspelt key further down": {"early_stopping": {"patiense": 2}},
    "a word that is not one of those": {"reduction": "mean"},
    "a text for a number": {"epochs": "3"},
    "a number for a mapping": {"options": 3},
    "a list for a mapping": {"dataset_ref": ["train.jsonl"]},
}

ERROR = re.compile(r"^(\S+)\((\d+),\d+\): error (TS\d+)", re.MULTILINE)


@pytest.fixture(scope="module")
def types(names: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the types of every schema."""
    directory = tmp_path_factory.mktemp("types")
    (directory / "ir").mkdir()
    pairs = [str(path) for name in names for path in (schema_path(name), directory / module_file(name))]
    done = run(str(NODE), "types.js", *pairs, cwd=HERE)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return directory


def module_file(name: str) -> str:
    """Where the types of a schema are, as its schema is: not every file system is case-sensitive."""
    return schema_path(name).relative_to(SCHEMAS).with_suffix(".ts").as_posix()


def errors(directory: Path, *files: str) -> list[tuple[str, int, str]]:
    """What tsc finds wrong: file, line and code."""
    done = run(
        str(NODE),
        package_file("typescript/bin/tsc"),
        *("--strict", "--noEmit", "--pretty", "false", "--target", "es2022", "--module", "nodenext"),
        *("--types", "", *files),
        cwd=directory,
    )
    found = [(file, int(line), code) for file, line, code in ERROR.findall(done.stdout)]
    assert bool(found) == (done.returncode != 0), done.stdout + done.stderr
    return found


def module(documents: list[tuple[str, Any]]) -> str:
    """A module with a constant for each document, one a line after the imports: schema and document."""
    imports = [f'import type {{ {name} }} from "./{schema}.ts";' for schema, name in MODULES.items()]
    constants = [
        f"export const document{number}: {MODULES[schema]} = {json.dumps(document)};"
        for number, (schema, document) in enumerate(documents)
    ]
    return "\n".join([*imports, *constants]) + "\n"


def wrong_documents(directory: Path, documents: list[tuple[str, Any]]) -> dict[int, str]:
    """The documents that tsc refuses, by number, and the code of the error."""
    (directory / "documents.ts").write_text(module(documents), encoding="utf-8")
    found = errors(directory, "--allowImportingTsExtensions", "documents.ts")
    return {line - len(MODULES) - 1: code for _, line, code in found}


def test_every_schema_becomes_types_that_compile(types: Path, names: list[str]) -> None:
    assert errors(types, *map(module_file, names)) == []


def test_good_documents_have_these_types(types: Path, all_cases: list[Case]) -> None:
    valid = [(case.schema, case.document) for case in all_cases if case.schema in MODULES and not codes(case)]
    assert {schema for schema, _ in valid} == MODULES.keys()
    assert wrong_documents(types, [*valid, (SPEC, GOOD)]) == {}


def test_mistakes_do_not(types: Path) -> None:
    specs = [(SPEC, {**GOOD, **mistake}) for mistake in MISTAKES.values()]
    shared = {key: value for key, value in GOOD.items() if key != "options"}
    experiment = {
        "id": "e",
        "backend": {"id": "local"},
        "training_config": shared,
        "pipeline": [{"name": "report"}],
    }
    typo = {**experiment, "training_config": {**shared, **MISTAKES["a misspelt key"]}}
    found = wrong_documents(types, [*specs, (EXPERIMENT, experiment), (EXPERIMENT, typo)])
    assert found.keys() == {*range(len(specs)), len(specs) + 1}
