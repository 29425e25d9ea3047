"""`action.yml` as GitHub runs it: its steps, one after the other, in real bash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.integrations.composite_action import EXPRESSION, Job
from tests.integrations.programs import ROOT, named_block, program, run_shown, succeed
from tests.integrations.specs import BAD, FINDING, GOOD, NO_SPEC, ODD, WARNED
from tests.support.report_formats import sarif_errors, workflow_command

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def installed(registry: None, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the first step leaves for the second. With no input given, it installs the action itself."""
    job = Job(checkout, tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("temp"))
    ran = job.run("install")
    assert (ran.status, ran.stdout) == (0, "")
    return ran.outputs


@pytest.fixture
def job(installed: dict[str, str], checkout: Path, tmp_path: Path) -> Job:
    """A job that has come to the second step. Its workspace is a directory with a blank."""
    workspace = tmp_path / "the workspace"
    workspace.mkdir()
    job = Job(checkout, workspace, tmp_path / "temp")
    job.steps["install"] = installed
    return job


def test_no_script_has_an_expression_and_everything_declared_is_used() -> None:
    metadata = Job(ROOT, ROOT, ROOT).metadata
    used: set[str] = set()
    for step in metadata["runs"]["steps"]:
        assert not EXPRESSION.search(step["run"])
        for name, value in step["env"].items():
            assert re.search(rf"\$\{{?{name}\b", step["run"]), name
            used |= {value}
        used |= {step.get("working-directory", "")}
    inputs = {value.removeprefix("inputs.") for one in used for value in EXPRESSION.findall(one)}
    assert inputs - {"steps.install.outputs.crucible"} == set(metadata["inputs"])


def test_github_accepts_its_metadata_and_the_workflows_of_the_docs(tmp_path: Path) -> None:
    checker = program("check-jsonschema")
    succeed(checker, "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml"), cwd=tmp_path)
    for name in (".github/workflows/specs.yml", ".github/workflows/code-scanning.yml"):
        workflow = tmp_path / "workflow.yml"
        workflow.write_text(named_block("github-actions.md", f"# {name}"), encoding="utf-8")
        succeed(checker, "--builtin-schema", "vendor.github-workflows", "workflow.yml", cwd=tmp_path)


def test_the_steps_without_the_action_do_the_same(tmp_path: Path) -> None:
    install, check = (
        step["run"] for step in yaml.safe_load(named_block("github-actions.md", "# steps.yaml"))
    )
    assert install.endswith("pip install crucible-train")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "bad.yaml").write_text(BAD, encoding="utf-8")
    ran = run_shown(check, tmp_path, GITHUB_WORKSPACE=str(tmp_path))
    assert ran.returncode == 1
    assert workflow_command(ran.stdout).properties["file"] == "specs/bad.yaml"


def test_a_bad_spec_fails_and_is_annotated(job: Job) -> None:
    (job.workspace / "specs").mkdir()
    (job.workspace / "specs" / "bad.yaml").write_text(BAD, encoding="utf-8")
    (job.workspace / "good.yaml").write_text(GOOD, encoding="utf-8")
    (job.workspace / "other.yaml").write_text(NO_SPEC, encoding="utf-8")
    ran = job.run("check")
    assert (ran.status, job.output("exit-status")) == (1, "1")
    command = workflow_command(ran.stdout)
    assert (command.name, command.properties["file"]) == ("error", "specs/bad.yaml")
    assert (command.properties["line"], command.properties["title"]) == ("4", "CRU202 out-of-range")
    assert ran.summary.startswith("### Crucible\n\n    ")
    assert f"\n    specs/bad.yaml:{FINDING}\n" in ran.summary
    assert "\n    2 files, 1 error, 0 warnings" in ran.summary


def test_good_specs_pass_and_the_summary_says_what_was_not_checked(job: Job) -> None:
    (job.workspace / "good.yaml").write_text(GOOD, encoding="utf-8")
    ran = job.run("check")
    assert (ran.status, ran.stdout, ran.stderr, job.output("exit-status")) == (0, "", "", "0")
    assert "    good.yaml: valid for supervised_train on the local backend\n" in ran.summary
    assert "        not checked: that the model 'byte-lm' can be loaded\n" in ran.summary


def test_a_summary_that_github_would_refuse_is_just_the_counts(job: Job) -> None:
    keys = "".join(f"{'k' * 200}{number}: 1\n" for number in range(900))
    (job.workspace / "bad.yaml").write_text(GOOD + keys, encoding="utf-8")
    ran = job.run("check")
    assert len(ran.stdout.splitlines()) == 900
    assert re.fullmatch(r"### Crucible\n\n    1 file, 900 errors, 0 warnings .*\n", ran.summary)


