from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import normalize
from crucible_train.cli.main import FORMATS
from crucible_train.source import load_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = "id: broken\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: a.jsonl}\nepochs: 0\nlearning_rat: 1e-3\n"


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_a_valid_spec_says_for_what_and_what_was_not_checked(crucible: Callable[..., Any]) -> None:
    assert crucible("validate", "spec.yaml") == (
        0,
        (
            "spec.yaml: valid for supervised_train on the local backend\n"
            "    not checked: that the model 'byte-lm' can be loaded\n"
            "    not checked: that the data set 'train.jsonl' exists, and its columns\n"
            "1 file, 0 errors, 0 warnings\n"
        ),
        "",
    )


def test_findings_are_one_a_line_with_hints_below(crucible: Callable[..., Any], here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    assert crucible("validate", "broken.yaml") == (
        1,
        (
            "broken.yaml:4:9: CRU202 `epochs` must be at least 1, not 0\n"
            "broken.yaml:5:1: CRU101 unknown key `learning_rat`\n"
            "    hint: did you mean `learning_rate`?\n"
            "1 file, 2 errors, 0 warnings, 1 fixable with --fix (`crucible rule CRU101` explains a code)\n"
        ),
        "",
    )


def test_warnings_alone_do_not_fail(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("validate", "spec.yaml", "--set", "validation_split=0.1")
    assert status == 0
    assert "spec.yaml: CRU402 warning: `validation_split` sets data aside" in out
    assert "1 file, 0 errors, 1 warning (" in out


def test_the_json_report_has_exactly_these_keys(crucible: Callable[..., Any], here: Path) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    status, out, err = crucible("validate", "--format", "json", "broken.yaml", "spec.yaml")
    assert (status, err) == (1, "")
    spec = load_path(here / "spec.yaml").unwrap().data
    fingerprint = normalize(spec, backend="local").unwrap().fingerprint
    assert json.loads(out) == {
        "files": 2,
        "valid": {
            "spec.yaml": [
                {
                    "label": "supervised_train",
                    "stage": "supervised_train",
                    "backend": "local",
                    "enabled": True,
                    "fingerprint": fingerprint,
                }
            ]
        },
        "findings": [
            {
                "path": "broken.yaml",
                "line": 4,
                "column": 9,
                "end_line": 4,
                "end_column": 10,
                "code": "CRU202",
                "severity": "error",
                "message": "`epochs` must be at least 1, not 0",
                "loc": ["epochs"],
                "hint": None,
                "fix": None,
            },
            {
                "path": "broken.yaml",
                "line": 5,
                "column": 1,
                "end_line": 5,
                "end_column": 13,
                "code": "CRU101",
                "severity": "error",
                "message": "unknown key `learning_rat`",
                "loc": ["learning_rat"],
                "hint": "did you mean `learning_rate`?",
                "fix": "learning_rate",
            },
        ],
        "suppressed": [],
        "fixed": [],
        "unchecked": [
            "spec.yaml: that the model 'byte-lm' can be loaded",
            "spec.yaml: that the data set 'train.jsonl' exists, and its columns",
        ],
        "skipped": [],
    }


def test_a_value_from_the_command_line_has_no_position(crucible: Callable[..., Any]) -> None:
    _, out, _ = crucible("validate", "--format", "json", "spec.yaml", "--set", "epochs=0")
    (finding,) = json.loads(out)["findings"]
    assert finding["path"] == "spec.yaml"
    assert [finding[name] for name in ("line", "column", "end_line", "end_column")] == [None] * 4
    assert finding["message"] == "`epochs` must be at least 1, not 0 (--set)"


def test_a_report_of_many_files_goes_on_after_an_unreadable_one(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("validate", "nowhere.yaml", "spec.yaml", "/dev/null")
    assert status == 2
    assert "nowhere.yaml:1:1: CRU001 no such file\n" in out
    assert "spec.yaml: valid for" in out
    assert "/dev/null:1:1: CRU001 this is a device, not a regular file\n" in out
    assert out.endswith("3 files, 2 errors, 0 warnings (`crucible rule CRU001` explains a code)\n")


def test_an_unknown_suffix_is_not_guessed(crucible: Callable[..., Any], here: Path) -> None:
    (here / "spec.conf").write_text("id: a", encoding="utf-8")
    status, out, _ = crucible("validate", "spec.conf")
    assert status == 2
    assert out.startswith("spec.conf:1:1: CRU007 ")


@pytest.mark.parametrize("name", ["spec.yml", "SPEC.YAML", "spec.json", "spec.toml"])
def test_the_suffix_says_the_format(crucible: Callable[..., Any], here: Path, name: str) -> None:
    texts = {
        "json": '{"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a"}}',
        "toml": 'id = "a"\nmodel_ref.id = "byte-lm"\ndataset_ref.name = "a"\n',
    }
    text = texts.get(name.rsplit(".", 1)[1], "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: a}\n")
    (here / name).write_text(text, encoding="utf-8")
    status, out, _ = crucible("validate", name)
    assert status == 0, out


def test_standard_input_is_yaml(crucible: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, BROKEN)
    status, out, _ = crucible("validate", "-")
    assert status == 1
    assert out.startswith("<stdin>:4:9: CRU202 ")


def test_standard_input_has_one_name_in_every_report(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, (here / "spec.yaml").read_text(encoding="utf-8"))
    report = json.loads(crucible("validate", "-", "--format", "json", "--set", "validation_split=0.1").out)
    assert [one["backend"] for one in report["valid"]["<stdin>"]] == ["local"]
    assert {finding["path"] for finding in report["findings"]} == {"<stdin>"}


@pytest.mark.parametrize("overrides", [[], ["--set", "epochs=3"]])
def test_an_unknown_stage_is_a_finding(crucible: Callable[..., Any], overrides: list[str]) -> None:
    status, out, _ = crucible("validate", "spec.yaml", "--stage", "supervised", *overrides)
    assert status == 1
    assert "CRU503 no stage is named 'supervised'; known: supervised_train" in out
    assert "hint: did you mean `supervised_train`?" in out


def test_an_unknown_backend_names_the_flag(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("validate", "spec.yaml", "--backend", "locl")
    assert status == 1
    assert "CRU502 there is no training backend `locl`; known: local (--backend)\n" in out
    assert "hint: did you mean `local`?" in out


def test_the_backend_of_a_variable(crucible: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKEND", "locl")
    status, out, _ = crucible("validate", "spec.yaml")
    assert status == 1
    assert "CRU502 there is no training backend `locl`; known: local (CRUCIBLE_BACKEND or [tool.cruci" in out


def test_the_backend_of_a_project(crucible: Callable[..., Any], here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool.crucible]\nbackend = "locl"\n', encoding="utf-8")
    assert "no training backend `locl`" in crucible("validate", "spec.yaml").out


def test_a_spec_and_a_flag_win_over_the_configured_backend(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKEND", "from-settings")
    text = (here / "spec.yaml").read_text(encoding="utf-8")
    (here / "own.yaml").write_text(text + "options: {backend: from-spec}\n", encoding="utf-8")
    assert "backend `from-settings`" in crucible("validate", "spec.yaml").out
    assert "backend `from-spec`" in crucible("validate", "own.yaml").out
    assert "backend `from-flag`" in crucible("validate", "own.yaml", "--backend", "from-flag").out


def test_wrong_settings_are_a_usage_error(
    crucible: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRUCIBLE_BACKND", "local")
    assert crucible("validate", "spec.yaml") == (
        2,
        "",
        "crucible: CRUCIBLE_BACKND: no such setting; did you mean `CRUCIBLE_BACKEND`?\n",
    )


def test_a_strict_check_fails_on_warnings(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("validate", "spec.yaml", "--strict", "--set", "validation_split=0.1")
    assert status == 1
    assert "1 file, 0 errors, 1 warning; --strict: warnings fail (" in out
    assert crucible("validate", "spec.yaml", "--strict").status == 0


@pytest.mark.parametrize("report_format", FORMATS)
@pytest.mark.parametrize(
    "paths", [["spec.yaml"], ["broken.yaml"], ["nowhere.yaml", "spec.yaml", "broken.yaml"]]
)
def test_a_report_is_printed_or_written_to_a_file(
    crucible: Callable[..., Any], here: Path, report_format: str, paths: list[str]
) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    status, out, err = crucible("validate", *paths, "--format", report_format)
    assert (status, err) == ((2 if "nowhere.yaml" in paths else int("broken.yaml" in paths)), "")
    assert crucible("validate", *paths, "--format", report_format, "--output", "report") == (status, "", "")
    assert (here / "report").read_text(encoding="utf-8") == (out or "\n")


def test_a_report_that_cannot_be_written_is_a_usage_error(crucible: Callable[..., Any]) -> None:
    assert crucible("validate", "spec.yaml", "--output", "nowhere/report.txt") == (
        2,
        "",
        "crucible: cannot write the report to nowhere/report.txt: No such file or directory\n",
    )


def test_a_report_does_not_replace_a_spec(crucible: Callable[..., Any], here: Path) -> None:
    before = (here / "spec.yaml").read_bytes()
    assert crucible("validate", "spec.yaml", "--output", "./spec.yaml") == (
        2,
        "",
        "crucible: --output ./spec.yaml: this file is one to check\n",
    )
    assert (here / "spec.yaml").read_bytes() == before


def test_a_format_without_findings_prints_nothing_for_github(crucible: Callable[..., Any]) -> None:
    assert crucible("validate", "spec.yaml", "--format", "github") == (0, "", "")


PLAIN = """\
broken.yaml:4:9: CRU202 `epochs` must be at least 1, not 0
broken.yaml:5:1: CRU101 unknown key `learning_rat`
    hint: did you mean `learning_rate`?
1 file, 2 errors, 0 warnings, 1 fixable with --fix (`crucible rule CRU101` explains a code)
"""


def test_a_text_is_for_a_person_where_colour_is_asked_for(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    shown = crucible("validate", "broken.yaml", "--color", "always").out
    assert "\x1b[36m    4 |\x1b[0m epochs: 0\n" in shown
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert crucible("validate", "broken.yaml").out == shown
    assert crucible("validate", "broken.yaml", "--color", "never").out == PLAIN
    assert crucible("validate", "broken.yaml", "--format", "json", "--color", "always").out.startswith("{")
    crucible("validate", "broken.yaml", "--output", "report.txt")
    assert (here / "report.txt").read_text(encoding="utf-8") == PLAIN
    crucible("validate", "broken.yaml", "--output", "report.txt", "--color", "always")
    assert (here / "report.txt").read_text(encoding="utf-8") == shown
    monkeypatch.setenv("NO_COLOR", "1")
    assert crucible("validate", "broken.yaml").out == PLAIN


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BROKEN, "    4 | epochs: 0"),
        ("id: [1, 2\nepochs: 0\n", "    2 | epochs: 0"),
        ("\ufeffid: 1\n", "    1 | id: 1"),
    ],
    ids=["findings", "no document", "byte order mark"],
)
def test_standard_input_is_shown_too(
    crucible: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, text: str, line: str
) -> None:
    stdin(monkeypatch, text)
    out = re.sub("\x1b\\[[0-9;]*m", "", crucible("validate", "-", "--color", "always").out)
    assert line in out.splitlines()


def test_a_binary_file_is_not_shown(crucible: Callable[..., Any], here: Path) -> None:
    (here / "binary.yaml").write_bytes(b"id: a\n\xff\n")
    out = crucible("validate", "binary.yaml", "--color", "always").out
    assert "CRU002" in out
    assert " | " not in out


def test_a_message_cannot_act_on_the_terminal(crucible: Callable[..., Any], here: Path) -> None:
    (here / "escape.yaml").write_text('"a\\e[31m\\nb": 1\n', encoding="utf-8")
    out = crucible("validate", "escape.yaml").out
    assert "unknown key `a\\x1b[31m\\nb`\n" in out
    assert "\x1b" not in out
