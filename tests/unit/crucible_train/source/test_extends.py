"""`extends`: what a chain of files says, where it says so, and what is said when it cannot be read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from crucible_train.result import Err, Ok
from crucible_train.source import Document, SourceError, load_bytes, load_path, load_text
from crucible_train.source import extends as following

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, and the current directory."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").touch()
    monkeypatch.chdir(root)
    return root


def write(root: Path, **texts: str) -> None:
    """Files by their names, `__` for a slash; all are YAML."""
    for name, text in texts.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(name: str = "spec.yaml") -> Document:
    match load_path(name):
        case Ok(document):
            return document
        case Err(error):
            raise AssertionError(f"refused: {error}")


def refuse(name: str = "spec.yaml") -> SourceError:
    match load_path(name):
        case Ok(document):
            raise AssertionError(f"accepted: {document}")
        case Err(error):
            return error


def said(name: str = "spec.yaml") -> list[str]:
    """Place and code of every error."""
    return [f"{found.span} {found.code}" for found in refuse(name).diagnostics]


class TestMerge:
    def test_mappings_key_by_key_and_the_rest_replaced(self, project: Path) -> None:
        write(project, base="a: {x: 1, y: {z: 2}}\nb: [1, 2]\nc: 3")
        write(project, spec="extends: base.yaml\na: {y: {w: 4}}\nb: [5]\nd: {}\n")
        assert load().data == {"a": {"x": 1, "y": {"z": 2, "w": 4}}, "b": [5], "c": 3, "d": {}}

    def test_a_null_takes_back_what_is_below_it(self, project: Path) -> None:
        write(project, base="a: 1\nb: {c: 2}\nd: null", spec="extends: base.yaml\na: null\nb: ~\nd: {e: 1}")
        assert load().data == {"a": None, "b": None, "d": {"e": 1}}

    def test_the_first_of_a_list_is_the_lowest_and_a_base_may_extend_others(self, project: Path) -> None:
        write(project, low="a: low\nb: low\nc: low\nd: low", first="extends: low.yaml\nb: first\nc: first")
        write(project, second="c: second", spec="extends: [first.yaml, second.yaml]\nd: spec")
        assert load().data == {"a": "low", "b": "first", "c": "second", "d": "spec"}

    def test_a_file_reached_twice_is_read_once_and_stays_below_all_that_extend_it(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(project, low="a: low\nb: no", left="extends: low.yaml\na: left", right="extends: ./low.yaml")
        write(project, spec="extends: [left.yaml, right.yaml]")
        opened: list[str] = []
        read = following.read_file
        monkeypatch.setattr(following, "read_file", lambda name: (opened.append(str(name)), read(name))[1])
        document = load()
        assert document.data == {"a": "left", "b": "no"}
        assert opened == ["left.yaml", "low.yaml", "right.yaml"]
        assert [str(one.span) for one in document.warnings] == ["low.yaml:2:4"]

    def test_formats_mix(self, project: Path) -> None:
        (project / "base.toml").write_text("[a]\nx = 1\n", encoding="utf-8")
        (project / "more.json").write_text('{"a": {"y": 2}}', encoding="utf-8")
        write(project, spec="extends: [base.toml, more.json]\na: {z: 3}")
        document = load()
        assert document.format == "yaml"
        assert document.data == {"a": {"x": 1, "y": 2, "z": 3}}
        assert [str(document.span(("a", key))) for key in "xyz"] == [
            "base.toml:2:5",
            "more.json:1:13",
            "spec.yaml:2:8",
        ]

    @pytest.mark.parametrize("nothing", ["null", ""])
    def test_a_null_extends_nothing(self, project: Path, nothing: str) -> None:
        write(project, spec=f"extends: {nothing}\na: 1")
        assert load().data == {"a": 1}


class TestPlaces:
    def test_everything_is_where_it_is_written(self, project: Path) -> None:
        write(project, base="a: {x: 1, l: [1, {k: 2}]}\nb: 1\nn: {m: 1}")
        write(project, configs__spec="extends: ../base.yaml\na: {y: 2}\nb: 2\nn: null")
        document = load("configs/spec.yaml")
        spec, base = "configs/spec.yaml", "base.yaml"
        assert {loc: str(document.span(loc)) for loc in PLACES} == {
            (): f"{spec}:1:1",
            ("a",): f"{spec}:2:4",
            ("a", "x"): f"{base}:1:8",
            ("a", "y"): f"{spec}:2:8",
            ("a", "l", 1, "k"): f"{base}:1:22",
            ("a", "none"): f"{spec}:2:4",
            ("a", "l", 9): f"{base}:1:14",
            ("b",): f"{spec}:3:4",
            ("n",): f"{spec}:4:4",
            ("n", "m"): f"{spec}:4:4",
        }
        assert str(document.span(("a", "x"), "key")) == f"{base}:1:5"
        rank = document.rank
        assert rank is not None
        assert [rank(loc) for loc in (("a", "x"), ("a",), ("b",), ("n", "m"))] == [0, 1, 1, 1]

    def test_a_value_between_hides_the_mapping_below_it(self, project: Path) -> None:
        write(project, low="a: {x: 1}", mid="extends: low.yaml\na: 5", spec="extends: mid.yaml\na: {y: 2}")
        document = load()
        assert document.data == {"a": {"y": 2}}
        assert str(document.span(("a", "x"))) == "spec.yaml:2:4"

    def test_all_texts_are_there(self, project: Path) -> None:
        write(project, base="a: 1", spec="extends: base.yaml")
        assert load().texts == {"base.yaml": "a: 1", "spec.yaml": "extends: base.yaml"}
        write(project, base="a: [")
        assert refuse().texts == {"base.yaml": "a: [", "spec.yaml": "extends: base.yaml"}

    def test_a_document_that_extends_nothing_has_no_rank(self, project: Path) -> None:
        write(project, spec="a: 1")
        assert load().rank is None


PLACES = (
    (),
    ("a",),
    ("a", "x"),
    ("a", "y"),
    ("a", "l", 1, "k"),
    ("a", "none"),
    ("a", "l", 9),
    ("b",),
    ("n",),
    ("n", "m"),
)


class TestText:
    def test_text_in_a_directory_is_as_a_file_there(self, project: Path) -> None:
        write(project, configs__base="a: 1")
        text = "extends: base.yaml\nb: 2"
        for read in (
            load_text(text, format="yaml", name="<stdin>", directory="configs"),
            load_bytes(text.encode(), format="yaml", name="<stdin>", directory="configs"),
        ):
            document = read.unwrap()
            assert document.data == {"a": 1, "b": 2}
            assert [str(document.span((key,))) for key in "ab"] == ["configs/base.yaml:1:4", "<stdin>:2:4"]

    def test_text_by_a_file_s_name_is_that_file(self, project: Path) -> None:
        write(project, configs__spec="a: 1")
        match load_text("extends: spec.yaml", format="yaml", name="configs/spec.yaml", directory="configs"):
            case Err(error):
                assert [found.code for found in error.diagnostics] == ["CRU022"]
            case Ok():
                pytest.fail("accepted")

    def test_text_in_no_directory(self) -> None:
        match load_text("extends: [base.yaml, b.yaml]\na: 1", format="yaml"):
            case Err(error):
                [found] = error.diagnostics
                assert (found.code, str(found.span)) == ("CRU021", "<text>:1:11")
                assert "no directory to find `base.yaml` from" in found.message
                assert error.document is not None
                assert error.document.data == {"a": 1}
            case Ok():
                pytest.fail("accepted")


class TestFindings:
    @pytest.mark.parametrize(
        ("value", "place", "message", "hint"),
        [
            ("bsae.yaml", 10, "`bsae.yaml` cannot be read: no such file", "did you mean `base.yaml`"),
            (
                "[base.yaml, sub]",
                22,
                "`sub` cannot be read: this is a directory",
                "name a file in it",
            ),
            (
                "notes.txt",
                10,
                "`notes.txt` cannot be read: the file name does not say which format it is",
                "rename the file to end in one of .yaml, .yml, .json, .toml",
            ),
            ("[base.yaml, '']", 22, "names a file, or a list of files", "write a path"),
            ("3", 10, "names a file, or a list of files", "write a path"),
            ("{a: base.yaml}", 10, "names a file, or a list of files", "write a path"),
            ("[base.yaml, [base.yaml]]", 22, "names a file, or a list of files", "write a path"),
            ("[]", 10, "`extends` names no file", "remove it"),
            ("'.\\base.yaml'", 10, "is no path with forward slashes", "write `./base.yaml`"),
            ('"a\\0.yaml"', 10, "cannot be a path", "write a path"),
            (f"{'x' * 300}.yaml", 10, "cannot be opened: File name too long", ""),
        ],
    )
    def test_what_cannot_be_read(
        self, project: Path, value: str, place: int, message: str, hint: str
    ) -> None:
        (project / "sub").mkdir()
        (project / "notes.txt").touch()
        write(project, base="a: 1", spec=f"extends: {value}\nb: 2")
        [found] = (error := refuse()).diagnostics
        assert (found.code, str(found.span)) == ("CRU021", f"spec.yaml:1:{place}")
        assert found.loc[0] == "extends"
        assert message in found.message
        assert hint in (found.hint or "")
        assert error.readable
        assert error.document is not None
        assert error.document.data == ({"a": 1, "b": 2} if value.startswith("[b") else {"b": 2})

    def test_a_file_by_two_names_is_said_once(self, project: Path) -> None:
        write(project, spec="extends: [none.yaml, sub/../none.yaml]")
        assert said() == ["spec.yaml:1:11 CRU021"]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("../outside.yaml", "`../outside.yaml` leads out of the project"),
            ("../none.yaml", "`../none.yaml` leads out of the project"),
            ("/etc/hosts.yaml", "`/etc/hosts.yaml` is an absolute path"),
            ("C:/base.yaml", "`C:/base.yaml` is an absolute path"),
            ("https://example.org/base.yaml", "`https://example.org/base.yaml` is a URL"),
            ("link.yaml", "`link.yaml` leads out of the project"),
            ("linked/outside.yaml", "`linked/outside.yaml` leads out of the project"),
        ],
    )
    def test_what_is_outside(self, project: Path, value: str, message: str) -> None:
        write(project.parent, outside="a: 1")
        (project / "link.yaml").symlink_to(project.parent / "outside.yaml")
        (project / "linked").symlink_to(project.parent)
        write(project, spec=f"extends: {value}\nb: 2")
        [found] = refuse().diagnostics
        assert (found.code, str(found.span)) == ("CRU023", "spec.yaml:1:10")
        assert found.message == message

    def test_a_link_inside_the_project_is_followed(self, project: Path) -> None:
        write(project, real__base="a: 1", spec="extends: link.yaml")
        (project / "link.yaml").symlink_to("real/base.yaml")
        document = load()
        assert str(document.span(("a",))) == "link.yaml:1:4"

    def test_cycles_show_the_chain(self, project: Path) -> None:
        write(project, spec="extends: configs/a.yaml", configs__a="extends: b.yaml")
        write(project, configs__b="x: 1\nextends: [../configs/a.yaml]")
        [found] = refuse().diagnostics
        assert str(found.span) == "configs/b.yaml:2:11"
        assert found.code == "CRU022"
        assert found.message == (
            "files extend one another in a cycle: `configs/a.yaml` -> `configs/b.yaml` -> `configs/a.yaml`"
        )

    def test_a_file_that_extends_itself_through_a_link(self, project: Path) -> None:
        write(project, spec="extends: link.yaml")
        (project / "link.yaml").symlink_to("spec.yaml")
        assert said() == ["spec.yaml:1:10 CRU022"]

    def test_the_findings_of_every_file_are_there_each_once(self, project: Path) -> None:
        write(
            project, low="a: .nan\nx: no", left="extends: low.yaml\nb: .inf", right="extends: low.yaml\nc: ["
        )
        write(project, spec="extends: [left.yaml, right.yaml]\nd: -.inf")
        error = refuse()
        assert said() == [
            "left.yaml:2:4 CRU014",
            "low.yaml:1:4 CRU014",
            "right.yaml:2:5 CRU011",
            "spec.yaml:2:4 CRU014",
        ]
        assert [found.loc for found in error.diagnostics] == [("b",), ("a",), ("extends",), ("d",)]
        assert error.document is not None
        assert [str(one.span) for one in error.document.warnings] == ["low.yaml:2:4"]

    def test_a_finding_is_not_about_the_value_that_replaces_its_own(self, project: Path) -> None:
        write(project, base="a: .nan\nb: {c: [1, .nan]}", spec="extends: base.yaml\na: 1\nb: {c: [2, 3]}")
        assert [found.loc for found in refuse().diagnostics] == [(), ()]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"\xff\xfe", "CRU002"),
            (b"a: \0", "CRU002"),
            (b"", "CRU003"),
            (b"- 1", "CRU004"),
            (b"[" * 200, "CRU006"),
        ],
    )
    def test_a_base_that_gives_no_data(self, project: Path, data: bytes, code: str) -> None:
        (project / "base.yaml").write_bytes(data)
        write(project, spec="extends: base.yaml\na: 1")
        [found] = (error := refuse()).diagnostics
        assert found.code == code
        assert found.span is not None
        assert found.span.file == "base.yaml"
        assert found.loc == ("extends",)
        assert error.readable
        assert error.document is not None
        assert error.document.data == {"a": 1}

    def test_a_top_that_gives_no_data_is_reported_alone(self, project: Path) -> None:
        write(project, spec="extends: none.yaml\na: [")
        assert said() == ["spec.yaml:2:5 CRU011"]

    def test_a_value_of_extends_that_is_refused_names_nothing(self, project: Path) -> None:
        write(project, spec="extends: [!x base.yaml]\na: 1")
        assert said() == ["spec.yaml:1:10 CRU021", "spec.yaml:1:11 CRU013"]


class TestBudgets:
    def test_a_chain_of_as_many_files_as_may_be(self, project: Path) -> None:
        write(project, b31="a: 1", **{f"b{n}": f"extends: b{n + 1}.yaml" for n in range(31)})
        assert load("b0.yaml").data == {"a": 1}

    def test_one_more(self, project: Path) -> None:
        write(project, b32="a: 1", **{f"b{n}": f"extends: b{n + 1}.yaml\nx{n}: 1" for n in range(32)})
        [found] = (error := refuse("b0.yaml")).diagnostics
        assert (found.code, str(found.span)) == ("CRU006", "b31.yaml:1:10")
        assert "32 files" in found.message
        assert error.document is not None
        assert error.document.data == {f"x{n}": 1 for n in range(32)}

    def test_a_list_of_very_many(self, project: Path) -> None:
        write(project, spec=f"extends: [{', '.join(f'b{n}.yaml' for n in range(5000))}]\na: 1")
        assert said() == ["spec.yaml:1:10 CRU006"]

    def test_files_that_are_not_there_count(self, project: Path) -> None:
        names = ", ".join(f"b{n}.yaml" for n in range(20))
        write(project, base=f"extends: [{names}]", spec=f"extends: [base.yaml, {names.replace('b', 'c')}]")
        codes = [found.code for found in refuse().diagnostics]
        assert (codes.count("CRU021"), codes.count("CRU006")) == (30, 1)

    def test_bytes_of_all_files_together(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(following, "MAX_BYTES", 60)
        write(project, first="a: 1", second=f"b: {'x' * 50}", spec="extends: [first.yaml, second.yaml]")
        [found] = refuse().diagnostics
        assert (found.code, str(found.span)) == ("CRU006", "spec.yaml:1:23")

    def test_keys_and_values_of_all_files_together(self, project: Path) -> None:
        many = "[" + "1," * 12_000 + "]"
        write(project, first=f"a: {many}", second=f"b: {many}", third="c: 1")
        write(project, spec="extends: [first.yaml, second.yaml, third.yaml]\nd: 1")
        [found] = (error := refuse()).diagnostics
        assert (found.code, str(found.span)) == ("CRU006", "spec.yaml:1:23")
        assert error.document is not None
        assert set(error.document.data) == {"a", "d"}

    def test_a_base_that_is_too_large_by_itself(self, project: Path) -> None:
        with (project / "base.yaml").open("wb") as file:
            file.truncate(17 * 1024 * 1024)
        write(project, spec="extends: base.yaml")
        assert said() == ["spec.yaml:1:10 CRU006"]


class TestHostile:
    def test_a_link_to_itself(self, project: Path) -> None:
        (project / "loop.yaml").symlink_to("loop.yaml")
        write(project, spec="extends: loop.yaml")
        [found] = refuse().diagnostics
        assert found.code == "CRU021"
        assert "cannot be opened" in found.message

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_a_pipe(self, project: Path) -> None:
        os.mkfifo(project / "pipe.yaml")
        write(project, spec="extends: pipe.yaml")
        [found] = refuse().diagnostics
        assert found.code == "CRU021"
        assert "a named pipe" in found.message

    @pytest.mark.skipif(sys.platform == "win32", reason="the system has no device files")
    def test_a_device(self, project: Path) -> None:
        (project / "null.yaml").symlink_to("/dev/null")
        write(project, spec="extends: null.yaml")
        assert said() == ["spec.yaml:1:10 CRU023"]

    def test_names_that_a_terminal_acts_on(self, project: Path) -> None:
        write(project, spec='extends: "\\e[31m.yaml"')
        assert "\x1b" not in str(refuse())


class TestRoot:
    """Where the project starts, and so what is outside."""

    @pytest.fixture(autouse=True)
    def no_project(self, project: Path) -> None:
        (project / "pyproject.toml").unlink()
        write(project, base="a: 1", sub__spec="extends: ../base.yaml")

    def test_the_nearest_directory_with_a_mark(self, project: Path) -> None:
        for mark in (project / "sub" / ".git", project / "sub" / "pyproject.toml"):
            mark.touch()
            assert said("sub/spec.yaml") == ["sub/spec.yaml:1:10 CRU023"]
            mark.unlink()
        (project / ".git").mkdir()
        assert load("sub/spec.yaml").data == {"a": 1}

    def test_of_the_top_file_not_of_the_base(self, project: Path) -> None:
        (project / ".git").mkdir()
        write(project, lib__base="extends: ../base.yaml", spec="extends: lib/base.yaml")
        (project / "lib" / "pyproject.toml").touch()
        assert load().data == {"a": 1}
        assert said("lib/base.yaml") == ["lib/base.yaml:1:10 CRU023"]

    def test_without_one_the_current_directory_above_the_file(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert load("sub/spec.yaml").data == {"a": 1}
        monkeypatch.chdir(project / "sub")
        assert said() == ["spec.yaml:1:10 CRU023"]

    def test_or_the_directory_of_a_file_elsewhere(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(project, spec="extends: base.yaml")
        monkeypatch.chdir(project / "sub")
        document = load("../spec.yaml")
        assert str(document.span(("a",))) == "../base.yaml:1:4"
