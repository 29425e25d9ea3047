"""Nothing that a result depends on can change unnoticed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\nepochs: 3\n"
FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("report_format", FORMATS)
def test_a_hit_is_the_same(report_format: str, validate: Callable, uncached: Callable) -> None:
    write("broken.yaml", SPEC + "epoch: 3\nlearning_rate: 1\noptions: {nö: 1}\n")
    arguments = ("spec.yaml", "broken.yaml", "--format", report_format)
    first, second, without = validate(*arguments), validate(*arguments), uncached(*arguments)
    assert [first.is_hit, second.is_hit, without.is_hit] == [False, True, False]
    assert first[:3] == second[:3] == without[:3]
    assert first.status == 1
    assert first.out


def same_size_same_time() -> None:
    before = Path("spec.yaml").stat()
    write("spec.yaml", SPEC.replace("epochs: 3", "epochs: 0"))
    os.utime("spec.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_by_a_directory() -> None:
    Path("spec.yaml").unlink()
    Path("spec.yaml").mkdir()


def replaced_by_a_link() -> None:
    write("other.yaml", SPEC + "epoch: 1\n")
    Path("spec.yaml").unlink()
    Path("spec.yaml").symlink_to("other.yaml")


def replaced_by_a_pipe() -> None:
    Path("spec.yaml").unlink()
    os.mkfifo("spec.yaml")


CHANGES_OF_ONE_FILE = {
    "the same size and time": same_size_same_time,
    "removed": lambda: Path("spec.yaml").unlink(),
    "a directory": replaced_by_a_directory,
    "a link": replaced_by_a_link,
    "a pipe": replaced_by_a_pipe,
    "not UTF-8": lambda: Path("spec.yaml").write_bytes(b"\xff"),
    "a project": lambda: write("pyproject.toml", '[tool.crucible]\nbackend = "far"\n'),
    "a project above": lambda: write("../pyproject.toml", '[tool.crucible]\nbackend = "far"\n'),
    "a project that is wrong": lambda: write("pyproject.toml", "[tool.crucible\n"),
}


@pytest.mark.parametrize("change", CHANGES_OF_ONE_FILE.values(), ids=CHANGES_OF_ONE_FILE.keys())
def test_one_file(change: Callable[[], None], validate: Callable, uncached: Callable) -> None:
    before = validate("spec.yaml")
    assert validate("spec.yaml").is_hit
    change()
    after = validate("spec.yaml")
    assert not after.is_hit
    assert after[:3] == uncached("spec.yaml")[:3] != before[:3]


def extended_elsewhere() -> None:
    Path("specs/link").unlink()
    Path("specs/link").symlink_to("../two")


def linked_to_a_directory() -> None:
    Path("specs/linked.yaml").unlink()
    Path("specs/linked.yaml").symlink_to("../two")


CHANGES_OF_A_PROJECT = {
    "a base": (("specs/top.yaml",), lambda: write("base.yaml", SPEC + "epoch: 1\n")),
    "a link on the way to a base": (("specs/over.yaml",), extended_elsewhere),
    "a project that begins further down": (("specs/top.yaml",), lambda: Path("specs/.git").mkdir()),
    "what is included": ((), lambda: write("pyproject.toml", '[tool.crucible]\ninclude = ["specs/*"]\n')),
    "what is excluded": (
        ("specs",),
        lambda: write("pyproject.toml", '[tool.crucible]\ninclude = ["*.yaml"]\nexclude = ["specs/top*"]\n'),
    ),
    "a setting for some files": (
        ("specs",),
        lambda: write(
            "pyproject.toml",
            '[tool.crucible]\ninclude = ["*.yaml"]\n'
            '[[tool.crucible.overrides]]\nfiles = ["specs/*"]\nbackend = "far"\n',
        ),
    ),
    "a new file": (("specs",), lambda: write("specs/new.yaml", SPEC)),
    "a new file that matches": (("spec*/*.yaml",), lambda: write("specs/new.yaml", SPEC)),
    "a new file far below": (("specs",), lambda: write("specs/c/d/new.yaml", SPEC)),
    "a file that went": (("specs",), lambda: Path("specs/a/deep.yaml").unlink()),
    "a file that is no spec any more": (("specs",), lambda: write("specs/a/deep.yaml", "a: 1\n")),
    "a file that is one now": (("specs",), lambda: write("specs/other.yaml", SPEC)),
    "a link to a file that leads to a directory": (("specs",), linked_to_a_directory),
    "a mark of a virtual environment": (("specs",), lambda: write("specs/a/pyvenv.cfg", "")),
    "a directory that was not there": (
        ("--discover", "nowhere/*.yaml", "spec.yaml"),
        lambda: write("nowhere/new.yaml", SPEC),
    ),
    "a file that was not there": (
        ("--discover", "specs", "[n]ew.yaml"),
        lambda: write("[n]ew.yaml", SPEC + "epoch: 1\n"),
    ),
}


@pytest.fixture
def project(here: Path) -> Iterator[Path]:
    write("pyproject.toml", '[tool.crucible]\ninclude = ["*.yaml"]\n')
    write("base.yaml", SPEC)
    write("specs/top.yaml", "extends: ../base.yaml\n")
    write("specs/over.yaml", "extends: link/base.yaml\n")
    write("specs/a/deep.yaml", SPEC)
    write("specs/other.yaml", "kind: Service\n")
    write("one/base.yaml", SPEC)
    write("two/base.yaml", SPEC + "epoch: 1\n")
    Path("specs/link").symlink_to("../one")
    Path("specs/linked.yaml").symlink_to("../one/base.yaml")
    return here


@pytest.mark.parametrize(
    ("arguments", "change"), CHANGES_OF_A_PROJECT.values(), ids=CHANGES_OF_A_PROJECT.keys()
)
def test_a_project(
    arguments: tuple[str, ...],
    change: Callable[[], None],
    project: Path,
    validate: Callable,
    uncached: Callable,
) -> None:
    before = validate(*arguments)
    assert before.status in (0, 1)
    assert validate(*arguments).is_hit
    change()
    after = validate(*arguments)
    assert not after.is_hit
    assert after[:3] == uncached(*arguments)[:3] != before[:3]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CRUCIBLE_BACKEND", "far"),
        ("crucible_backend", "far"),
        ("CRUCIBLE_SET__EPOCHS", "0"),
        ("CRUCIBLE_BACKAND", "far"),
        ("FORCE_COLOR", "1"),
        ("CLICOLOR_FORCE", "1"),
    ],
)
def test_variables(
    variable: str, value: str, validate: Callable, uncached: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("spec.yaml", SPEC + "epoch: 1\n")
    before = validate("spec.yaml")
    assert validate("spec.yaml").is_hit
    monkeypatch.setenv(variable, value)
    after = validate("spec.yaml")
    assert not after.is_hit
    assert after[:3] == uncached("spec.yaml")[:3] != before[:3]


def test_where_paths_start_from(
    here: Path, validate: Callable, uncached: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("spec.yaml", SPEC + "epoch: 1\n")
    arguments = ("spec.yaml", "--format", "gitlab")
    before = validate(*arguments)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here.parent))
    after = validate(*arguments)
    assert after[:3] == uncached(*arguments)[:3] != before[:3]


def test_arguments_in_another_order(validate: Callable, uncached: Callable) -> None:
    write("other.yaml", SPEC)
    before = validate("spec.yaml", "other.yaml")
    after = validate("other.yaml", "spec.yaml")
    assert after[:3] == uncached("other.yaml", "spec.yaml")[:3] != before[:3]
    assert validate("spec.yaml", "other.yaml")[:3] == before[:3]


def test_arguments_that_are_joined_alike(validate: Callable) -> None:
    write("a b", "")
    assert validate("spec.yaml", "--set", "id=b c").status == 0
    assert not validate("spec.yaml", "--set", "id=b", "c").is_hit


def test_another_directory(here: Path, validate: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    write("pyproject.toml", "")
    write("below/spec.yaml", SPEC + "epoch: 1\n")
    assert validate("spec.yaml").status == 0
    monkeypatch.chdir(here / "below")
    assert validate("spec.yaml").status == 1


def test_another_version(validate: Callable) -> None:
    validate("spec.yaml")
    assert validate("spec.yaml").is_hit
    assert not validate("spec.yaml", version="2").is_hit


def test_a_package_that_is_installed(
    tmp_path: Path, validate: Callable, uncached: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    os.utime(packages, (1, 1))
    monkeypatch.syspath_prepend(str(packages))
    validate("spec.yaml")
    assert validate("spec.yaml").is_hit
    (packages / "plug_in-1.dist-info").mkdir()
    assert not validate("spec.yaml").is_hit


def test_a_file_that_changes_while_it_is_read(validate: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    from crucible_train.cli import validate as command

    check = command.check

    def check_and_change(*arguments: object) -> object:
        result = check(*arguments)
        write("spec.yaml", SPEC + "epoch: 1\n")
        return result

    with monkeypatch.context() as patch:
        patch.setattr(command, "check", check_and_change)
        assert validate("spec.yaml").status == 0
    assert validate("spec.yaml")[:1] == (1,)
