"""The settings that docs/how-to/integrations/editors.md shows, in what reads them."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.integrations.programs import ROOT, named_block, program, run
from tests.integrations.specs import BAD, GOOD, WARNED
from tests.schema_tools.language_server import LanguageServer

if TYPE_CHECKING:
    from pathlib import Path


def shown(name: str) -> dict[str, Any]:
    """A JSON file of the page, without the comment that names it."""
    return json.loads(named_block("editors.md", f"// {name}").partition("\n")[2])


@pytest.mark.parametrize("editor", ["VS Code", "Neovim"])
def test_every_spec_of_the_project_gets_its_schema(editor: str, tmp_path: Path) -> None:
    if editor == "VS Code":
        schemas = shown(".vscode/settings.json")["yaml.schemas"]
    else:
        schemas = dict(re.findall(r'\["(\S+)"\] = "(\S+)"', named_block("editors.md", "-- .nvim.lua")))
    shutil.copytree(ROOT / "docs" / "schema", tmp_path / "schemas")
    experiment = "id: e\nbackend: {id: local}\npipeline: [{nam: report}]\n"
    with LanguageServer(tmp_path, {"schemas": schemas}) as server:
        marked = {
            name: [one["message"] for one in server.diagnostics(server.open(text, name))]
            for name, text in (
                ("specs/good.yaml", GOOD),
                ("specs/deep/bad.yaml", BAD + "learning_rat: 1\n"),
                ("experiments/bad.yaml", experiment),
                ("other.yaml", "learning_rat: 1\n"),
            )
        }
    assert marked["specs/good.yaml"] == marked["other.yaml"] == []
    assert "Property learning_rat is not allowed." in marked["specs/deep/bad.yaml"]
    assert "Property nam is not allowed." in marked["experiments/bad.yaml"]


def test_the_task_finds_the_findings_in_what_is_printed(tmp_path: Path) -> None:
    (task,) = shown(".vscode/tasks.json")["tasks"]
    assert task["command"] == "crucible"
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "warned.yaml").write_text(WARNED, encoding="utf-8")
    printed = run(program("crucible"), *task["args"], cwd=tmp_path).stdout
    pattern = task["problemMatcher"]["pattern"]
    matches = [match for line in printed.splitlines() if (match := re.match(pattern["regexp"], line))]
    parts = ("file", "line", "column", "severity", "code", "message")
    assert [tuple(match[pattern[part]] for part in parts) for match in matches] == [
        ("bad.yaml", "4", "9", None, "CRU202", "`epochs` must be at least 1, not 0"),
        (
            "warned.yaml",
            "4",
            "9",
            "warning",
            "CRU401",
            "`epochs` has no effect: `options.num_epochs` overrides it",
        ),
    ]


def test_the_page_names_schemas_that_there_are() -> None:
    page = (ROOT / "docs" / "how-to" / "integrations" / "editors.md").read_text(encoding="utf-8")
    named = set(re.findall(r"schemas/([\w-]+\.json)", page))
    assert named == {"training-spec.json", "experiment.json"}
    assert all((ROOT / "docs" / "schema" / name).is_file() for name in named)
