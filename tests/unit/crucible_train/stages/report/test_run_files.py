"""What a training stage left behind, whatever state it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crucible_train.stages.report.run_files import MAX_PLOT_BYTES, RunFiles, read_run_files
from tests.support.reports import write_json

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = [
    {"prompt": "say 1", "text": "one", "stop_reason": "stop"},
    {"prompt": "say 2", "error": "no words"},
]


def test_a_whole_run(tmp_path: Path) -> None:
    (tmp_path / "loss.svg").write_bytes(b"<svg/>")
    write_json(tmp_path / "samples.json", SAMPLES)
    write_json(tmp_path / "config.json", {"warnings": ["CRU402 unused"], "config": {"a": 1}})
    assert read_run_files(str(tmp_path)) == RunFiles(b"<svg/>", tuple(SAMPLES), ("CRU402 unused",), {"a": 1})


@pytest.mark.parametrize("where", ["", "nowhere", "file/below"])
def test_what_is_not_there_is_no_mistake(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    assert read_run_files(str(tmp_path / where)) == RunFiles(None, (), ())


@pytest.mark.parametrize("samples", [{}, "text", [3], [{}], [{"prompt": "a"}], [{"prompt": 1, "text": "b"}]])
def test_samples_that_are_none(tmp_path: Path, samples: object) -> None:
    write_json(tmp_path / "samples.json", samples)
    assert read_run_files(str(tmp_path)) == RunFiles(None, (), ("`samples.json` holds no samples",))


@pytest.mark.parametrize("config", [[], {}, {"warnings": None}])
def test_a_configuration_without_warnings(tmp_path: Path, config: object) -> None:
    write_json(tmp_path / "config.json", config)
    assert read_run_files(str(tmp_path)).warnings == ()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\udcff"])
def test_a_file_that_is_not_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    (problem,) = read_run_files(str(tmp_path)).warnings
    assert problem.startswith("`config.json` is not JSON: ")


def test_a_plot_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "loss.svg").write_bytes(b"x" * MAX_PLOT_BYTES)
    assert read_run_files(str(tmp_path)).plot is not None
    (tmp_path / "loss.svg").write_bytes(b"x" * (MAX_PLOT_BYTES + 1))
    found = read_run_files(str(tmp_path))
    assert found == RunFiles(None, (), ("`loss.svg` is left out: it has more than 1,000,000 bytes",))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name in ("loss.svg", "samples.json", "config.json"):
        (tmp_path / name).mkdir()
    assert read_run_files(str(tmp_path)).warnings == (
        "`loss.svg` cannot be read: Is a directory",
        "`samples.json` cannot be read: Is a directory",
        "`config.json` cannot be read: Is a directory",
    )


def test_a_path_that_no_file_can_have() -> None:
    assert "`loss.svg` cannot be read: embedded null byte" in read_run_files("a\0b").warnings
