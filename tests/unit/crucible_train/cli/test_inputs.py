"""What `crucible validate` checks: files, directories, patterns, standard input, and the project's own."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.support.report_formats import junit_errors, sarif_errors

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\n"
OTHER = "kind: ConfigMap\n"
EXPERIMENT = "id: e\nbackend: {id: local}\npipeline:\n- name: report\n"
DATA = "model_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\n"


@pytest.fixture
def tree(here: Path) -> Callable[..., None]:
    (here / "spec.yaml").unlink()

    def write(**texts: str) -> None:
        for path, text in texts.items():
            (here / path).parent.mkdir(parents=True, exist_ok=True)
            (here / path).write_text(text, encoding="utf-8")

    return write


def table(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.crucible]\n{text}", encoding="utf-8")


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def report(crucible: Callable[..., Any], *arguments: str) -> dict[str, Any]:
    return json.loads(crucible("validate", "--format", "json", *arguments).out)


def checked(crucible: Callable[..., Any], *arguments: str) -> dict[str, str]:
    """The stage that each valid file is for."""
    return {path: stages[0]["stage"] for path, stages in report(crucible, *arguments)["valid"].items()}


# --------------------------------------------------------------------------------------------- which files


def test_a_directory_is_checked_and_what_was_skipped_is_counted(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/b.yaml": SPEC, "s/a/c.yaml": SPEC + "epochz: 1\n", "s/k.yaml": OTHER, "s/l.json": "{}"})
    status, out, err = crucible("validate", "s")
    assert (status, err) == (1, "")
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [
        "s/a/c.yaml:4:1: CRU101 unknown key `epochz`",
        "s/b.yaml: valid for supervised_train on the local backend",
        (
            "2 files, 1 error, 0 warnings, 1 fixable with --fix; 2 skipped: not specs "
            "(`crucible rule CRU101` explains a code)"
        ),
    ]


def test_a_pattern_and_a_file_in_it_are_checked_once(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/b.yaml": SPEC, "s/a/c.yaml": SPEC, "s/d.json": "{}"})
    assert list(checked(crucible, "s/b.yaml", "s/**/*.yaml", "s")) == ["s/b.yaml", "s/a/c.yaml"]


def test_a_gate_that_checks_nothing_does_not_pass(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/k.yaml": OTHER, "t/a.yaml": SPEC})
    status, out, _ = crucible("validate", "s", "t")
    assert status == 2
    assert "s: CRU008 no spec is in this directory; skipped: not specs (1)\n    hint: " in out
    assert "2 files, 1 error, 0 warnings; 1 skipped: not specs (" in out
    assert crucible("validate", "u/*.yaml").status == 2
    assert crucible("validate", "--discover", "s", "u/*.yaml") == (
        0,
        "0 files, 0 errors, 0 warnings; 1 skipped: not specs\n",
        "",
    )


def test_without_a_path_the_project_says(crucible: Callable[..., Any], tree: Callable[..., None]) -> None:
    tree(**{"s/a.yaml": SPEC, "s/old/b.yaml": SPEC, "other.yaml": SPEC})
    usage = crucible("validate")
    assert (usage.status, usage.out) == (2, "")
    assert usage.err.startswith("crucible: nothing to check: name files, directories or patterns, or list")
    table('backend = "local"\n')
    assert crucible("validate") == usage
    table('include = ["s/**/*.yaml"]\nexclude = ["s/old/*"]\n')
    assert report(crucible)["skipped"] == [{"path": "s/old/b.yaml", "reason": "excluded"}]
    assert list(checked(crucible)) == ["s/a.yaml"]


def test_a_pattern_of_the_project_that_matches_nothing_is_an_error(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/a.yaml": SPEC})
    table('include = ["s/*.yaml", "nowhere/*"]\n')
    status, out, _ = crucible("validate")
    assert status == 2
    assert "pyproject.toml: CRU008 no file that may be a spec matches `nowhere/*`, which `include`" in out


def test_a_wrong_table_is_a_usage_error(crucible: Callable[..., Any], tree: Callable[..., None]) -> None:
    tree(**{"a.yaml": SPEC})
    table("inclde = []\nexclude = 5\n")
    status, out, err = crucible("validate", "a.yaml")
    assert (status, out) == (2, "")
    assert "`exclude`: must be a list of patterns" in err
    assert "no such setting; did you mean `include`?" in err


def test_discovery_of_what_an_editor_or_a_hook_names(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"a.yaml": SPEC, "k.yaml": OTHER, "README.md": "", "old/b.yaml": SPEC})
    table('exclude = ["old"]\n')
    names = ("a.yaml", "k.yaml", "README.md", "old/b.yaml")
    assert list(checked(crucible, *names, "--discover")) == ["a.yaml"]
    assert report(crucible, *names, "--discover")["skipped"] == [
        {"path": "k.yaml", "reason": "not a spec"},
        {"path": "README.md", "reason": "not a spec"},
        {"path": "old/b.yaml", "reason": "excluded"},
    ]
    assert "3 skipped: not specs (2), excluded (1)" in crucible("validate", *names, "--discover").out
    assert list(checked(crucible, "old/b.yaml")) == ["old/b.yaml"]


# ---------------------------------------------------------------------------------------------- extending


def test_a_file_that_others_extend_is_checked_through_them(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(
        **{
            "s/base.yaml": "model_ref: {id: byte-lm}\nepochs: 0\n",
            "s/middle.yaml": "extends: base.yaml\ndataset_ref: {name: a.jsonl}\n",
            "s/top.yaml": "extends: ./middle.yaml\nid: a\n",
            "s/twin.yaml": "extends: base.yaml\nid: b\ndataset_ref: {name: a.jsonl}\nepochs: 1\n",
        }
    )
    found = report(crucible, "s")
    assert [one["path"] for one in found["findings"]] == ["s/base.yaml"]
    assert found["files"] == 2
    assert {one["path"]: one["reason"] for one in found["skipped"]} == {
        "s/base.yaml": "extended by s/middle.yaml",
        "s/middle.yaml": "extended by s/top.yaml",
    }
    assert "2 skipped: extended by others" in crucible("validate", "s").out
    assert report(crucible, "s", "s/base.yaml")["files"] == 3, "it was named"


def test_files_that_extend_one_another_are_all_checked(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/a.yaml": SPEC + "extends: b.yaml\n", "s/b.yaml": SPEC + "extends: a.yaml\n"})
    found = report(crucible, "s")
    assert found["files"] == 2
    assert {one["code"] for one in found["findings"]} == {"CRU022"}


# --------------------------------------------------------------------------------------- standard input


def test_standard_input_stands_for_a_file(
    crucible: Callable[..., Any], tree: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(**{"s/base.yaml": SPEC})
    stdin(monkeypatch, 'extends = "base.yaml"\nepochs = 0\n')
    (finding,) = report(crucible, "-", "--stdin-filename", "s/new.toml")["findings"]
    assert (finding["path"], finding["line"], finding["column"]) == ("s/new.toml", 2, 10)
    stdin(monkeypatch, SPEC)
    assert report(crucible, "-", "--stdin-filename", "new.txt")["findings"][0]["code"] == "CRU007"


@pytest.mark.parametrize("command", ["normalize", "explain", "validate"])
def test_every_command_reads_standard_input_by_its_name(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    text = '{"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a.jsonl"}, "epochs": NaN}'
    stdin(monkeypatch, text)
    done = crucible(command, "-", "--stdin-filename", "a.json")
    assert done.status == 1
    assert "a.json:1:91: CRU014" in done.out + done.err


def test_a_name_without_standard_input_is_a_usage_error(crucible: Callable[..., Any]) -> None:
    assert crucible("validate", "spec.yaml", "--stdin-filename", "a.yaml") == (
        2,
        "",
        "crucible: --stdin-filename a.yaml: standard input is not read; name it as `-`\n",
    )


# ------------------------------------------------------------------------------------------------ overrides

OVERRIDES = """\
[[tool.crucible.overrides]]
files = ["data/**"]
stage = "validate_data"

