"""A composite action, run step by step as GitHub's runner does.

Source: "Metadata syntax" and "Workflow commands" of GitHub's documentation: how `bash` is called, the
variables `GITHUB_*` and `RUNNER_TEMP`, and the files that steps write outputs and their summary to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.integrations.programs import environment, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")


class Ran(NamedTuple):
    """What came of a step."""

    status: int
    stdout: str
    stderr: str
    outputs: dict[str, str]
    summary: str


class Job:
    """A job that uses an action, in a workspace."""

    def __init__(self, action: Path, workspace: Path, temp: Path) -> None:
        self.metadata: dict[str, Any] = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        self.workspace = workspace
        self.steps: dict[str, dict[str, str]] = {}
        """The outputs of the steps that ran."""
        self._action = action
        self._temp = temp

    def run(self, step: str, **given: str) -> Ran:
        """Run the step of that id, where the workflow gives these inputs (`_` for `-`)."""
        inputs = {name: declared["default"] for name, declared in self.metadata["inputs"].items()}
        for name, value in given.items():
            assert name.replace("_", "-") in inputs
            inputs[name.replace("_", "-")] = value
        found = next(one for one in self.metadata["runs"]["steps"] if one["id"] == step)
        self._temp.mkdir(exist_ok=True)
        files = {name: self._temp / f"{step}-{name}" for name in ("output", "step_summary")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        script = self._temp / f"{step}.sh"
        script.write_text(found["run"], encoding="utf-8")
        assert found["shell"] == "bash"
        directory = self._evaluated(found.get("working-directory", "."), inputs)
        done = run(
            *BASH,
            str(script),
            cwd=self.workspace / directory,
            env=environment(
                GITHUB_ACTIONS="true",
                GITHUB_ACTION_PATH=str(self._action),
                GITHUB_WORKSPACE=str(self.workspace),
                RUNNER_TEMP=str(self._temp),
                **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
                **{name: self._evaluated(value, inputs) for name, value in found.get("env", {}).items()},
            ),
        )
        lines = files["output"].read_text(encoding="utf-8").splitlines()
        self.steps[step] = dict(line.split("=", 1) for line in lines)
        summary = files["step_summary"].read_text(encoding="utf-8")
        return Ran(done.returncode, done.stdout, done.stderr, self.steps[step], summary)

    def output(self, name: str) -> str:
        """An output of the action."""
        return self._evaluated(self.metadata["outputs"][name]["value"], {})

    def _evaluated(self, text: str, inputs: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            match match[1].split("."):
                case ["inputs", name]:
                    return inputs[name]
                case ["steps", step, "outputs", name]:
                    return self.steps[step].get(name, "")
                case _:
                    raise AssertionError(f"an expression that is not known here: {match[0]}")

        return EXPRESSION.sub(value, text)
