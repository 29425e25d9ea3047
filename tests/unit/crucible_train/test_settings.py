from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crucible_train.project.table import Override, Project
from crucible_train.result import Err, Ok
from crucible_train.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty directory, and no settings from the outside."""
    for name in list(os.environ):
        if name.upper().startswith("CRUCIBLE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def project(text: str) -> Path:
    path = Path.cwd() / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def settings() -> Settings:
    match load_settings():
        case Ok(found):
            return found
        case Err(error):
            pytest.fail(str(error))


def problems() -> tuple[str, ...]:
    match load_settings():
        case Ok(found):
            pytest.fail(str(found))
        case Err(error):
            assert str(error) == "\n".join(error.problems)
            return error.problems


def test_with_nothing_set_the_defaults_hold() -> None:
    assert settings() == Settings(
        backend=None, dataset_store=None, tokenizer=None, data_root=None, runs_dir=Path("runs"), secrets={}
    )


def test_every_variable_sets_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("backend", "dataset_store", "tokenizer", "data_root", "runs_dir"):
        monkeypatch.setenv(f"CRUCIBLE_{name.upper()}", f"my-{name}")
    found = settings()
    assert (found.backend, found.dataset_store, found.tokenizer) == (
        "my-backend",
        "my-dataset_store",
        "my-tokenizer",
    )
    assert (found.data_root, found.runs_dir) == (Path("my-data_root"), Path("my-runs_dir"))


@pytest.mark.parametrize(
    "text",
    [
        '[tool.crucible]\nbackend = "mine"\nruns_dir = "out"\n',
        'tool.crucible.backend = "mine"\ntool.crucible.runs_dir = "out"\n',
        '[tool]\ncrucible = {backend = "mine", runs_dir = "out"}\n',
        '["tool"."crucible"]\nbackend = "mine"\nruns_dir = "out"\n',
    ],
)
def test_the_table_in_every_spelling_toml_has(text: str) -> None:
    project(text)
    assert (settings().backend, settings().runs_dir) == ("mine", Path("out"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[project]\nname = "crucible-user"\ndependencies = ["crucible-train"]\n',
        "# [tool.crucible] some day\n",
        '[tool.crucible-x]\nbackend = "other"\n',
        '[tool.other]\ncrucible = "other"\n',
        "not crucial { [",
    ],
)
def test_a_project_without_the_table_has_no_settings(text: str) -> None:
    project(text)
    assert settings() == Settings()


def test_a_variable_wins_over_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    project('[tool.crucible]\nbackend = "from-table"\ntokenizer = "from-table"\n')
    monkeypatch.setenv("CRUCIBLE_BACKEND", "from-variable")
    assert (settings().backend, settings().tokenizer) == ("from-variable", "from-table")


def test_the_nearest_project_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    project('[tool.crucible]\nbackend = "outer"\n')
    inner = Path("inner/deep")
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert settings().backend == "outer"
    Path("../pyproject.toml").write_text('[project]\nname = "inner"\n', encoding="utf-8")
    assert settings().backend is None


def test_a_directory_can_be_named() -> None:
    other = Path("other")
    other.mkdir()
    (other / "pyproject.toml").write_text('[tool.crucible]\nbackend = "other"\n', encoding="utf-8")
    assert load_settings(other).unwrap().backend == "other"
    assert settings().backend is None


def test_an_unknown_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKND", "local")
    monkeypatch.setenv("crucible_zzz", "1")
    assert sorted(problems()) == [
        "CRUCIBLE_BACKND: no such setting; did you mean `CRUCIBLE_BACKEND`?",
        (
            "crucible_zzz: no such setting; known: CRUCIBLE_BACKEND, CRUCIBLE_DATASET_STORE, "
            "CRUCIBLE_TOKENIZER, CRUCIBLE_DATA_ROOT, CRUCIBLE_RUNS_DIR, CRUCIBLE_SECRETS, "
            "CRUCIBLE_SET__KEY"
        ),
    ]


def test_only_secrets_have_names_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKEND__NAME", "local")
    assert problems() == ("CRUCIBLE_BACKEND__NAME: no such setting; did you mean `CRUCIBLE_BACKEND`?",)


@pytest.mark.parametrize("name", ["BACKEND", "DATASET_STORE", "TOKENIZER", "DATA_ROOT", "RUNS_DIR"])
def test_an_empty_variable_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CRUCIBLE_{name}", "")
    assert problems() == (f"CRUCIBLE_{name}: must not be empty",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("backned = 'local'", "`backned` or CRUCIBLE_BACKNED: no such setting; did you mean `backend`?"),
        ("zzz = 1", "`zzz` or CRUCIBLE_ZZZ: no such setting"),
        ("backend = 5", "`backend` or CRUCIBLE_BACKEND: must be text"),
        ("runs_dir = 5", "`runs_dir` or CRUCIBLE_RUNS_DIR: must be a path, as text"),
        ("secrets = 5", "`secrets` or CRUCIBLE_SECRETS: must be a table of names and keys"),
        ("secrets = {a = 5}", "`secrets.a` or CRUCIBLE_SECRETS__A: must be text"),
    ],
)
def test_a_wrong_table_is_an_error(text: str, problem: str) -> None:
    path = project(f"[tool.crucible]\n{text}\n")
    assert problems() == (f"{path} [tool.crucible] {problem}",)


def test_what_the_table_says_about_files() -> None:
    path = project(
        '[tool.crucible]\ninclude = ["specs/*.yaml"]\nexclude = ["specs/old"]\n'
        '[[tool.crucible.overrides]]\nfiles = ["specs/data/*"]\nstage = "validate_data"\n'
    )
    assert settings() == Settings(
        project=Project(
            os.path.realpath(path.parent),
            ("specs/*.yaml",),
            ("specs/old",),
            (Override(("specs/data/*",), "validate_data"),),
        )
    )


def test_a_table_of_any_kind_has_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().project is None
    path = project("[tool.crucible]\n")
    inner = Path("inner")
    inner.mkdir()
    monkeypatch.chdir(inner)
    monkeypatch.setenv("CRUCIBLE_TOKENIZER", "mine")
    assert settings() == Settings(tokenizer="mine", project=Project(os.path.realpath(path.parent)))


def test_a_variable_wins_over_the_backends_of_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    project('[tool.crucible]\noverrides = [{files = ["a"], stage = "b", backend = "c"}]\n')
    monkeypatch.setenv("CRUCIBLE_BACKEND", "local")
    found = settings().project
    assert found is not None
    assert found.overrides == (Override(("a",), "b", None),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("inclde = []", "`inclde` or CRUCIBLE_INCLDE: no such setting; did you mean `include`?"),
        ("include = 'a'", '`include`: must be a list of patterns, such as ["specs/**/*.yaml"]'),
        (
            "overrides = [{files = ['a'], stge = 'b', backend = 'c'}]",
            "`overrides[0].stge`: no such key; did you mean `stage`?",
        ),
    ],
)
def test_a_wrong_key_about_files_is_an_error(text: str, problem: str) -> None:
    path = project(f"[tool.crucible]\n{text}\n")
    assert problems() == (f"{path} [tool.crucible] {problem}",)


def test_no_variable_is_about_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_INCLUDE", "a")
    (problem,) = problems()
    assert problem.startswith("CRUCIBLE_INCLUDE: no such setting")


def test_problems_of_both_kinds_are_told_at_once() -> None:
    project("[tool.crucible]\nbackend = 5\ninclude = 5\n")
    assert len(problems()) == 2


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    project("[tool.crucible]\nbackend = 5\nzzz = 1\n")
    monkeypatch.setenv("CRUCIBLE_BACKND", "local")
    assert len(problems()) == 3


def test_a_table_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    path = project("[tool]\ncrucible = 5\n")
    assert problems() == (f"{path}: `tool.crucible` must be a table",)


def test_a_project_that_is_no_toml() -> None:
    path = project("[tool.crucible\n")
    (problem,) = problems()
    assert problem.startswith(f"{path}: not well-formed TOML: ")


def test_a_project_that_is_not_utf8() -> None:
    path = Path.cwd() / "pyproject.toml"
    path.write_bytes(b"# caf\xe9 crucible")
    (problem,) = problems()
    assert problem.startswith(f"{path}: ")


def test_secrets_by_name_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    project('[tool.crucible]\nsecrets = {other_key = "below", tinker_api_key = "below"}\n')
    monkeypatch.setenv("CRUCIBLE_SECRETS__Tinker_Api_Key", "above")
    secrets = settings().secrets
    assert {name: secret.get_secret_value() for name, secret in secrets.items()} == {
        "TINKER_API_KEY": "above",
        "OTHER_KEY": "below",
    }


def test_secrets_as_one_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_SECRETS", '{"a": "b"}')
    assert settings().secrets["A"].get_secret_value() == "b"


@pytest.mark.parametrize("value", ["sesame", "", '["sesame"]', '{"a": ["sesame"]}', '{"a": {"b": "sesame"}}'])
def test_wrong_secrets_are_an_error_that_does_not_tell_them(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CRUCIBLE_SECRETS", value)
    (problem,) = problems()
    assert problem.startswith("CRUCIBLE_SECRETS")
    assert "sesame" not in problem


def test_settings_do_not_print_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_SECRETS__KEY", "sesame")
    found = settings()
    assert "sesame" not in f"{found} {found!r} {found.secrets}"


def test_a_project_that_is_a_directory() -> None:
    Path("pyproject.toml").mkdir()
    (problem,) = problems()
    assert problem.startswith(f"{Path.cwd() / 'pyproject.toml'}: ")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that cannot be read")
def test_a_project_that_cannot_be_read() -> None:
    path = project("[tool.crucible]\n")
    path.chmod(0)
    (problem,) = problems()
    assert problem.startswith(f"{path}: ")


def test_without_settings_nothing_is_imported_for_them() -> None:
    code = (
        "import sys; from crucible_train.settings import load_settings; load_settings(); print(*sys.modules)"
    )

    def loaded() -> set[str]:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
        return {"pydantic_settings", "pydantic", "tomllib"} & set(done.stdout.split())

    assert loaded() == set()
    project('[tool.crucible]\ninclude = ["specs/*.yaml"]\n')
    assert loaded() == {"tomllib"}, "what is about files needs no more"
