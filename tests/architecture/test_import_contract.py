"""The import contract of `pyproject.toml` holds, ignores nothing, and names every room."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["name"].partition(".")[0]: contract for contract in LINTER["contracts"]
}
NO_ROOM = {"__init__", "__main__"}
"""The facade that users import from, and the entry point of `cli`."""

EXEMPT = {
    "2": {"ir", "stages", "context", "pipeline", "schema", "cli"},
    "4a": {"ir", "stages", "context", "pipeline", "adapters", "wiring", "testing", "ports"},
    "4b": {"registry", "testing", "stages"},
    "4c": {"cli", "pipeline"},
    "6": {"adapters", "bytelm", "testing"},
}
"""For the contracts that bind every room but a few: those few."""


def rooms() -> set[str]:
    """The top-level modules and packages of `crucible_train`."""
    entries = (ROOT / "crucible_train").iterdir()
    modules = {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()}
    return modules - NO_ROOM


def named(contract: str) -> set[str]:
    """The rooms that a contract binds."""
    prefix = "crucible_train."
    sources = CONTRACTS[contract]["source_modules"]
    return {name.removeprefix(prefix) for name in sources if name.startswith(prefix)}


def test_the_contract_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_type_checking_imports_count_and_nothing_is_ignored() -> None:
    assert LINTER["exclude_type_checking_imports"] is False
    assert [name for name, contract in CONTRACTS.items() if "ignore_imports" in contract] == []


@pytest.mark.parametrize("contract", EXEMPT)
def test_a_contract_binds_every_room_but_those_it_exempts(contract: str) -> None:
    assert named(contract) | EXEMPT[contract] == rooms(), "a new room must say what it may import"
    assert named(contract) & EXEMPT[contract] == set()


def test_stages_are_all_independent_of_one_another() -> None:
    stages = (ROOT / "crucible_train" / "stages").glob("*/__init__.py")
    assert set(CONTRACTS["5c"]["modules"]) == {f"crucible_train.stages.{path.parent.name}" for path in stages}


def test_adapters_of_every_port_are_independent_of_one_another() -> None:
    ports = (ROOT / "crucible_train" / "adapters").glob("*/__init__.py")
    assert set(CONTRACTS["5b"]["modules"]) == {
        f"crucible_train.adapters.{path.parent.name}.*" for path in ports
    }
