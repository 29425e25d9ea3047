"""What `from crucible_train import ...` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

import crucible_train
from tests.support.golden import REPOSITORY


@pytest.mark.parametrize("name", crucible_train.__all__)
def test_each_name_imports(name: str) -> None:
    found = getattr(crucible_train, name)
    assert getattr(found, "__name__", name) == name or name in ("Result", "__version__")


def test_there_are_no_others() -> None:
    with pytest.raises(AttributeError, match="module 'crucible_train' has no attribute 'Trainer'"):
        crucible_train.Trainer  # noqa: B018 - looking it up is what fails
    with pytest.raises(ImportError):
        from crucible_train import Trainer  # noqa: F401 - importing it is what fails


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert crucible_train.__version__ == project["version"]


def modules_after(statement: str) -> set[str]:
    """The top-level modules in memory after `statement`, in a new interpreter."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_costs_nothing() -> None:
    extra = modules_after("import crucible_train, crucible_ir") - modules_after("")
    assert extra <= {"crucible_train", "crucible_ir", "typing", "collections", "functools", "operator"} | {
        name for name in extra if name in sys.stdlib_module_names
    }
    assert not {"pydantic", "pydantic_core", "yaml", "numpy"} & extra


def test_normalising_needs_no_more_than_pydantic() -> None:
    spec = '{"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "d"}, "backend": "local"}'
    extra = modules_after(f"from crucible_train import normalize\nnormalize({spec}).unwrap()")
    assert "pydantic" in extra
    assert not {"numpy", "yaml", "pydantic_settings", "safetensors", "tqdm"} & extra
