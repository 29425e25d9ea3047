"""`Report`: files, the standard output, and what cannot be written."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train import Context, RunControl
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.result import Err
from crucible_train.stages import Report, SupervisedTrain
from tests.support.reports import Page, context_of, experiment, failed, ran
from tests.support.tiny_stage import SPEC, tiny_ports

if TYPE_CHECKING:
    from crucible_train.stages.report.config import Format

ALL: list[Format] = ["markdown", "json", "html"]


def at(directory: Path) -> RunControl:
    return RunControl(directory=str(directory))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


class TestFiles:
    def test_have_the_outputs_name_and_the_formats_ending(self, tmp_path: Path) -> None:
        after = ran(
            context_of({"count": {"pairs": 3}}),
            outputs=[{"name": "a b", "formats": ALL}, {"name": "c"}],
            control=at(tmp_path / "here"),
        )
        assert names(tmp_path / "here") == ["a-b.html", "a-b.json", "a-b.md", "c.md"]
        assert after.outputs["report"] == {
            "reports": [
                {"name": "a b", "format": "markdown", "sink": "file", "file": "a-b.md"},
                {"name": "a b", "format": "json", "sink": "file", "file": "a-b.json"},
                {"name": "a b", "format": "html", "sink": "file", "file": "a-b.html"},
                {"name": "c", "format": "markdown", "sink": "file", "file": "c.md"},
            ]
        }
        assert after.artifacts == {
            "report.a b.markdown": str(tmp_path / "here/a-b.md"),
            "report.a b.json": str(tmp_path / "here/a-b.json"),
            "report.a b.html": str(tmp_path / "here/a-b.html"),
            "report.c.markdown": str(tmp_path / "here/c.md"),
        }

    def test_hold_the_same_in_every_format(self, tmp_path: Path) -> None:
        context = context_of({"count": {"pairs": 31_337}}, metrics={"count.pairs": 31_337.0})
        ran(context, outputs=[{"name": "a", "formats": ALL}], control=at(tmp_path))
        data = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
        assert data["stages"] == [{"stage": "count", "state": "completed", "output": {"pairs": 31_337}}]
        assert "| count | pairs | 31,337 |" in (tmp_path / "a.md").read_text(encoding="utf-8")
        page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
        assert (page.wrong, page.text.count("31,337")) == ([], 3)

    def test_are_as_the_options_say(self, tmp_path: Path) -> None:
        options = {"title": "Ours", "sections": ["metrics"], "directory": str(tmp_path / "elsewhere/deep")}
        ran(Context(), outputs=[{"name": "a", "options": options}], control=at(tmp_path / "run"))
        text = (tmp_path / "elsewhere/deep/a.md").read_text(encoding="utf-8")
        assert text == "<!-- crucible-report 1 -->\n\n# Ours\n\n## Metrics\n\nNone.\n"
        assert not (tmp_path / "run").exists()

    def test_go_to_the_runs_own_directory(self, tmp_path: Path) -> None:
        after = ran(Context(run_id="mine/../x"), control=RunControl(runs_dir=str(tmp_path)))
        assert after.artifacts == {"report.report.markdown": str(tmp_path / "mine-..-x/report.md")}

    def test_of_one_name_in_two_directories_are_both_among_the_artifacts(self, tmp_path: Path) -> None:
        other = {"name": "a", "options": {"directory": str(tmp_path / "other")}}
        after = ran(Context(), outputs=[{"name": "a"}, other], control=at(tmp_path))
        assert after.artifacts == {
            "report.a.markdown": str(tmp_path / "a.md"),
            "report.a.markdown-2": str(tmp_path / "other/a.md"),
        }

    def test_are_the_same_the_second_time(self, tmp_path: Path) -> None:
        context = context_of({"count": {"pairs": 3}})
        outputs = [{"name": "a", "formats": ALL}]
        ran(context, outputs=outputs, control=at(tmp_path))
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        ran(context, outputs=outputs, control=at(tmp_path))
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class TestWhatIsWritten:
    def test_is_what_the_experiment_says(self, tmp_path: Path) -> None:
        context = Context(experiment=experiment(outputs=[{"name": "theirs", "formats": ["json"]}]))
        ran(context, control=at(tmp_path))
        assert names(tmp_path) == ["theirs.json"]

    def test_is_what_the_options_say_before_it(self, tmp_path: Path) -> None:
        context = Context(experiment=experiment(outputs=[{"name": "theirs"}]))
        ran(context, outputs=[{"name": "ours"}], control=at(tmp_path))
        assert names(tmp_path) == ["ours.md"]

    @pytest.mark.parametrize("given", [None, experiment(), experiment(outputs=[])])
    def test_is_one_markdown_report_where_nothing_says(self, tmp_path: Path, given: Any) -> None:
        ran(Context(experiment=given), outputs=None, control=at(tmp_path))
        assert names(tmp_path) == ["report.md"]

    def test_needs_no_options(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert Report().run(Context(experiment=experiment(outputs=[{"name": "a"}]))).unwrap().artifacts
        assert names(tmp_path / "runs/run") == ["a.md"]

    def test_is_refused_where_the_experiment_is_wrong(self) -> None:
        error = failed(Context(experiment=experiment(outputs=[{"name": "a", "formats": ["pdf"]}])))
        assert error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
        assert [one.loc for one in error.diagnostics] == [("outputs", 0, "formats", 0)]

    def test_is_refused_where_the_options_are_none(self) -> None:
        wrong: Any = [3]
        outcome = Report().run(Context(experiment=experiment(outputs=[{"name": "a"}])), wrong)
        assert isinstance(outcome, Err)
        assert outcome.error.code is StageErrorCode.UNSUPPORTED_TRAINING_CONFIG


class TestTheStandardOutput:
    OUTPUT: dict[str, Any] = {"name": "a", "sink": "stdout", "options": {"sections": ["experiment"]}}  # noqa: RUF012 - nothing writes into it

    def test_has_what_is_not_for_files(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        output = {**self.OUTPUT, "formats": ["markdown", "json"]}
        after = ran(Context(), outputs=[output, {"name": "b"}], control=at(tmp_path))
        markdown, _, json_text = capsys.readouterr().out.partition("{")
        assert markdown == "<!-- crucible-report 1 -->\n\n# run\n\n## Experiment\n\n- **run**: run\n"
        assert json.loads("{" + json_text)["run_id"] == "run"
        assert after.outputs["report"]["reports"][:2] == [
            {"name": "a", "format": "markdown", "sink": "stdout"},
            {"name": "a", "format": "json", "sink": "stdout"},
        ]
        assert list(after.artifacts) == ["report.b.markdown"]
        assert names(tmp_path) == ["b.md"]

    def test_need_not_know_every_character(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
        ran(Context(run_id="größe"), outputs=[self.OUTPUT], control=at(tmp_path))
        assert b"# gr\\xf6\\xdfe\n" in raw.getvalue()

    def test_may_be_a_text_in_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        text = io.StringIO()
        monkeypatch.setattr(sys, "stdout", text)
        ran(Context(run_id="größe"), outputs=[self.OUTPUT], control=at(tmp_path))
        assert "# größe\n" in text.getvalue()


class TestWhatCannotBeWritten:
    @pytest.mark.parametrize("text", ["", "{}", "x" * 500 + "crucible-report"])
    def test_a_file_that_no_report_wrote_is_left_alone(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "config.json"
        path.write_text(text, encoding="utf-8")
        error = failed(Context(), outputs=[{"name": "config", "formats": ["json"]}], control=at(tmp_path))
        assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
        assert error.message == (
            f"`{path}` is there, and no report has written it; give the output another name"
        )
        assert path.read_text(encoding="utf-8") == text

    def test_a_directory_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "run").touch()
        error = failed(Context(), control=at(tmp_path / "run"))
        assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
        assert error.message.startswith(f"`{tmp_path / 'run/report.md'}`: ")

    def test_a_file_that_is_a_directory(self, tmp_path: Path) -> None:
        (tmp_path / "report.md").mkdir()
        error = failed(Context(), control=at(tmp_path))
        assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
        assert error.message == f"`{tmp_path / 'report.md'}`: Is a directory"

    def test_one_file_for_two_outputs(self, tmp_path: Path) -> None:
        """Which only the run can tell: the one goes to the run's directory, wherever that is."""
        there = {"name": "a", "options": {"directory": str(tmp_path)}}
        error = failed(Context(), outputs=[{"name": "a"}, there], control=at(tmp_path))
        assert error.code is StageErrorCode.RUN_DIRECTORY_FAILED
        assert error.message == f"two outputs write `{tmp_path / 'a.md'}`; give one of them another name"
        assert names(tmp_path) == []


