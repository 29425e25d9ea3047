"""The report stage's types of an experiment's outputs: every mistake once, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.ir.experiment import (
    NormalizedExperiment,
    normalize_experiment,
    normalize_experiment_source,
)
from crucible_train.ir.spec import Source
from crucible_train.result import Err, Ok
from crucible_train.source import load_text
from crucible_train.stages.report.config import OutputOptions, ReportConfig, ReportOutput

EXPERIMENT: dict[str, Any] = {
    "id": "e",
    "backend": {"id": "local"},
    "pipeline": [{"name": "report"}],
}


def normalized(**keys: Any) -> NormalizedExperiment:
    match normalize_experiment({**EXPERIMENT, **keys}):
        case Ok(found):
            return found
        case Err(error):
            raise AssertionError(str(error.diagnostics))


def outputs(**keys: Any) -> tuple[ReportOutput, ...]:
    (stage,) = normalized(**keys).stages
    assert isinstance(stage.normalized.config, ReportConfig)
    return stage.normalized.config.outputs


def findings(**keys: Any) -> list[tuple[str, tuple[str | int, ...], str | None]]:
    match normalize_experiment({**EXPERIMENT, **keys}):
        case Ok(found):
            return [(one.code, one.loc, one.hint) for one in found.warnings]
        case Err(error):
            return [(one.code, one.loc, one.hint) for one in error.diagnostics]


DEFAULT = (ReportOutput(name="report"),)


class TestWhatIsWritten:
    @pytest.mark.parametrize("keys", [{}, {"outputs": None}, {"outputs": []}])
    def test_is_one_markdown_report_where_nothing_says(self, keys: dict[str, Any]) -> None:
        assert outputs(**keys) == DEFAULT
        (output,) = DEFAULT
        assert (output.name, output.formats, output.sink) == ("report", ("markdown",), "file")

    def test_is_what_the_experiment_says(self) -> None:
        given = {"name": "a", "formats": ["html", "json"], "options": {"title": "A", "sections": ["metrics"]}}
        assert outputs(outputs=[given, {"name": "b", "sink": "stdout"}]) == (
            ReportOutput(
                name="a", formats=("html", "json"), options=OutputOptions(title="A", sections=("metrics",))
            ),
            ReportOutput(name="b", sink="stdout"),
        )

    def test_is_what_the_stage_says_before_the_experiment(self) -> None:
        pipeline = [{"name": "report", "options": {"outputs": [{"name": "mine"}]}}]
        assert outputs(outputs=[{"name": "theirs"}], pipeline=pipeline) == (ReportOutput(name="mine"),)

    def test_has_the_defaults_where_there_is_a_null(self) -> None:
        assert (
            outputs(outputs=[{"name": "report", "formats": None, "sink": None, "options": None}]) == DEFAULT
        )
        options = dict.fromkeys(OutputOptions.model_fields)
        assert outputs(outputs=[{"name": "report", "options": options}]) == DEFAULT


class TestAMistake:
    """Each is found once, although the experiment's own types and the stage's both look."""

    @pytest.mark.parametrize(
        ("output", "code", "loc", "hint"),
        [
            ({"formats": ["mardown"]}, "CRU203", ("formats", 0), "did you mean `markdown`?"),
            ({"formats": ["html", "pdf"]}, "CRU203", ("formats", 1), None),
            ({"formats": []}, "CRU204", ("formats",), None),
            ({"formats": ["html", "json", "html"]}, "CRU206", ("formats",), None),
            ({"formats": "html"}, "CRU201", ("formats",), None),
            ({"sink": "s3"}, "CRU203", ("sink",), None),
            ({"options": {"titel": "A"}}, "CRU101", ("options", "titel"), "did you mean `title`?"),
            ({"options": {"title": ""}}, "CRU204", ("options", "title"), None),
            ({"options": {"directory": 1}}, "CRU201", ("options", "directory"), 'put it in quotes: "1"'),
            (
                {"options": {"sections": ["metric"]}},
                "CRU203",
                ("options", "sections", 0),
                "did you mean `metrics`?",
            ),
            ({"options": {"sections": []}}, "CRU204", ("options", "sections"), None),
            ({"format": ["html"]}, "CRU101", ("format",), "did you mean `formats`?"),
            ({"outputs": []}, "CRU101", ("outputs",), "known here: formats, name, options, sink"),
            ({"name": ""}, "CRU204", ("name",), None),
            ({"name": None}, "CRU201", ("name",), None),
        ],
    )
    def test_is_found_at_its_place(
        self, output: dict[str, Any], code: str, loc: tuple[str | int, ...], hint: str | None
    ) -> None:
        given = {"name": "a", **output}
        assert findings(outputs=[given]) == [(code, ("outputs", 0, *loc), hint)]

    def test_is_found_once_where_two_stages_read_it(self) -> None:
        pipeline = [{"name": "report"}, {"name": "report"}]
        assert findings(outputs=[{"name": "a", "sink": "s3"}], pipeline=pipeline) == [
            ("CRU203", ("outputs", 0, "sink"), None)
        ]

    def test_hides_no_other(self) -> None:
        found = findings(outputs=[{"name": "a", "sink": "s3"}, {"formats": ["pdf"]}])
        assert [(code, loc[1:]) for code, loc, _ in found] == [
            ("CRU102", (1, "name")),
            ("CRU203", (0, "sink")),
            ("CRU203", (1, "formats", 0)),
        ]

    def test_in_the_stages_options_is_placed_there(self) -> None:
        pipeline = [{"name": "report", "options": {"outputs": [{"name": "a", "formats": ["pdf"]}]}}]
        place = ("pipeline", 0, "options", "outputs", 0, "formats", 0)
        assert [(code, loc) for code, loc, _ in findings(pipeline=pipeline)] == [("CRU203", place)]


class TestTwoOutputs:
    SAME = "give one of them another name"

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"name": "a"}, {"name": "a"}),
            ({"name": "a", "formats": ["json", "html"]}, {"name": "a", "formats": ["markdown", "html"]}),
            ({"name": "a b"}, {"name": "a/b"}),
            ({"name": "Summary"}, {"name": "summary"}),
            ({"name": "Gr\u00f6\u00dfe"}, {"name": "Gro\u0308\u00dfe"}),
            ({"name": "???"}, {"name": "report"}),
            ({"name": "x" * 300}, {"name": "x" * 301}),
        ],
        ids=["name", "one format", "unsafe characters", "case", "composed", "nothing left", "length"],
    )
    def test_that_write_the_same_file_are_an_error(
        self, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        assert findings(outputs=[first, second]) == [("CRU304", ("outputs", 1, "name"), self.SAME)]

    def test_of_the_same_directory_write_the_same_file_too(self) -> None:
        both = [{"name": "a", "options": {"directory": directory}} for directory in ("out", "./out")]
        assert findings(outputs=both) == [("CRU304", ("outputs", 1, "name"), self.SAME)]

    @pytest.mark.parametrize(
        ("name", "said"), [("A", "`A.md` too"), ("a", "`A.md` too, and case need not count: `a.md`")]
    )
    def test_are_said_by_the_file(self, name: str, said: str) -> None:
        (finding,) = ReportConfig(outputs=(ReportOutput(name="A"), ReportOutput(name=name))).findings()
        assert finding.message == f"`outputs[1].name`: `outputs[0]` writes {said}"

    @pytest.mark.parametrize(
        "second",
        [
            {"name": "b"},
            {"name": "a", "formats": ["html"]},
            {"name": "a", "sink": "stdout"},
            {"name": "a", "options": {"directory": "elsewhere"}},
        ],
    )
    def test_that_differ_are_none(self, second: dict[str, Any]) -> None:
        assert findings(outputs=[{"name": "a"}, second]) == []

    def test_are_not_compared_where_they_are_wrong(self) -> None:
        assert ReportConfig(outputs=(DEFAULT * 2)).findings(broken=frozenset({"outputs"})) == []


def test_a_directory_for_the_standard_output_is_a_warning() -> None:
    output = {"name": "a", "sink": "stdout", "options": {"directory": "out"}}
    place = ("outputs", 0, "options", "directory")
    assert findings(outputs=[output]) == [("CRU405", place, "remove it")]


def test_a_mistake_in_a_file_has_its_line_and_column() -> None:
    text = "id: e\nbackend: {id: local}\npipeline: [{name: report}]\noutputs: [{name: a, sink: printer}]\n"
    document = load_text(text, format="yaml", name="e.yaml").unwrap()
    source = Source(document.data, None, document.span, from_text=True)
    match normalize_experiment_source(source):
        case Err(error):
            assert [str(one.span) for one in error.diagnostics] == ["e.yaml:4:27"]
        case Ok(found):
            pytest.fail(str(found))
