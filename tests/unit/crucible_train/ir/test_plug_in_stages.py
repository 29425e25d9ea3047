"""Stages of other packages: whatever their config is like, normalisation answers."""

from __future__ import annotations

import pytest

from crucible_train import registry
from tests.support.specs import BASE, errors, findings, normalized

STAGES = {
    "demanding": "tests.support.odd_stages:Demanding",
    "forgetful": "tests.support.odd_stages:Forgetful",
}


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, target in STAGES.items():
        monkeypatch.setitem(registry.BUILT_IN["stages"], name, target)


class TestAFieldWithoutADefault:
    def test_is_required(self) -> None:
        assert errors(BASE, stage="demanding") == [("CRU102", "group_size")]
        assert normalized({**BASE, "group_size": 4}, stage="demanding").config.group_size == 4

    def test_that_is_wrong_leaves_no_config_and_all_findings(self) -> None:
        spec = {**BASE, "group_size": 1, "num_batches": "x", "zz": 1, "epochs": 0}
        assert errors(spec, stage="demanding") == [
            ("CRU101", "zz"),
            ("CRU201", "num_batches"),
            ("CRU202", "epochs"),
            ("CRU202", "group_size"),
        ]


class TestARuleOfTheModelAsAWhole:
    def test_is_a_finding_about_the_document(self) -> None:
        (finding,) = findings({**BASE, "group_size": 4, "num_batches": 3}, stage="demanding")
        assert (finding.code, finding.loc) == ("CRU206", ())
        assert finding.message == "the document: value error, the batches do not divide the group"


class TestKeysOfAnotherStage:
    def test_belong_here_when_this_stage_has_them(self) -> None:
        assert normalized({**BASE, "options": {"group_size": 2}}, stage="demanding").config.group_size == 2

    def test_are_still_named_when_it_has_not(self) -> None:
        (finding,) = findings({**BASE, "group_size": 2, "beta": 1}, stage="demanding")
        assert (finding.code, finding.loc) == ("CRU103", ("beta",))


class TestAStageThatMapsFewKeys:
    def test_refuses_the_others(self) -> None:
        assert errors({**BASE, "optimizer": "adam"}, stage="forgetful") == [
            ("CRU101", "dataset_ref"),
            ("CRU101", "id"),
            ("CRU101", "optimizer"),
        ]

    def test_still_reads_direct_keys(self) -> None:
        found = normalized(stage="forgetful", num_epochs=3, model_ref={"id": "m"})
        assert (found.config.num_epochs, found.config.training_config["seed"]) == (3, 1)
        assert found.unchecked[1:] == ("that the model 'm' can be loaded",)

    def test_says_what_the_spec_lacks(self) -> None:
        assert ("CRU102", "dataset_ref") in errors({}, stage="forgetful")
