"""Real pre-commit, in a real repository, with the hooks of the working tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.docs.test_pages import blocks, run_console
from tests.integrations.programs import (
    PAGES,
    ROOT,
    copy_working_tree,
    environment,
    named_blocks,
    program,
    run,
    succeed,
)
from tests.integrations.specs import BAD, FINDING, GOOD, NO_SPEC, WARNED

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Commit = subprocess.CompletedProcess[str]

PAGE = PAGES / "pre-commit.md"
CONFIG = ".pre-commit-config.yaml"
VALIDATE, PROJECT, FIX, STRICT = named_blocks(PAGE.name, f"# {CONFIG}")
(TABLE,) = named_blocks(PAGE.name, "# pyproject.toml")

MISSPELT = GOOD.replace("epochs: 3", "epochs: 3   # as ever\nlearning_rat: 1e-3")


class Repository:
    """Somebody's repository, in which pre-commit is installed."""

    def __init__(self, path: Path, variables: Mapping[str, str], config: str) -> None:
        self.path = path
        self._env = environment(**variables)
        self._git("init", "--quiet")
        self._write({CONFIG: config})
        self._git("add", ".")
        self._git("commit", "--quiet", "-m", "The hooks")
        succeed(program("pre-commit"), "install", cwd=path, env=self._env)

    def commit(self, files: Mapping[str, str]) -> Commit:
        """Write files, and commit whatever has changed."""
        self._write(files)
        self._git("add", ".")
        return run("git", "commit", "--quiet", "-m", "A change", cwd=self.path, env=self._env)

    def is_clean(self) -> bool:
        """Whether everything there is is committed or ignored."""
        return not self._git("status", "--porcelain")

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text, encoding="utf-8")

    def _git(self, *arguments: str) -> str:
        return succeed("git", *arguments, cwd=self.path, env=self._env)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that hooks come from."""
    path = tmp_path_factory.mktemp("hooks")
    copy_working_tree(path)
    for command in ("init --quiet", "add --all", "commit --quiet --message=Crucible", "tag v0.2.0"):
        succeed("git", *command.split(), cwd=path)
    return path


@pytest.fixture(scope="module")
def variables(registry: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where pre-commit keeps what it installs: once for all repositories here, and nowhere else."""
    return {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")), "PRE_COMMIT_COLOR": "never"}


@pytest.fixture
def repository(tmp_path: Path, hooks: Path, variables: dict[str, str]) -> Callable[[str], Repository]:
    """A new repository with a config of the page."""
    return lambda config: Repository(tmp_path, variables, config.replace("URL-OF-CRUCIBLE", str(hooks)))


def test_pre_commit_accepts_the_hooks_and_the_configs_of_the_page(tmp_path: Path) -> None:
    succeed(program("pre-commit"), "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), cwd=tmp_path)
    ids = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    used: set[str] = set()
    for config in (VALIDATE, PROJECT, FIX, STRICT):
        (tmp_path / CONFIG).write_text(config, encoding="utf-8")
        succeed(program("pre-commit"), "validate-config", CONFIG, cwd=tmp_path)
        (listed,) = yaml.safe_load(config)["repos"]
        used |= {hook["id"] for hook in listed["hooks"]}
    assert used == ids


def test_a_bad_spec_is_not_committed_and_a_good_one_is(repository: Callable[[str], Repository]) -> None:
    mine = repository(VALIDATE)
    blocked = mine.commit({"specs/nightly.yaml": BAD, "compose.yaml": NO_SPEC})
    assert blocked.returncode == 1
    assert f"\nspecs/nightly.yaml:{FINDING}\n" in blocked.stderr
    assert "\n1 file, 1 error, 0 warnings" in blocked.stderr
    assert "compose.yaml" not in blocked.stderr.replace("skipped compose.yaml", "")
    assert not mine.is_clean()

    passed = mine.commit({"specs/nightly.yaml": GOOD})
    assert passed.returncode == 0, passed.stderr
    assert mine.is_clean()


def test_other_tools_files_are_left_alone(repository: Callable[[str], Repository]) -> None:
    others = {
        "compose.yaml": NO_SPEC,
        "notebook.ipynb": "{}",
        "poetry.lock": "a = 1\n",
        "empty.yaml": "",
        "broken.yaml": "{{ template }}\n",
        "list.json": "[]",
    }
    passed = repository(VALIDATE).commit(others)
    assert passed.returncode == 0, passed.stderr
    assert re.fullmatch(r"crucible validate\.+Passed\n", passed.stderr)


def test_arguments_and_patterns_are_those_of_the_config(repository: Callable[[str], Repository]) -> None:
    mine = repository(STRICT)
    passed = mine.commit({"elsewhere.yaml": WARNED})
    assert passed.returncode == 0, passed.stderr
    assert "(no files to check)Skipped" in passed.stderr
    blocked = mine.commit({"specs/warned.yaml": WARNED})
    assert blocked.returncode == 1
    assert "warning: " in blocked.stderr


def test_a_change_of_a_base_checks_what_extends_it(repository: Callable[[str], Repository]) -> None:
    mine = repository(PROJECT)
    base = GOOD.replace("id: nightly\n", "")
    child = "extends: ../bases/small.yaml\nid: nightly\n"
    passed = mine.commit({"pyproject.toml": TABLE, "bases/small.yaml": base, "specs/nightly.yaml": child})
    assert passed.returncode == 0, passed.stderr
    blocked = mine.commit({"bases/small.yaml": base.replace("epochs: 3", "epochs: 0")})
    assert blocked.returncode == 1
    assert "bases/small.yaml:3:9: CRU202 `epochs` must be at least 1, not 0" in blocked.stderr
    assert not mine.is_clean()


def test_what_is_certain_is_mended_and_shown_first(repository: Callable[[str], Repository]) -> None:
    mine = repository(FIX)
    blocked = mine.commit({"specs/nightly.yaml": MISSPELT})
    assert blocked.returncode == 1
    assert "files were modified by this hook" in blocked.stderr
    mended = (mine.path / "specs" / "nightly.yaml").read_text(encoding="utf-8")
    assert mended == MISSPELT.replace("learning_rat:", "learning_rate:")
    passed = mine.commit({})
    assert passed.returncode == 0, passed.stderr
    assert mine.is_clean()


def test_the_page_shows_what_happens(
    repository: Callable[[str], Repository], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = repository(VALIDATE)
    (mine.path / "nightly.yaml").write_text(*named_blocks(PAGE.name, "# nightly.yaml"), encoding="utf-8")
    for name, value in environment(**variables).items():
        monkeypatch.setenv(name, value)
    (shown,) = [block for block in blocks(PAGE) if block.text.startswith("$ git ")]
    run_console(shown, mine.path, PAGE)
