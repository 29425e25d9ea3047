"""check-jsonschema finds the schemas sound, accepts valid examples, and refuses what a schema can refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.schema_tools.documents import Case, Example
from tests.schema_tools.tools import ROOT, python_tool, run, schema_path
from tests.schema_tools.verdicts import NOT_SEEN, codes, left_to_the_models

if TYPE_CHECKING:
    from pathlib import Path


def refused(schema: str, paths: list[Path]) -> set[Path]:
    """Those of the files that the tool refuses."""
    done = run(
        python_tool("check-jsonschema"),
        *("--output-format", "json", "--schemafile", str(schema_path(schema))),
        *map(str, paths),
        cwd=ROOT,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["parse_errors"] == []
    found = {error["filename"] for error in report["errors"]}
    assert done.returncode == (1 if found else 0)
    return {path for path in paths if str(path) in found}


def test_every_schema_is_a_schema(names: list[str]) -> None:
    done = run(
        python_tool("check-jsonschema"),
        "--check-metaschema",
        *(str(schema_path(name)) for name in names),
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "ok -- validation done\n")


def test_valid_examples_are_accepted_and_invalid_ones_refused(
    all_examples: list[Example], schemas: dict[str, dict[str, Any]]
) -> None:
    missed: dict[str, set[str]] = {}
    for schema in {example.schema for example in all_examples}:
        asked = [example for example in all_examples if example.schema == schema]
        no = refused(schema, [example.path for example in asked])
        for example in asked:
            name = example.path.relative_to(ROOT).as_posix()
            wrong = codes(Case(schema, name, example.document))
            if example.path in no:
                assert wrong, f"{name} is valid"
            elif wrong:
                missed[name] = wrong
                assert wrong <= left_to_the_models(schemas[schema]), name
    assert missed == NOT_SEEN
