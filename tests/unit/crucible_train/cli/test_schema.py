"""`crucible schema`: names, one schema, all as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.schema import schema_names
from crucible_train.schema.files import files
from tests.support.plug_in import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_schema_without_a_name_lists_the_names(crucible: Callable[..., Any]) -> None:
    status, out, _ = crucible("schema")
    assert status == 0
    assert out.splitlines() == list(schema_names())
    assert {"TrainingConfig", "TrainingRun", "supervised_train", "training_config.local"} <= set(
        schema_names()
    )


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_a_schema_of_2020_12(crucible: Callable[..., Any], name: str) -> None:
    status, out, _ = crucible("schema", name)
    assert status == 0
    schema = json.loads(out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["description"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("supervised", "no schema 'supervised'; did you mean `supervised_train`?"),
        ("trainingconfig", "no schema 'trainingconfig'; did you mean `TrainingConfig`?"),
        ("zzz", f"no schema 'zzz'; known: {', '.join(schema_names())}"),
        ("training_config.locl", "no schema 'training_config.locl'; did you mean `training_config.local`?"),
    ],
)
def test_an_unknown_schema(crucible: Callable[..., Any], name: str, message: str) -> None:
    assert crucible("schema", name) == (2, "", f"crucible: {message}\n")


def test_the_schema_of_a_broken_plug_in(
    crucible: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(here, monkeypatch, {"stages": {"broken_train": "plug_in_absent:Stage"}})
    status, out, err = crucible("schema", "broken_train")
    assert (status, out) == (2, "")
    assert err.startswith("crucible: the stages plug-in 'broken_train' cannot be used: ModuleNotFoundError: ")


def test_what_is_printed_is_what_is_written(crucible: Callable[..., Any]) -> None:
    for name in ("training-spec", "ModelRef"):
        assert crucible("schema", name).out in files().values()


class TestFiles:
    def test_out_writes_them_all_and_says_which(self, crucible: Callable[..., Any], here: Path) -> None:
        status, out, err = crucible("schema", "--out", "schemas")
        assert (status, err) == (0, "")
        written = sorted(path.relative_to(here) for path in (here / "schemas").rglob("*.json"))
        assert sorted(out.splitlines()) == sorted(f"{path}: written" for path in written)
        assert len(written) == len(schema_names())
        assert crucible("schema", "--out", "schemas") == (0, "", "")

    def test_check_is_silent_where_nothing_differs(self, crucible: Callable[..., Any]) -> None:
        crucible("schema", "--out", "schemas")
        assert crucible("schema", "--check", "schemas") == (0, "", "")

    def test_check_lists_what_differs_and_writes_nothing(
        self, crucible: Callable[..., Any], here: Path
    ) -> None:
        crucible("schema", "--out", "schemas")
        (here / "schemas" / "report.json").unlink()
        (here / "schemas" / "gone.json").write_text("{}", encoding="utf-8")
        (here / "schemas" / "experiment.json").write_text("{}", encoding="utf-8")
        status, out, err = crucible("schema", "--check", "schemas")
        assert status == 1
        assert out.splitlines() == [
            "schemas/experiment.json: out of date",
            "schemas/gone.json: left over",
            "schemas/report.json: missing",
        ]
        assert err == "to mend them: crucible schema --out schemas, and remove what is left over\n"
        assert not (here / "schemas" / "report.json").exists()

    def test_a_directory_that_cannot_be_written_is_a_usage_error(
        self, crucible: Callable[..., Any], here: Path
    ) -> None:
        (here / "file").write_text("", encoding="utf-8")
        status, out, err = crucible("schema", "--out", "file")
        assert (status, out) == (2, "")
        assert err.startswith("crucible: file/")

    def test_one_thing_at_a_time(self, crucible: Callable[..., Any]) -> None:
        status, _, err = crucible("schema", "ModelRef", "--out", "schemas")
        assert status == 2
        assert "not allowed with argument" in err