[[tool.crucible.overrides]]
files = ["**/far.yaml", "e/*"]
backend = "nowhere"
stage = "supervised_train"
"""


def test_overrides_give_a_stage_and_a_backend(
    crucible: Callable[..., Any], tree: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = SPEC + "options: {backend: local}\n"
    tree(
        **{
            "a.yaml": SPEC,
            "data/a.yaml": DATA + "num_exampels: 3\n",
            "far.yaml": SPEC,
            "own/far.yaml": own,
            "e/e.yaml": EXPERIMENT,
        }
    )
    table(OVERRIDES)
    assert checked(crucible, "a.yaml", "own/far.yaml", "e") == {
        "a.yaml": "supervised_train",
        "own/far.yaml": "supervised_train",
        "e/e.yaml": "report",
    }
    (data,) = report(crucible, "data")["findings"]
    assert (data["code"], data["hint"]) == ("CRU101", "did you mean `num_examples`?")
    (far,) = report(crucible, "far.yaml")["findings"]
    assert far["code"] == "CRU502"
    assert "([[tool.crucible.overrides]])" in far["message"]
    assert checked(crucible, "far.yaml", "--backend", "local") == {"far.yaml": "supervised_train"}
    tree(**{"data/b.yaml": SPEC})
    assert checked(crucible, "data/b.yaml", "--stage", "supervised_train") == {
        "data/b.yaml": "supervised_train"
    }
    monkeypatch.setenv("CRUCIBLE_BACKEND", "local")
    assert checked(crucible, "far.yaml") == {"far.yaml": "supervised_train"}


def test_overrides_count_for_every_command_and_for_standard_input(
    crucible: Callable[..., Any], tree: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(**{"far.yaml": SPEC, "data/a.yaml": DATA})
    table(OVERRIDES)
    for command in ("normalize", "explain", "run"):
        assert "no training backend `nowhere`" in crucible(command, "far.yaml").err
    assert "num_examples" in crucible("explain", "data/a.yaml").out
    stdin(monkeypatch, SPEC)
    assert "no training backend `nowhere`" in crucible("validate", "-", "--stdin-filename", "far.yaml").out


# -------------------------------------------------------------------------------------------------- reports


def test_every_format_with_a_place_for_it_says_what_was_skipped(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/a.yaml": SPEC, "s/k.yaml": OTHER})
    sarif = crucible("validate", "s", "--format", "sarif").out
    assert sarif_errors(sarif) == []
    notes = json.loads(sarif)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"] == "Skipped: not a spec."
    junit = crucible("validate", "s", "--format", "junit").out
    assert junit_errors(junit) == []
    suite = ET.fromstring(junit)[0]
    assert suite.get("tests") == "2"
    assert [(case.get("name"), [child.tag for child in case]) for case in suite] == [
        ("s/a.yaml", ["system-out"]),
        ("s/k.yaml", ["skipped"]),
    ]
    assert crucible("validate", "s", "--format", "github") == (0, "", "")
    assert crucible("validate", "s", "--format", "gitlab").out == "[]\n"


@pytest.mark.parametrize("report_format", ["text", "json", "github", "gitlab", "sarif", "junit"])
def test_a_directory_without_specs_is_an_error_in_every_format(
    crucible: Callable[..., Any], tree: Callable[..., None], report_format: str
) -> None:
    tree(**{"s/k.yaml": OTHER})
    status, out, _ = crucible("validate", "s", "--format", report_format)
    assert status == 2
    assert "CRU008" in out


def test_a_report_does_not_replace_a_spec_that_is_found(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/a.yaml": SPEC, "s/report.json": "{}"})
    assert crucible("validate", "s", "--output", "s/a.yaml") == (
        2,
        "",
        "crucible: --output s/a.yaml: this file is one to check\n",
    )
    assert crucible("validate", "s", "--format", "json", "--output", "s/report.json").status == 0
    assert report(crucible, "s")["files"] == 1


def test_a_wrong_override_is_a_usage_error_of_one_file_too(
    crucible: Callable[..., Any], tree: Callable[..., None]
) -> None:
    tree(**{"s/e.yaml": EXPERIMENT, "s/a.yaml": SPEC})
    status, out, err = crucible("validate", "s", "--stage", "supervised_train")
    assert (status, out) == (2, "")
    assert err.startswith("crucible: --stage supervised_train: s/e.yaml is an experiment")


def test_a_thousand_mixed_files(crucible: Callable[..., Any], tree: Callable[..., None], here: Path) -> None:
    kinds = {
        "valid": SPEC,
        "wrong": SPEC + "epochs: 0\n",
        "broken": "model_ref: [\n",
        "other": OTHER,
        "template": "{{- if .Values.on }}\nspec:\n  pipeline: {{ .Values.pipeline }}\n{{- end }}\n",
    }
    choose = random.Random(7)
    chosen = {f"s/{number % 20:02}/{number:04}.yaml": choose.choice(list(kinds)) for number in range(1000)}
    tree(**{path: kinds[kind] for path, kind in chosen.items()})
    (here / "s/loop").symlink_to(here, target_is_directory=True)
    found = report(crucible, "s")
    by_kind = {kind: {path for path, one in chosen.items() if one == kind} for kind in kinds}
    assert set(found["valid"]) == by_kind["valid"]
    assert {one["path"]: one["code"] for one in found["findings"]} == {
        **dict.fromkeys(by_kind["wrong"], "CRU202"),
        **dict.fromkeys(by_kind["broken"], "CRU011"),
    }
    assert {one["path"] for one in found["skipped"]} == by_kind["other"] | by_kind["template"]
    assert [one["path"] for one in found["findings"]] == sorted(by_kind["wrong"] | by_kind["broken"])
