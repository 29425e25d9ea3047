"""The reference pages in the repository are up to date, and the command writes, checks and removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crucible_train.schema import reference_docs
from crucible_train.schema.reference.markdown import NOTE, slug
from crucible_train.schema.reference_docs import PAGES, main, pages
from tests.support.golden import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

DOCS = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return pages()


def headings(text: str) -> list[str]:
    outside = "".join(text.split("```")[::2])
    return [line for line in outside.splitlines() if line.startswith("#")]


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_in_the_repository_are_up_to_date(name: str, texts: dict[str, str]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == texts[name], "run: make docs"


@pytest.mark.parametrize("name", PAGES)
def test_pages_say_that_they_are_generated_and_have_one_title(name: str, texts: dict[str, str]) -> None:
    text = texts[name]
    assert text.startswith(f"{NOTE}\n\n# ")
    assert len([line for line in headings(text) if line.startswith("# ")]) == 1
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_has_an_anchor_of_its_own(name: str, texts: dict[str, str]) -> None:
    anchors = [slug(line.lstrip("#")) for line in headings(texts[name])]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_a_table_has_all_cells(name: str, texts: dict[str, str]) -> None:
    width = 0
    for line in texts[name].splitlines():
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert cells in (0, width) or width == 0, line
        width = cells


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def written_once(self, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name, text in texts.items():
            monkeypatch.setitem(PAGES, name, lambda text=text: text)

    def test_writes_the_pages(
        self, tmp_path: Path, texts: dict[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        directory = tmp_path / "docs" / "reference"
        assert main([str(directory)]) == 0
        written = {path: path.read_text(encoding="utf-8") for path in directory.rglob("*") if path.is_file()}
        assert {path.relative_to(directory).as_posix(): text for path, text in written.items()} == texts
        assert capsys.readouterr().out.count("written") == len(PAGES)
        assert main([str(directory)]) == 0
        assert capsys.readouterr().out == ""

    def test_finds_missing_ones(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([str(tmp_path / "nowhere"), "--check"]) == 1
        assert capsys.readouterr().out.count("missing; run `make docs`") == len(PAGES)
        assert list(tmp_path.iterdir()) == []

    def test_finds_a_stale_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main([str(tmp_path)])
        assert main([str(tmp_path), "--check"]) == 0
        (tmp_path / "rules.md").write_text("old", encoding="utf-8")
        capsys.readouterr()
        assert main([str(tmp_path), "--check"]) == 1
        assert capsys.readouterr().out == f"{tmp_path / 'rules.md'}: out of date; run `make docs`\n"
        assert (tmp_path / "rules.md").read_text(encoding="utf-8") == "old"

    def test_finds_and_removes_one_that_is_left_over(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main([str(tmp_path)])
        old, own = tmp_path / "rules" / "CRU999.md", tmp_path / "written-by-hand.md"
        old.write_text(f"{NOTE}\n\n# Old\n", encoding="utf-8")
        own.write_text("# By hand\n", encoding="utf-8")
        capsys.readouterr()
        assert main([str(tmp_path), "--check"]) == 1
        assert capsys.readouterr().out == f"{old}: left over; run `make docs`\n"
        assert main([str(tmp_path)]) == 0
        assert capsys.readouterr().out == f"{old}: removed\n"
        assert (old.exists(), own.exists()) == (False, True)

    def test_a_new_page_is_missing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        main([str(tmp_path)])
        monkeypatch.setitem(reference_docs.PAGES, "new.md", lambda: f"{NOTE}\n")
        capsys.readouterr()
        assert main([str(tmp_path), "--check"]) == 1
        assert capsys.readouterr().out == f"{tmp_path / 'new.md'}: missing; run `make docs`\n"
