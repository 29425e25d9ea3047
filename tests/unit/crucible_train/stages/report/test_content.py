"""From a context to what a report says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context
from crucible_train.stages.report.content import build
from crucible_train.stages.report.tree import (
    Block,
    Content,
    Facts,
    Group,
    Paragraph,
    Picture,
    Table,
    Verbatim,
)
from tests.support.reports import TRAINED, context_of, experiment, write_json

if TYPE_CHECKING:
    from crucible_train.stages.report.config import SectionName


def section(context: Context, directory: Path, name: SectionName) -> tuple[tuple[Block, ...], Any]:
    (found,) = build(context, directory, sections=[name]).sections
    return found.blocks, found.data


NONE = (Paragraph("None."),)


class TestTheWhole:
    def test_has_all_sections_in_their_order(self, tmp_path: Path) -> None:
        content = build(Context(), tmp_path)
        assert [one.name for one in content.sections] == [
            "experiment",
            "stages",
            "settings",
            "warnings",
            "curves",
            "samples",
            "changes",
            "metrics",
            "artifacts",
        ]

    def test_has_only_the_sections_that_were_chosen(self, tmp_path: Path) -> None:
        content = build(Context(), tmp_path, sections=["metrics", "experiment"])
        assert [one.name for one in content.sections] == ["metrics", "experiment"]
        assert content.to_json() == {
            "kind": "crucible-report",
            "schema_version": 1,
            "title": "run",
            "run_id": "run",
            "metrics": [],
            "experiment": None,
        }

    def test_says_nothing_of_what_is_empty_unless_asked(self, tmp_path: Path) -> None:
        asked: list[SectionName] = ["stages", "warnings", "curves", "samples", "changes", "artifacts"]
        assert {one.blocks for one in build(Context(), tmp_path, sections=asked).sections} == {NONE}
        assert [one.name for one in build(Context(), tmp_path).sections if one.blocks] == ["experiment"]

    def test_is_called_as_asked_or_by_its_experiment_or_by_its_run(self, tmp_path: Path) -> None:
        context = Context(run_id="r-1", experiment=experiment())
        titles = [
            build(context, tmp_path, title="Ours").title,
            build(context, tmp_path).title,
            build(replace(context, experiment=None), tmp_path).title,
        ]
        assert titles == ["Ours", "two-rates", "r-1"]

    def test_needs_a_context_of_json_data(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match="no set"):
            build(context_of({"a": {"b": {1}}}), tmp_path)


class TestTheExperiment:
    def test_is_described_by_what_is_set(self, tmp_path: Path) -> None:
        about = experiment(
            description="Does it help?",
            owner="us",
            tags=["a", "b"],
            metadata={"ticket": 7, "room": None},
            experiment_type="comparison",
            created_at="2026-11-20T09:00:00+01:00",
        )
        blocks, data = section(Context(run_id="r-1", experiment=about), tmp_path, "experiment")
        assert blocks == (
            Paragraph("Does it help?"),
            Facts(
                (
                    ("id", "two-rates"),
                    ("experiment type", "comparison"),
                    ("owner", "us"),
                    ("tags", "a, b"),
                    ("created at", "2026-11-20T09:00:00+01:00"),
                    ("metadata: ticket", "7"),
                    ("metadata: room", "–"),
                    ("run", "r-1"),
                )
            ),
        )
        assert data == {
            "id": "two-rates",
            "description": "Does it help?",
            "owner": "us",
            "tags": ["a", "b"],
            "metadata": {"ticket": 7, "room": None},
            "experiment_type": "comparison",
            "created_at": "2026-11-20T09:00:00+01:00",
        }

    def test_may_say_nothing_but_its_name(self, tmp_path: Path) -> None:
        blank = experiment(description="", tags=[], metadata={})
        blocks, data = section(Context(experiment=blank), tmp_path, "experiment")
        assert blocks == (Facts((("id", "two-rates"), ("run", "run"))),)
        assert data == {"id": "two-rates", "description": ""}

    def test_may_be_missing(self, tmp_path: Path) -> None:
        assert section(Context(run_id="r-1"), tmp_path, "experiment") == ((Facts((("run", "r-1"),)),), None)


class TestTheStages:
    def test_have_their_outputs(self, tmp_path: Path) -> None:
        blocks, data = section(context_of({"count": {"pairs": 3}, "quiet": None}), tmp_path, "stages")
        assert blocks == (
            Table(
                ("stage", "state", "result"),
                (("count", "completed", "pairs 3"), ("quiet", "completed", "–")),
            ),
            Group("count", (Facts((("pairs", "3"),)),)),
        )
        assert data == [
            {"stage": "count", "state": "completed", "output": {"pairs": 3}},
            {"stage": "quiet", "state": "completed", "output": None},
        ]

    def test_are_those_of_the_pipeline_with_what_became_of_them(self, tmp_path: Path) -> None:
        names = ["count", "count", "check", "report", "publish"]
        pipeline = [{"name": name, "enabled": name != "check"} for name in names]
        context = context_of(
            {"count": {}, "count-2": {}}, experiment=experiment(pipeline=pipeline), stage_label="report"
        )
        _, data = section(context, tmp_path, "stages")
        assert [(one["stage"], one["state"]) for one in data] == [
            ("count", "completed"),
            ("count-2", "completed"),
            ("check", "disabled"),
            ("report", "this report"),
            ("publish", "pending"),
        ]

    def test_may_be_others_than_those_of_the_pipeline(self, tmp_path: Path) -> None:
        _, data = section(context_of({"extra": {}}, experiment=experiment()), tmp_path, "stages")
        assert [(one["stage"], one["state"]) for one in data] == [
            ("supervised_train", "pending"),
            ("report", "pending"),
            ("extra", "completed"),
        ]


def trained(directory: Path, *labels: str, **output: Any) -> Context:
    """The context after stages that trained in directories of their own."""
    return context_of(
        {label: {**TRAINED, **output} for label in labels},
        artifacts={f"{label}.run_dir": str(directory / label) for label in labels},
    )


class TestWhatARunLeft:
    def test_its_loss_curve(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "one", "two")
        (tmp_path / "two").mkdir()
        (tmp_path / "two/loss.svg").write_bytes(b"<svg/>")
        blocks, data = section(context, tmp_path / "report", "curves")
        assert blocks == (Picture("Loss of two", "../two/loss.svg", b"<svg/>"),)
        assert data == [{"stage": "two", "path": "../two/loss.svg"}]

    def test_its_samples(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "one", "two")
        samples = [
            {"prompt": "a", "text": "b", "stop_reason": "stop", "logprob": float("nan")},
            {"prompt": "c", "text": "d", "stop_reason": "length"},
            {"prompt": "e", "error": "no words"},
        ]
        write_json(tmp_path / "two/samples.json", samples)
        blocks, data = section(context, tmp_path, "samples")
        said = [("prompt", "a"), ("answer", "b"), ("prompt", "c"), ("answer (cut off)", "d")]
        said += [("prompt", "e"), ("no answer", "no words")]
        assert blocks == (Group("two", tuple(Verbatim(*each) for each in said)),)
        assert data == [
            {"stage": "two", "prompt": "a", "text": "b", "stop_reason": "stop"},
            {"stage": "two", "prompt": "c", "text": "d", "stop_reason": "length"},
            {"stage": "two", "prompt": "e", "error": "no words"},
        ]

    def test_its_warnings(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "one", "two", num_truncated_train=3)
        write_json(tmp_path / "two/config.json", {"warnings": ["CRU402 unused"]})
        cut = "3 training examples were cut to `max_length`"
        blocks, data = section(context, tmp_path, "warnings")
        assert blocks == (
            Table(("stage", "warning"), (("one", cut), ("two", "CRU402 unused"), ("two", cut))),
        )
        assert data == [
            {"stage": "one", "text": cut},
            {"stage": "two", "text": "CRU402 unused"},
            {"stage": "two", "text": cut},
        ]


METRICS = {
    "train.loss": 2.0,
    "train.steps": 60.0,
    "train-2.loss": 1.5,
    "train-2.steps": 60.0,
    "train-3.loss": 1.5,
    "judge.a.wins": 0.25,
    "mine": 3.0,
}
LABELS = ("train", "train-2", "judge.a", "train-3", "judge")


class TestSettings:
    def test_that_differ_are_set_side_by_side(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "first", "second", "third")
        same = {"num_epochs": 3, "log_path": "x"}
        for label, rate, seed in (("first", 0.1, 1), ("second", 0.2, 1)):
            config = {**same, "log_path": label, "learning_rate": rate, "training_config": {"seed": seed}}
            write_json(tmp_path / label / "config.json", {"config": config})
        write_json(tmp_path / "third" / "config.json", {"config": [3]})
        blocks, data = section(context, tmp_path, "settings")
        assert data == [{"setting": "learning_rate", "values": {"first": 0.1, "second": 0.2}}]
        assert blocks == (
            Table(("setting", "first", "second"), (("learning_rate", "0.1", "0.2"),), frozenset()),
        )

    def test_of_the_backend_have_their_whole_names(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "first", "second")
        for label, told in (("first", {"seed": 1}), ("second", {"rank": 8, "seed": 1})):
            write_json(tmp_path / label / "config.json", {"config": {"training_config": told}})
        _, data = section(context, tmp_path, "settings")
        assert data == [{"setting": "training_config.rank", "values": {"first": None, "second": 8}}]

    def test_that_are_the_same_say_nothing(self, tmp_path: Path) -> None:
        context = trained(tmp_path, "first", "second")
        for label in ("first", "second"):
            write_json(tmp_path / label / "config.json", {"config": {"num_epochs": 3}})
        assert section(context, tmp_path, "settings") == ((Paragraph("None."),), [])


class TestNumbers:
    def test_are_listed_by_stage(self, tmp_path: Path) -> None:
        context = Context(metrics=METRICS, completed_stages=LABELS)
        blocks, data = section(context, tmp_path, "metrics")
        rows = [(one["stage"], one["metric"], one["value"]) for one in data]
        assert rows == [
            ("train", "loss", 2.0),
            ("train", "steps", 60.0),
            ("train-2", "loss", 1.5),
            ("train-2", "steps", 60.0),
            ("train-3", "loss", 1.5),
            ("judge.a", "wins", 0.25),
            (None, "mine", 3.0),
        ]
        (table,) = blocks
        assert isinstance(table, Table)
        assert table.rows[-2:] == (("judge.a", "wins", "0.25"), ("", "mine", "3"))

    def test_that_several_stages_have_are_compared(self, tmp_path: Path) -> None:
        context = Context(metrics=METRICS, completed_stages=LABELS)
        blocks, data = section(context, tmp_path, "changes")
        columns = ("metric", "from", "value", "to", "value", "change")
        row = ("loss", "train", "2", "train-2", "1.5", "−0.5 (−25.0%)")
        assert blocks == (Table(columns, (row,), frozenset({2, 4, 5})),)
        assert data == [
            {
                "metric": "loss",
                "from": {"stage": "train", "value": 2.0},
                "to": {"stage": "train-2", "value": 1.5},
                "difference": -0.5,
            },
            {
                "metric": "loss",
                "from": {"stage": "train-2", "value": 1.5},
                "to": {"stage": "train-3", "value": 1.5},
                "difference": 0.0,
            },
            {
                "metric": "steps",
                "from": {"stage": "train", "value": 60.0},
                "to": {"stage": "train-2", "value": 60.0},
                "difference": 0.0,
            },
        ]

    @pytest.mark.parametrize(
        ("before", "now", "change"),
        [
            (2.0, 3.0, "+1 (+50.0%)"),
            (-2.0, -3.0, "−1 (−50.0%)"),
            (0.0, 3.0, "+3"),
            (1e-300, 1e300, "+1e+300"),
            (1.0, 11.0, "+10"),
        ],
    )
    def test_changes_are_in_per_cent_where_that_says_something(
        self, tmp_path: Path, before: float, now: float, change: str
    ) -> None:
        context = Context(metrics={"a.x": before, "b.x": now}, completed_stages=("a", "b"))
        (table,), _ = section(context, tmp_path, "changes")
        assert isinstance(table, Table)
        assert table.rows[0][-1] == change

    def test_that_are_not_finite_are_listed_and_not_compared(self, tmp_path: Path) -> None:
        context = Context(metrics={"a.x": float("nan"), "b.x": 1.0}, completed_stages=("a", "b"))
        assert section(context, tmp_path, "changes") == (NONE, [])
        _, data = section(context, tmp_path, "metrics")
        assert data[0] == {"stage": "a", "metric": "x", "value": "nan"}

    def test_whose_difference_is_not_finite_say_so(self, tmp_path: Path) -> None:
        context = Context(metrics={"a.x": -1.5e308, "b.x": 1.5e308}, completed_stages=("a", "b"))
        (table,), data = section(context, tmp_path, "changes")
        assert isinstance(table, Table)
        assert (table.rows[0][-1], data[0]["difference"]) == ("+inf", "inf")


class TestArtifacts:
    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("{0}/report/files/a", "files/a"),
            ("{0}/report", "."),
            ("{0}/train/states", "../train/states"),
            ("/elsewhere/a", "/elsewhere/a"),
            ("relative/a", "relative/a"),
            ("tinker://host/a", "tinker://host/a"),
        ],
    )
    def test_below_the_report_and_beside_it_are_relative(self, tmp_path: Path, path: str, shown: str) -> None:
        context = Context(artifacts={"train.a": path.format(tmp_path)}, completed_stages=("train",))
        _, data = section(context, tmp_path / "report", "artifacts")
        assert data == [{"stage": "train", "artifact": "a", "path": shown}]

    def test_are_relative_also_where_the_reports_directory_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        context = Context(artifacts={"a": str(tmp_path / "out/a")})
        assert section(context, Path("out"), "artifacts")[1] == [
            {"stage": None, "artifact": "a", "path": "a"}
        ]


def test_the_same_context_gives_the_same_content(tmp_path: Path) -> None:
    context = trained(tmp_path, "one")
    first, second = (build(context, tmp_path) for _ in range(2))
    assert isinstance(first, Content)
    assert first == second