def test_after_two_trainings(tmp_path: Path) -> None:
    """What a pipeline does: the curves, the samples and what changed are all there."""
    spec = {**SPEC, "options": {"sample_prompts": ["say 1"], "sample_max_tokens": 4}}
    context = Context(ports=tiny_ports(), run_id="both")
    for name, rate in (("01-train", 0.01), ("02-train", 0.05)):
        given = {"training_config": {**spec, "learning_rate": rate}, "control": at(tmp_path / name)}
        context = SupervisedTrain().run(context, given).unwrap()
    ran(context, outputs=[{"name": "both", "formats": ALL}], control=at(tmp_path / "03-report"))
    data = json.loads((tmp_path / "03-report/both.json").read_text(encoding="utf-8"))
    assert [one["stage"] for one in data["stages"]] == ["supervised_train", "supervised_train-2"]
    assert data["stages"][0]["output"] == context.outputs["supervised_train"]
    assert [one["path"] for one in data["curves"]] == ["../01-train/loss.svg", "../02-train/loss.svg"]
    assert [(one["stage"], one["prompt"]) for one in data["samples"]] == [
        ("supervised_train", "say 1"),
        ("supervised_train-2", "say 1"),
    ]
    assert "last_train_mean_nll" in {one["metric"] for one in data["changes"] if one["difference"]}
    page = Page((tmp_path / "03-report/both.html").read_text(encoding="utf-8"))
    assert (page.wrong, page.tags.count("img")) == ([], 2)
    text = (tmp_path / "03-report/both.md").read_text(encoding="utf-8")
    assert "![Loss of supervised\\_train-2](" not in text
    assert "![Loss of supervised_train-2](../02-train/loss.svg)" in text


def test_naming_and_describing_the_stage_loads_no_renderer() -> None:
    program = (
        "import sys; from crucible_train.stages import Report; Report().describe(); Report.config_model()\n"
        "print(*[name for name in sys.modules if name.startswith(('numpy', 'crucible_train.stages.'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert set(done.stdout.split()) == {
        "crucible_train.stages.report",
        "crucible_train.stages.report.config",
        "crucible_train.stages.report.stage",
    }