def test_no_spec_at_all_fails(job: Job) -> None:
    (job.workspace / "other.yaml").write_text(NO_SPEC, encoding="utf-8")
    ran = job.run("check")
    assert ran.status != 0
    assert "CRU008" in ran.stdout


def test_no_path_means_what_the_project_includes(job: Job) -> None:
    assert job.run("check", paths="").status == 2
    table = '[tool.crucible]\ninclude = ["*.yaml"]\n'
    (job.workspace / "pyproject.toml").write_text(table, encoding="utf-8")
    (job.workspace / "bad.yaml").write_text(BAD, encoding="utf-8")
    ran = job.run("check", paths="")
    assert ran.status == 1
    assert workflow_command(ran.stdout).properties["file"] == "bad.yaml"


def test_warnings_fail_if_strict_and_no_other_word_will_do(job: Job) -> None:
    (job.workspace / "warned.yaml").write_text(WARNED, encoding="utf-8")
    relaxed, strict = job.run("check"), job.run("check", strict="true")
    assert (relaxed.status, strict.status) == (0, 1)
    assert workflow_command(relaxed.stdout).name == "warning"
    unclear = job.run("check", strict="yes")
    assert (unclear.status, job.output("exit-status")) == (2, "2")
    assert workflow_command(unclear.stdout).data == "the input 'strict' must be true or false\n"


def test_another_format_and_a_file_of_sarif(job: Job) -> None:
    (job.workspace / "bad.yaml").write_text(BAD, encoding="utf-8")
    ran = job.run("check", format="text", sarif_file="found $(touch pwned).sarif")
    assert ran.status == 1
    assert ran.stdout.startswith(f"bad.yaml:{FINDING}\n")
    written = (job.workspace / "found $(touch pwned).sarif").read_text(encoding="utf-8")
    assert sarif_errors(written) == []
    assert "CRU202" in written


def test_a_file_of_sarif_that_cannot_be_written_fails(job: Job) -> None:
    (job.workspace / "good.yaml").write_text(GOOD, encoding="utf-8")
    ran = job.run("check", sarif_file="nowhere/found.sarif")
    assert (ran.status, job.output("exit-status")) == (2, "2")
    assert "nowhere/found.sarif" in ran.stderr


def test_paths_start_from_the_working_directory_and_annotations_from_the_root(job: Job) -> None:
    inner = job.workspace / "$(touch pwned)" / "specs"
    inner.mkdir(parents=True)
    (inner / "bad.yaml").write_text(BAD, encoding="utf-8")
    ran = job.run("check", working_directory="$(touch pwned)", paths="specs/*.yaml")
    assert ran.status == 1
    assert workflow_command(ran.stdout).properties["file"] == "$(touch pwned)/specs/bad.yaml"


def test_odd_paths_are_paths_and_nothing_else(job: Job) -> None:
    names = [f"{name}.yaml" for name in ODD]
    for name in names:
        (job.workspace / name).write_text(BAD, encoding="utf-8")
    ran = job.run("check", paths="\n" + "\n\n".join(names) + "\n")
    assert ran.status == 1
    commands = [workflow_command(line) for line in ran.stdout.splitlines()]
    assert sorted(command.properties["file"] for command in commands) == sorted(names)
    assert sorted(path.name for path in job.workspace.iterdir() if path.suffix) == sorted(names)


@pytest.mark.parametrize("odd", [*ODD, "--output=pwned", "--help"])
def test_odd_words_are_words_and_nothing_else(job: Job, odd: str) -> None:
    (job.workspace / "good.yaml").write_text(GOOD, encoding="utf-8")
    for given in ({"backend": odd}, {"format": odd}, {"strict": odd}):
        assert job.run("check", paths="good.yaml", **given).status in (1, 2)
    assert not list(job.workspace.parent.rglob("pwned"))


def test_packages_can_be_named_and_so_can_python(wheel: Path, checkout: Path, tmp_path: Path) -> None:
    package = tmp_path / "$(touch pwned) it's" / wheel.name
    package.parent.mkdir()
    package.write_bytes(wheel.read_bytes())
    temp = tmp_path / "the temp"
    job = Job(checkout, tmp_path, temp)
    ran = job.run("install", packages=str(package))
    assert (ran.status, ran.stdout) == (0, "")
    assert succeed(ran.outputs["crucible"], "--version", cwd=tmp_path).startswith("crucible ")
    for python in ("no-such-python", "python3; touch pwned"):
        assert job.run("install", python=python).status == 127
    assert not list(tmp_path.rglob("pwned"))
