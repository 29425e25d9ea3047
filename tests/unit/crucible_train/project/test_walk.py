from __future__ import annotations

import os
from pathlib import Path

import pytest

from crucible_train.project.walk import Directory, File, NoFile, Unlisted, file_at, is_closed, walk


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("", encoding="utf-8")


def everything(found: Directory) -> bool:
    return True


def found(root: str) -> list[str]:
    return [entry.path for entry in walk(root, everything)]


def test_files_come_in_the_order_of_the_parts_of_their_paths() -> None:
    tree("b.yml", "a/z.json", "a/b/c.toml", "a.yaml", "A.YAML", "a-b/c.yaml", "a/notes.txt", "yaml")
    expected = ["A.YAML", "a/b/c.toml", "a/z.json", "a-b/c.yaml", "a.yaml", "b.yml"]
    assert found("") == expected
    assert found("a") == ["a/b/c.toml", "a/z.json"]
    assert found("./a/") == ["a/b/c.toml", "a/z.json"]
    assert expected == sorted(expected, key=lambda path: path.split("/"))


def test_a_file_has_its_real_path(here: Path) -> None:
    tree("a/b.yaml")
    Path("link").symlink_to("a")
    real = str(here / "a" / "b.yaml")
    assert list(walk("link", everything)) == [File("link/b.yaml", real)]
    assert file_at("link/b.yaml") == File("link/b.yaml", real)
    assert file_at("a/../link/b.yaml").real == real


def test_links_to_files_are_followed_and_links_to_directories_are_not() -> None:
    tree("a/b.yaml")
    Path("a/loop").symlink_to("..")
    Path("a/loop.yaml").symlink_to("..")
    Path("a/link.yaml").symlink_to("b.yaml")
    Path("a/nothing.yaml").symlink_to("nowhere")
    Path("a/self.yaml").symlink_to("self.yaml")
    kinds = {entry.path: type(entry) for entry in walk("", everything)}
    assert kinds == {
        "a/b.yaml": File,
        "a/link.yaml": File,
        "a/nothing.yaml": NoFile,
        "a/self.yaml": NoFile,
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file() -> None:
    os.mkfifo("a.yaml")
    assert [type(entry) for entry in walk("", everything)] == [NoFile]


@pytest.mark.parametrize(
    "marks",
    [["pyvenv.cfg"], ["run.lock"], ["config.json", "metrics.jsonl"], ["config.json", "checkpoints.jsonl"]],
)
def test_environments_and_runs_are_not_walked_into(marks: list[str]) -> None:
    tree("a.yaml", *(f"other/{name}" for name in [*marks, "b.yaml", "deep/c.yaml"]))
    assert found("") == ["a.yaml"]
    assert "other/b.yaml" in found("other"), "it was named"


def test_a_configuration_alone_makes_no_run() -> None:
    tree("a/config.json", "a/experiment.json")
    assert found("") == ["a/config.json", "a/experiment.json"]


def test_a_directory_is_walked_into_when_that_is_wanted() -> None:
    tree("a/b.yaml", "c/d.yaml")
    entered = [entry.path for entry in walk("", lambda directory: directory.path != "a")]
    assert entered == ["c/d.yaml"]


def test_directories_that_nobody_keeps_specs_in() -> None:
    names = (".git", ".venv", "node_modules", "__pycache__", "configs", "venv")
    assert [name for name in names if is_closed(name)] == [".git", ".venv", "node_modules", "__pycache__"]


def test_directories_may_be_nested_deeply(here: Path) -> None:
    for _ in range(120):
        Path("a" * 30).mkdir()
        os.chdir("a" * 30)
    Path("b.yaml").write_text("", encoding="utf-8")
    os.chdir(here)
    (file,) = walk("", everything)
    assert file.path.count("/") == 120


def test_a_directory_that_is_not_there_is_said() -> None:
    assert list(walk("nowhere", everything)) == [Unlisted("nowhere", "No such file or directory")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a directory that cannot be read")
def test_a_directory_that_cannot_be_read_is_said() -> None:
    tree("a.yaml", "b/c.yaml", "d/e.yaml")
    Path("b").chmod(0)
    try:
        assert [entry.path for entry in walk("", everything)] == ["a.yaml", "b", "d/e.yaml"]
    finally:
        Path("b").chmod(0o700)
