"""`templates/crucible.yml` as GitLab's runner runs it: its script in a real shell, and what it leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.integrations.programs import ROOT, environment, named_block, program, run, run_shown, succeed
from tests.integrations.specs import BAD, FINDING, GOOD, ODD, WARNED
from tests.support.report_formats import code_quality_errors, junit_errors

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

TEMPLATE = ROOT / "templates" / "crucible.yml"
JOB: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))["crucible-validate"]
REPORTS = {"codequality": code_quality_errors, "junit": junit_errors}

RUNNER = """\
if set -o | grep pipefail > /dev/null; then set -o pipefail; fi
set -o errexit
set +o noclobber
: | eval "$SCRIPT"
exit 0
"""
"""What the runner puts around a script (gitlab-runner, shells/bash.go), said in our words."""


def run_job(
    shell: str, workspace: Path, package: Path | str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the job in a checkout, with the variables of a project over those of the template."""
    assert variables.keys() <= JOB["variables"].keys()
    return run(
        *(shell, "-c", RUNNER),
        cwd=workspace,
        env=environment(
            **JOB["variables"] | {"SPEC_PACKAGES": str(package)} | variables,
            CI="true",
            GITLAB_CI="true",
            CI_PROJECT_DIR=str(workspace),
            TMPDIR=str(workspace.parent),
            SCRIPT="\n".join(JOB["script"]),
        ),
    )


def test_gitlab_accepts_the_template_and_the_snippets_of_the_docs(tmp_path: Path) -> None:
    checker = (
        program("check-jsonschema"),
        "--builtin-schema",
        "vendor.gitlab-ci",
        "--data-transform",
        "gitlab-ci",
    )
    succeed(*checker, str(TEMPLATE), cwd=tmp_path)
    shown = [named_block("gitlab-ci.md", f"# .gitlab-ci.yml{more}") for more in ("", ", all of it")]
    over = named_block("gitlab-ci.md", "# .gitlab-ci.yml, further down")
    for text in (*shown, shown[0] + over):
        (tmp_path / "ci.yml").write_text(text, encoding="utf-8")
        succeed(*checker, "ci.yml", cwd=tmp_path)
    assert yaml.safe_load(over)["crucible-validate"]["variables"].keys() <= JOB["variables"].keys()


def test_the_job_without_the_template_does_the_same(tmp_path: Path) -> None:
    job = yaml.safe_load(named_block("gitlab-ci.md", "# .gitlab-ci.yml, all of it"))["validate-specs"]
    install, check = job["script"]
    assert install == "pip install crucible-train"
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "bad.yaml").write_text(BAD, encoding="utf-8")
    assert run_shown(check, tmp_path, CI_PROJECT_DIR=str(tmp_path)).returncode == 1
    report = (tmp_path / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8")
    assert code_quality_errors(report) == []
    assert [one["location"]["path"] for one in json.loads(report)] == ["specs/bad.yaml"]


def test_findings_fail_the_job_and_are_in_both_reports(wheel: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "the project"
    (workspace / "specs").mkdir(parents=True)
    (workspace / "good.yaml").write_text(GOOD, encoding="utf-8")
    names = [f"specs/{name}.yaml" for name in ODD]
    for name in names:
        (workspace / name).write_text(BAD, encoding="utf-8")
    ran = run_job(
        "bash", workspace, wheel, SPEC_BACKEND="local", SPEC_PATHS="\n".join(["good.yaml", "", *names]) + "\n"
    )
    assert ran.returncode == 1, ran.stderr
    assert f"specs/café.yaml:{FINDING}\n" in ran.stdout
    texts = {name: (workspace / JOB["artifacts"]["reports"][name]).read_text("utf-8") for name in REPORTS}
    assert {name: errors(texts[name]) for name, errors in REPORTS.items()} == {name: [] for name in REPORTS}
    assert sorted(one["location"]["path"] for one in json.loads(texts["codequality"])) == sorted(names)
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(("shell", "strict"), [("sh", "false"), ("bash", "true")])
def test_warnings_fail_if_strict(shell: str, strict: str, wheel: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "project"
    workspace.mkdir()
    (workspace / "warned.yaml").write_text(WARNED, encoding="utf-8")
    ran = run_job(shell, workspace, wheel, SPEC_STRICT=strict)
    assert ran.returncode == (strict == "true"), ran.stderr
    assert "warned.yaml: valid for supervised_train" in ran.stdout


def test_what_is_wrong_with_the_job_is_said(tmp_path: Path) -> None:
    workspace = tmp_path / "project"
    workspace.mkdir()
    ran = run_job("bash", workspace, "./nothing-here", SPEC_STRICT="yes")
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "SPEC_STRICT must be true or false\n")
    ran = run_job("bash", workspace, "./$(touch pwned)")
    assert ran.returncode == 1
    assert "touch pwned" in ran.stderr
    assert not list(tmp_path.rglob("pwned"))
