"""The targets that docs/how-to/integrations/make.md shows, made by real make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integrations.programs import named_block, program, run
from tests.integrations.specs import BAD, FINDING, GOOD

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as the page shows it, with one spec and its data."""
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_text(named_block("make.md", f"# {name}"), encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "nightly.yaml").write_text(GOOD, encoding="utf-8")
    rows = '{"prompt": "one", "completion": "two"}\n' * 8
    (tmp_path / "train.jsonl").write_text(rows, encoding="utf-8")
    return tmp_path


def make(target: str, project: Path) -> subprocess.CompletedProcess[str]:
    return run("make", "--silent", f"CRUCIBLE={program('crucible')}", target, cwd=project)


def test_good_specs_are_checked_and_trained(project: Path) -> None:
    checked = make("check-specs", project)
    assert checked.returncode == 0, checked.stderr
    assert "specs/nightly.yaml: valid for supervised_train" in checked.stdout
    trained = make("runs/nightly", project)
    assert trained.returncode == 0, trained.stderr
    assert (project / "runs" / "nightly" / "report.json").is_file()


def test_a_bad_spec_stops_everything(project: Path) -> None:
    (project / "specs" / "other.yaml").write_text(BAD, encoding="utf-8")
    for target in ("check-specs", "runs/nightly"):
        stopped = make(target, project)
        assert stopped.returncode == 2
        assert f"specs/other.yaml:{FINDING}\n" in stopped.stdout
    assert not (project / "runs").exists()
