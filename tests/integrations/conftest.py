"""Crucible as others install it: from a checkout, or as a package."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.integrations.programs import copy_working_tree, run, succeed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where pip finds nothing to install. It is asked for what is not ours, so we are not the reason."""
    directory = tmp_path_factory.mktemp("registry")
    asked = ("--quiet", "--no-deps", "setuptools>=77")
    done = run(sys.executable, "-m", "pip", "download", *asked, cwd=directory)
    if done.returncode:
        pytest.skip(f"pip finds no packages here: {done.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the working tree, where a build may leave what it likes."""
    directory = tmp_path_factory.mktemp("crucible")
    copy_working_tree(directory)
    return directory


@pytest.fixture(scope="session")
def wheel(registry: None, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package."""
    directory = tmp_path_factory.mktemp("wheel")
    built = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", ".", str(checkout))
    succeed(*built, cwd=directory)
    return next(directory.glob("crucible_train-*.whl"))
