from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crucible_train.project.inputs import Skipped, Spec, Stdin
from crucible_train.project.search import Search
from crucible_train.project.table import Project, read_project
from crucible_train.result import Err, Ok

SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: a.jsonl}\n"
OTHER = "kind: ConfigMap\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(**texts: str) -> None:
    for path, text in texts.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def project(**keys: Any) -> Project:
    read, problems = read_project(os.path.realpath("."), keys)
    assert problems == []
    return read


def stdin(text: str = SPEC, name: str | None = None) -> Stdin:
    return Stdin("-", name or "<stdin>", name is not None, lambda: Ok((text.encode(), "yaml")))


def search(
    table: Project | None = None, *, discover: bool = False, runs: str = "runs", given: Stdin | None = None
) -> Search:
    return Search(table, Path(runs), given or stdin(), discover=discover)


def outcome(one: Spec | Skipped) -> tuple[str, str]:
    if isinstance(one, Skipped):
        return one.path, one.reason
    return one.path, "ok" if isinstance(one.read, Ok) else one.read.error.diagnostics[0].code


def found(*paths: str, table: Project | None = None, **options: Any) -> dict[str, str]:
    outcomes = [outcome(one) for one in search(table, **options).paths(paths)]
    assert len(dict(outcomes)) == len(outcomes), "nothing comes twice"
    return dict(outcomes)


def included(table: Project) -> list[tuple[str, str]]:
    return [outcome(one) for one in search(table).included(table)]


def message(*paths: str, **options: Any) -> str:
    *_, last = search(**options).paths(paths)
    assert isinstance(last, Spec)
    assert isinstance(last.read, Err)
    assert not last.read.error.readable
    return str(last.read.error)


def test_files_are_taken_as_named() -> None:
    tree(**{"a.yaml": SPEC, "b.yaml": OTHER, "c.txt": ""})
    assert found("b.yaml", "a.yaml", "c.txt", "d.yaml") == {
        "b.yaml": "ok",
        "a.yaml": "ok",
        "c.txt": "CRU007",
        "d.yaml": "CRU001",
    }


def test_a_directory_gives_its_specs_in_order_and_counts_the_rest() -> None:
    tree(
        **{
            "s/b.yaml": SPEC,
            "s/a/z.json": "{}",
            "s/a.toml": "[model_ref]\n",
            "s/c.yml": "a: [\n",
            "s/d.txt": "",
        }
    )
    assert list(found("s").items()) == [
        ("s/a/z.json", "not a spec"),
        ("s/a.toml", "ok"),
        ("s/b.yaml", "ok"),
        ("s/c.yml", "not a spec"),
    ]


def test_a_key_of_another_tool_makes_no_spec() -> None:
    tree(**{"s/a.yaml": SPEC, "s/b.yaml": "pipeline: {name: a}\n", "s/c.json": '{"extends": "./d.json"}'})
    assert found("s") == {"s/a.yaml": "ok", "s/b.yaml": "not a spec", "s/c.json": "not a spec"}


def test_the_current_directory_has_no_name() -> None:
    tree(**{"s/b.yaml": SPEC})
    assert found(".") == found("./") == {"s/b.yaml": "ok"}


def test_a_spec_that_cannot_be_parsed_is_not_skipped() -> None:
    tree(**{"s/a.yaml": "model_ref: [\n", "s/b.yaml": "model_ref: caf\xe9\n"})
    Path("s/b.yaml").write_bytes(b"model_ref: caf\xe9\n")
    assert found("s") == {"s/a.yaml": "CRU011", "s/b.yaml": "CRU002"}


def test_a_file_is_found_once_however_it_is_named() -> None:
    tree(**{"s/a.yaml": SPEC, "s/b.yaml": SPEC, "s/k.yaml": OTHER})
    Path("link").symlink_to("s")
    assert list(found("s/b.yaml", "./s/b.yaml", "s", "link", "s/../s/a.yaml", "s/*", "s/b.yaml")) == [
        "s/b.yaml",
        "s/a.yaml",
        "s/k.yaml",
    ]


