"""What checks a spec needs pydantic and a YAML parser, and works where nothing else is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"numpy", "torch", "safetensors", "tqdm", "transformers", "datasets", "tinker"}
SETTINGS = "pydantic_settings"

SPEC = """\
id: spec
model_ref: {id: byte-lm}
dataset_ref: {name: train.jsonl}
epochs: 2
"""

STATIC_COMMANDS = [
    "validate spec.yaml",
    "validate broken.yaml spec.json spec.toml nowhere.yaml",
    "validate . *.yaml --discover",
    "validate --format json spec.yaml --set epochs=3",
    "validate --color always broken.yaml",
    "validate --format github broken.yaml nowhere.yaml",
    "validate --format gitlab broken.yaml nowhere.yaml",
    "validate --format sarif broken.yaml nowhere.yaml",
    "validate --format junit broken.yaml nowhere.yaml --strict",
    "explain spec.yaml",
    "explain spec.yaml epochs",
    "normalize spec.yaml",
    "diff spec.yaml spec.json",
    "diff spec.yaml spec.toml --format json",
    "schema",
    "schema supervised_train",
    "schema training-spec",
    "schema experiment",
    "schema --check schemas",
    "schema training_config.local",
    "init new.yaml",
    "rule",
    "rule CRU201",
]

LOADED = """\
import sys
from crucible_train.cli.main import run_command
status = run_command(sys.argv[1:])
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""

WITHOUT = """\
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from crucible_train.__main__ import main
main()
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(SPEC + "epochz: 3\n", encoding="utf-8")
    (tmp_path / "spec.json").write_text(
        '{"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a"}}', encoding="utf-8"
    )
    (tmp_path / "spec.toml").write_text(
        'id = "a"\nmodel_ref.id = "byte-lm"\ndataset_ref.name = "a"\n', encoding="utf-8"
    )
    return tmp_path


def python(
    code: str, *arguments: str, here: Path, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("CRUCIBLE_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=here,
        env={**clean, **(variables or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def loaded(command: str, here: Path, variables: dict[str, str] | None = None) -> set[str]:
    """The top-level modules in memory after a command."""
    done = python(LOADED, *command.split(), here=here, variables=variables)
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("LOADED ")]
    modules = set(line.split()[1:])
    assert "crucible_train" in modules
    return modules


def without(absent: set[str], command: str, here: Path) -> subprocess.CompletedProcess[str]:
    """`crucible COMMAND` where the packages `absent` are not installed."""
    return python(f"ABSENT = {absent!r}\n{WITHOUT}", *command.split(), here=here)


@pytest.mark.parametrize("command", STATIC_COMMANDS)
def test_a_static_command_loads_nothing_heavy(command: str, here: Path) -> None:
    assert loaded(command, here) & {*HEAVY, SETTINGS} == set()


def test_importing_the_packages_loads_no_pydantic(here: Path) -> None:
    code = "import sys, crucible_ir, crucible_train; print('pydantic' in sys.modules)"
    assert python(code, here=here).stdout == "False\n"


def test_a_json_spec_loads_no_yaml_parser(here: Path) -> None:
    assert "yaml" not in loaded("validate spec.json", here)


def test_settings_are_loaded_where_there_are_some(here: Path) -> None:
    assert SETTINGS in loaded("validate spec.yaml", here, {"CRUCIBLE_BACKEND": "local"})
    assert SETTINGS not in loaded("validate spec.yaml", here, {"CRUCIBLE_SET__EPOCHS": "3"})
    (here / "pyproject.toml").write_text('[project]\nname = "crucible-user"\n', encoding="utf-8")
    assert SETTINGS not in loaded("validate spec.yaml", here)
    (here / "pyproject.toml").write_text('[tool.crucible]\nbackend = "local"\n', encoding="utf-8")
    modules = loaded("validate spec.yaml", here)
    assert SETTINGS in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("command", STATIC_COMMANDS)
def test_a_static_command_works_where_nothing_heavy_is_installed(command: str, here: Path) -> None:
    with_all = python("from crucible_train.__main__ import main; main()", *command.split(), here=here)
    (here / "new.yaml").unlink(missing_ok=True)
    bare = without(HEAVY, command, here)
    assert (bare.returncode, bare.stdout, bare.stderr) == (
        with_all.returncode,
        with_all.stdout,
        with_all.stderr,
    )


@pytest.mark.parametrize("absent", ["numpy", "safetensors"])
def test_a_run_without_what_it_needs_says_what_to_install(absent: str, here: Path) -> None:
    (here / "train.jsonl").write_text('{"text": "a"}\n', encoding="utf-8")
    done = without({absent}, "run spec.yaml", here)
    assert done.returncode == 1
    assert f"the local backend needs {absent}: pip install 'crucible-train[local]'\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_run_without_tqdm_shows_lines_instead_of_a_bar(here: Path) -> None:
    (here / "train.jsonl").write_text('{"text": "a"}\n', encoding="utf-8")
    done = without({"tqdm"}, "run spec.yaml --set logger=progress", here)
    assert done.returncode == 0, done.stderr
    assert "the progress bar needs tqdm: pip install 'crucible-train[local]'\n" in done.stderr
    assert "step 0  train_mean_nll" in done.stderr
