"""Data sets in files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.ports.dataset_store import Dataset, DatasetError, DatasetErrorCode, DatasetRequest
from crucible_train.result import Err


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "poems.jsonl": '{"text": "a"}\n{"text": "b"}\n{"text": "c"}\n',
        "table.csv": "question;answer\n1;2\n",
        "book.txt": "one\ntwo\n\nthree\n",
        "splits.json": '{"train": [{"n": 1}, {"n": 2}], "test": [{"n": 3}]}',
        "empty.jsonl": "",
        "header.csv": "a,b\n",
        "half.json": '{"train": [{"n": 1}], "test": []}',
        "bad.jsonl": '{"a": 1}\n{"a": \n',
        "latin1.txt": "",
        "notes.md": "# notes",
        "suffixless": '{"text": "a"}\n',
        "tree/train.jsonl": '{"n": 1}\n{"n": 2}\n',
        "tree/test.csv": "n\n3\n",
        "tree/README.md": "about",
        "tree/.hidden.jsonl": "broken",
        "tree/more/x.jsonl": "broken",
        "twins/train.jsonl": '{"n": 1}\n',
        "twins/train.csv": "n\n1\n",
        "parquet/train.jsonl": '{"n": 1}\n',
        "parquet/test.parquet": "PAR1",
        "bare/notes.md": "about",
        "named/train.json": '{"train": [{"n": 1}]}',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(text.encode())
    (tmp_path / "latin1.txt").write_bytes("gr\xfcn".encode("latin-1"))
    return tmp_path


def loaded(root: Path, name: str, **request: Any) -> Dataset:
    return FilesDatasetStore(root).load(DatasetRequest(name, **request)).unwrap()


def refused(root: Path, name: str, **request: Any) -> DatasetError:
    result = FilesDatasetStore(root).load(DatasetRequest(name, **request))
    assert isinstance(result, Err), f"loaded {len(result.value)} records"
    return result.error


class TestOneFile:
    """A file is the split `train`, unless it names its splits."""

    def test_is_the_split_train(self, root: Path) -> None:
        data = loaded(root, "poems.jsonl")
        assert data.get_split("train").unwrap().to_list() == [{"text": "a"}, {"text": "b"}, {"text": "c"}]
        error = data.get_split("test")
        assert isinstance(error, Err)
        assert error.error.code == DatasetErrorCode.SPLIT_NOT_FOUND
        assert error.error.candidates == ("train",)

    def test_names_its_splits_in_json(self, root: Path) -> None:
        data = loaded(root, "splits.json")
        assert data.get_split("test").unwrap().to_list() == [{"n": 3}]
        assert len(data) == 3

    def test_origin_is_the_name_in_the_spec(self, root: Path) -> None:
        assert loaded(root, "poems.jsonl").origin == "poems.jsonl"

    def test_an_absolute_path_is_taken_as_it_is(self, root: Path) -> None:
        assert len(loaded(Path("elsewhere"), str(root / "poems.jsonl"))) == 3

    def test_the_root_is_the_current_directory_by_default(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(root)
        assert len(FilesDatasetStore().load(DatasetRequest("poems.jsonl")).unwrap()) == 3

    def test_the_format_can_be_said(self, root: Path) -> None:
        assert loaded(root, "suffixless", format="jsonl").to_list() == [{"text": "a"}]
        assert loaded(root, "poems.jsonl", format="txt").to_list()[0] == {"text": '{"text": "a"}'}


class TestDirectories:
    """In a directory every file that can be read is a split."""

    def test_stems_are_splits(self, root: Path) -> None:
        data = loaded(root, "tree")
        assert data.get_split("train").unwrap().to_list() == [{"n": 1}, {"n": 2}]
        assert data.get_split("test").unwrap().to_list() == [{"n": "3"}]
        assert len(data) == 3

    def test_a_format_narrows_the_choice(self, root: Path) -> None:
        assert loaded(root, "twins", format="csv").to_list() == [{"n": "1"}]
        assert loaded(root, "parquet", format="jsonl").to_list() == [{"n": 1}]

    def test_two_files_of_one_stem_are_an_error(self, root: Path) -> None:
        error = refused(root, "twins")
        assert error.code == DatasetErrorCode.UNSUPPORTED_FORMAT
        assert error.candidates == ("train.csv", "train.jsonl")

    def test_data_that_is_not_read_is_not_passed_over(self, root: Path) -> None:
        error = refused(root, "parquet")
        assert error.code == DatasetErrorCode.UNSUPPORTED_FORMAT
        assert "test.parquet" in error.message

    def test_nothing_to_read_is_an_error(self, root: Path) -> None:
        error = refused(root, "bare")
        assert error.code == DatasetErrorCode.EMPTY
        assert "no `jsonl`, `json`, `csv` or `txt` file" in error.message
        assert "no `txt` file" in refused(root, "tree", format="txt").message

    def test_a_file_in_it_cannot_name_splits(self, root: Path) -> None:
        error = refused(root, "named")
        assert error.code == DatasetErrorCode.MALFORMED
        assert "each file is one split" in error.message


class TestNotFound:
    """The nearest names that exist are the candidates."""

    @pytest.mark.parametrize(
        ("name", "candidates"),
        [
            ("peoms.jsonl", ("poems.jsonl",)),
            ("poems", ("poems.jsonl",)),
            ("tre/train.jsonl", (str(Path("tree/train.jsonl")),)),
            ("tre/xyzzy.jsonl", ("tree",)),
            ("tree/trian.jsonl", (str(Path("tree/train.jsonl")),)),
            ("xyzzy", ()),
            ("poems.jsonl/train", ()),
            ("", ()),
        ],
    )
    def test_candidates(self, root: Path, name: str, candidates: tuple[str, ...]) -> None:
        error = refused(root, name)
        assert error.code == DatasetErrorCode.NOT_FOUND
        assert error.candidates == candidates

    def test_a_link_to_nothing(self, root: Path) -> None:
        (root / "dangling.jsonl").symlink_to(root / "gone.jsonl")
        assert refused(root, "dangling.jsonl").code == DatasetErrorCode.NOT_FOUND


class TestUnreadable:
    """It is there and cannot be read."""

    def test_names_no_system_accepts(self, root: Path) -> None:
        assert refused(root, "x" * 5000).code == DatasetErrorCode.UNREADABLE

    def test_not_utf8(self, root: Path) -> None:
        error = refused(root, "latin1.txt")
        assert error.code == DatasetErrorCode.UNREADABLE
        assert "latin1.txt: not UTF-8: byte 0xfc at offset 2" in error.message

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
    def test_a_pipe(self, root: Path) -> None:
        os.mkfifo(root / "pipe.jsonl")
        assert "neither a file nor a directory" in refused(root, "pipe.jsonl").message

    def test_no_permission(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
        error = refused(root, "poems.jsonl")
        assert error.code == DatasetErrorCode.UNREADABLE
        assert "Permission denied" in error.message


class TestFormats:
    """Which formats there are."""

    @pytest.mark.parametrize(
        ("wanted", "candidates"), [("parquet", ()), ("josnl", ("jsonl",)), ("JSONL", ("jsonl",)), ("", ())]
    )
    def test_an_unknown_format(self, root: Path, wanted: str, candidates: tuple[str, ...]) -> None:
        error = refused(root, "poems.jsonl", format=wanted)
        assert error.code == DatasetErrorCode.UNSUPPORTED_FORMAT
        assert error.candidates == candidates
        assert "is not read in this version, only `jsonl`, `json`, `csv` or `txt`" in error.message

    @pytest.mark.parametrize("name", ["notes.md", "suffixless"])
    def test_an_unknown_ending(self, root: Path, name: str) -> None:
        assert refused(root, name).code == DatasetErrorCode.UNSUPPORTED_FORMAT


class TestContents:
    """Malformed and empty files."""

    def test_malformed(self, root: Path) -> None:
        error = refused(root, "bad.jsonl")
        assert error.code == DatasetErrorCode.MALFORMED
        assert "bad.jsonl:2:6: Expecting value" in error.message

    @pytest.mark.parametrize("name", ["empty.jsonl", "header.csv"])
    def test_empty(self, root: Path, name: str) -> None:
        error = refused(root, name)
        assert error.code == DatasetErrorCode.EMPTY
        assert name in error.message

    def test_an_empty_split(self, root: Path) -> None:
        error = refused(root, "half.json")
        assert error.code == DatasetErrorCode.EMPTY
        assert "the split `test`" in error.message


class TestOptions:
    """No option is accepted and ignored."""

    def test_text_unit(self, root: Path) -> None:
        data = loaded(root, "book.txt", options={"text_unit": "paragraph"})
        assert data.to_list() == [{"text": "one\ntwo"}, {"text": "three"}]

    def test_delimiter(self, root: Path) -> None:
        data = loaded(root, "table.csv", options={"delimiter": ";"})
        assert data.to_list() == [{"question": "1", "answer": "2"}]

    def test_limit(self, root: Path) -> None:
        assert len(loaded(root, "poems.jsonl", options={"limit": 2})) == 2

    @pytest.mark.parametrize(
        ("options", "candidates"),
        [
            ({"text_unti": "line"}, ("text_unit",)),
            ({"encoding": "latin-1"}, ("text_unit", "delimiter", "limit", "columns", "shape")),
            ({"text_unit": "lines"}, ("line",)),
            ({"text_unit": "word"}, ("line", "paragraph", "document")),
            ({"text_unit": ["line"]}, ("line", "paragraph", "document")),
            ({"delimiter": ""}, ()),
            ({"delimiter": '"'}, ()),
            ({"delimiter": "ab"}, ()),
            ({"delimiter": 3}, ()),
            ({"limit": 0}, ()),
            ({"limit": True}, ()),
            ({"limit": "3"}, ()),
        ],
    )
    def test_mistakes(self, root: Path, options: dict[str, Any], candidates: tuple[str, ...]) -> None:
        error = refused(root, "book.txt", options=options)
        assert error.code == DatasetErrorCode.UNKNOWN_OPTION
        assert f"`{next(iter(options))}`" in error.message
        assert error.candidates == candidates

    @pytest.mark.parametrize(
        ("name", "option", "value"), [("poems.jsonl", "text_unit", "line"), ("book.txt", "delimiter", ";")]
    )
    def test_an_option_of_another_format(self, root: Path, name: str, option: str, value: str) -> None:
        error = refused(root, name, options={option: value})
        assert error.code == DatasetErrorCode.UNKNOWN_OPTION
        assert f"the option `{option}` is for" in error.message

    def test_an_option_for_some_files_of_a_directory(self, root: Path) -> None:
        assert len(loaded(root, "tree", options={"delimiter": ";"})) == 3

    def test_files_have_no_versions(self, root: Path) -> None:
        error = refused(root, "poems.jsonl", version="2.0")
        assert error.code == DatasetErrorCode.UNKNOWN_OPTION
        assert "`2.0`" in error.message