def test_a_file_that_is_named_is_checked_though_it_was_found() -> None:
    tree(**{"s/a.yaml": SPEC, "s/k.yaml": OTHER})
    assert found("s", "s/k.yaml") == {"s/a.yaml": "ok", "s/k.yaml": "ok"}
    by_path = {one.path: one for one in search().paths(["s", "s/k.yaml"]) if isinstance(one, Spec)}
    assert {path: one.is_found for path, one in by_path.items()} == {"s/a.yaml": True, "s/k.yaml": False}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.yaml", ["a.yaml"]),
        ("s/*.yaml", ["s/a.yaml"]),
        ("./s/*.yaml", ["s/a.yaml"]),
        ("s/**/*.yaml", ["s/.h/x.yaml", "s/a.yaml", "s/t/b.yaml"]),
        ("s/*/b.*", ["s/t/b.yaml"]),
        ("*/.h/*", ["s/.h/x.yaml"]),
        ("**/.h/*", ["s/.h/x.yaml"]),
        ("s/.h/*", ["s/.h/x.yaml"]),
        ("s/t/../*.yaml", ["s/t/../a.yaml"]),
    ],
)
def test_a_pattern_gives_the_specs_it_matches(pattern: str, expected: list[str]) -> None:
    tree(**dict.fromkeys(("a.yaml", "s/a.yaml", "s/t/b.yaml", "s/.h/x.yaml", "u/c.json"), SPEC))
    expected = [path for path in expected if pattern != "s/**/*.yaml" or ".h" not in path]
    assert list(found(pattern)) == expected
    assert list(found(str(Path(Path.cwd(), pattern)))) == [str(Path(Path.cwd(), path)) for path in expected]


def test_a_file_that_has_the_name_of_a_pattern_is_that_file() -> None:
    tree(**{"[ab].yaml": OTHER, "a.yaml": SPEC, "s[1]/b.yaml": SPEC})
    assert found("[ab].yaml") == {"[ab].yaml": "ok"}
    assert found("s[1]") == {"s[1]/b.yaml": "ok"}


def test_what_is_not_walked_into() -> None:
    closed = (".git", "node_modules", "__pycache__", "runs", "deep/runs/of")
    tree(**{f"{directory}/a.yaml": SPEC for directory in closed}, **{"a.yaml": SPEC, "venv/a.yaml": SPEC})
    tree(**{"venv/pyvenv.cfg": ""})
    assert found(".") == {"a.yaml": "ok", "deep/runs/of/a.yaml": "ok"}
    assert found(".", runs="deep") == {"a.yaml": "ok", "runs/a.yaml": "ok"}
    assert found("runs", ".git") == {"runs/a.yaml": "ok", ".git/a.yaml": "ok"}, "they were named"


def test_exclusion_is_about_what_is_found() -> None:
    table = project(exclude=["s/old", "**/*.draft.yaml"])
    tree(**dict.fromkeys(("s/a.yaml", "s/b.draft.yaml", "s/old/c.yaml"), SPEC))
    assert found("s", table=table) == {"s/a.yaml": "ok", "s/b.draft.yaml": "excluded"}
    assert found("s/b.draft.yaml", "s/old", table=table) == {"s/b.draft.yaml": "ok", "s/old/c.yaml": "ok"}


def test_what_the_project_includes_is_a_spec_whatever_is_in_it() -> None:
    table = project(include=["s/*.yaml", "t/**"], exclude=["t/no.yaml"])
    tree(**{"s/a.yaml": OTHER, "s/b.yaml": "a: [\n", "s/c.json": "{}", "t/u/d.yaml": SPEC, "t/no.yaml": SPEC})
    assert found("s", table=table) == {"s/a.yaml": "ok", "s/b.yaml": "CRU011", "s/c.json": "not a spec"}
    assert included(table) == [
        ("s/a.yaml", "ok"),
        ("s/b.yaml", "CRU011"),
        ("t/no.yaml", "excluded"),
        ("t/u/d.yaml", "ok"),
    ]


def test_what_the_project_includes_is_found_from_below(monkeypatch: pytest.MonkeyPatch) -> None:
    table = project(include=["s/*.yaml", "nowhere/*"])
    tree(**{"s/a.yaml": SPEC, "docs/b.md": ""})
    monkeypatch.chdir("docs")
    above = Path("..")
    assert included(table) == [
        (str(above / "s" / "a.yaml"), "ok"),
        (str(above / "pyproject.toml"), "CRU008"),
    ]
    (*_, missing) = search(table).included(table)
    assert isinstance(missing, Spec)
    assert "no file that may be a spec matches `nowhere/*`, which `include` has" in str(missing.read)


