"""The report stage passes the stage contract, with nothing to report on and with much."""

from __future__ import annotations

from typing import Any, ClassVar

import jsonschema

from crucible_train import Context
from crucible_train.stages import Report
from crucible_train.testing.stage import StageContract
from tests.support.reports import TRAINED, context_of, experiment


class TestReport(StageContract):
    needs_ports: ClassVar[bool] = False

    def make_stage(self) -> Report:
        return Report()

    def context(self) -> Context:
        return Context()

    def options(self) -> dict[str, Any]:
        return {}


class TestReportOnAnExperiment(TestReport):
    def context(self) -> Context:
        return context_of(
            {"supervised_train": TRAINED},
            experiment=experiment(outputs=[{"name": "summary"}]),
            metrics={"supervised_train.steps": 60.0},
            artifacts={"supervised_train.run_dir": "nowhere"},
        )

    def options(self) -> dict[str, Any]:
        return {"outputs": [{"name": "whole", "formats": ["markdown", "json", "html"]}]}


def test_describe_is_valid_by_the_metaschema() -> None:
    described = Report().describe()
    jsonschema.Draft202012Validator.check_schema(described)
    validator = jsonschema.Draft202012Validator(described)
    assert validator.is_valid(TestReportOnAnExperiment().options())
    assert validator.is_valid({"outputs": [{"name": "a", "formats": None, "sink": None, "options": None}]})
    assert validator.is_valid({"outputs": None})
    for wrong in ({"formats": []}, {"formats": ["html", "html"]}, {"formats": ["pdf"]}, {"sink": "s3"}):
        assert not validator.is_valid({"outputs": [{"name": "a", **wrong}]})
    assert not validator.is_valid({"outputs": [{"name": "a", "options": {"titel": "x"}}]})