def test_a_gate_that_checks_nothing_is_an_error() -> None:
    tree(**{"empty/a.txt": "", "others/k.yaml": OTHER, "others/l.yaml": OTHER, "others/m.yaml": SPEC})
    assert message("empty").startswith("CRU008 no file that may be a spec is in this directory")
    assert message("no/*.yaml").startswith("CRU008 no file that may be a spec matches this pattern")
    table = project(exclude=["others/m.yaml"])
    assert message("others", table=table).startswith(
        "CRU008 no spec is in this directory; skipped: not specs (2), excluded (1)"
    )
    assert found("empty", "others", "others/l.yaml")["empty"] == "CRU008"


def test_each_path_has_to_have_a_spec() -> None:
    tree(**{"s/a.yaml": SPEC, "s/t/k.yaml": OTHER, "s/u/b.yaml": SPEC})
    assert found("s", "s/u") == {"s/a.yaml": "ok", "s/t/k.yaml": "not a spec", "s/u/b.yaml": "ok"}
    assert found("s", "s/t")["s/t"] == "CRU008"
    assert message("s", "s/t").startswith("CRU008 no spec is in this directory; skipped: not specs (1)")


def test_to_discover_is_to_treat_what_is_named_as_found() -> None:
    table = project(exclude=["old"], include=["in/*.yaml"])
    tree(
        **dict.fromkeys(("a.yaml", "old/deep/b.yaml"), SPEC),
        **{"k.yaml": OTHER, "in/c.yaml": OTHER, "d.md": ""},
    )
    assert found(
        "a.yaml", "old/deep/b.yaml", "k.yaml", "in/c.yaml", "d.md", "e.yaml", table=table, discover=True
    ) == {
        "a.yaml": "ok",
        "old/deep/b.yaml": "excluded",
        "k.yaml": "not a spec",
        "in/c.yaml": "ok",
        "d.md": "not a spec",
        "e.yaml": "CRU001",
    }
    Path("none").mkdir()
    assert found("none", "no*", discover=True) == {}


def test_standard_input_is_read_once_and_as_the_file_it_stands_for() -> None:
    table = project(exclude=["old/*"])
    tree(**{"s/base.yaml": SPEC})
    assert found("-") == {"<stdin>": "ok"}
    assert found("-", "-", "-", given=stdin("a: [")) == {"<stdin>": "CRU011"}
    assert found("-", given=stdin("extends: base.yaml\n", "s/new.yaml")) == {"s/new.yaml": "ok"}
    assert found("-", given=stdin("extends: base.yaml\n")) == {"<stdin>": "CRU021"}
    assert found("-", given=stdin(SPEC, "old/a.yaml"), table=table) == {"old/a.yaml": "ok"}
    assert found("-", given=stdin(SPEC, "old/a.yaml"), table=table, discover=True) == {
        "old/a.yaml": "excluded"
    }
    assert found("-", given=stdin(OTHER, "a.yaml"), discover=True) == {"a.yaml": "not a spec"}
    assert found("-", given=stdin(SPEC, "a.yaml"), discover=True) == {"a.yaml": "ok"}


def test_what_is_no_file_and_what_is_too_large_for_a_spec_is_skipped() -> None:
    tree(**{"s/a.yaml": SPEC, "s/big.json": ""})
    Path("s/nothing.yaml").symlink_to("nowhere")
    with Path("s/big.json").open("r+b") as file:
        file.truncate(17 * 1024 * 1024)
    assert found("s") == {
        "s/a.yaml": "ok",
        "s/big.json": "too large for a spec",
        "s/nothing.yaml": "not a regular file",
    }
    assert found("s", table=project(include=["s/big.json"]))["s/big.json"] == "CRU006"


def test_what_vanishes_meanwhile_is_an_error() -> None:
    tree(**dict.fromkeys(("s/a.yaml", "s/b.yaml", "s/c/d.yaml", "s/e.yaml"), SPEC))
    specs = search().paths(["s"])
    assert outcome(next(specs)) == ("s/a.yaml", "ok")
    Path("s/b.yaml").unlink()
    Path("s/c/d.yaml").unlink()
    Path("s/c").rmdir()
    assert [outcome(one) for one in specs] == [("s/b.yaml", "CRU001"), ("s/c", "CRU001"), ("s/e.yaml", "ok")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs what cannot be read")
def test_what_cannot_be_read_is_an_error() -> None:
    tree(**{"s/a.yaml": SPEC, "s/t/b.yaml": SPEC})
    Path("s/a.yaml").chmod(0)
    Path("s/t").chmod(0)
    try:
        assert found("s") == {"s/a.yaml": "CRU001", "s/t": "CRU001"}
    finally:
        Path("s/t").chmod(0o700)
