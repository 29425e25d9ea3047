from __future__ import annotations

import dataclasses

import pytest

from crucible_train import Context, Ports, RunControl
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore


def test_a_completed_stage_is_added_to_a_new_context() -> None:
    before = Context(
        run_id="r", metrics={"a": 1.0, "b": 2.0}, assigns={"k": "v"}, completed_stages=("first",)
    )
    after = before.completed("second", output="report", metrics={"b": 3.0}, artifacts={"dir": "/runs/r"})
    assert after.metrics == {"a": 1.0, "b": 3.0}
    assert after.outputs == {"second": "report"}
    assert after.artifacts == {"dir": "/runs/r"}
    assert after.completed_stages == ("first", "second")
    assert (after.run_id, after.assigns) == ("r", {"k": "v"})


def test_the_context_before_is_left_as_it_was() -> None:
    before = Context()
    before.completed("stage", output=1, metrics={"a": 1.0}, artifacts={"b": "c"})
    assert before == Context()


def test_a_context_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Context().run_id = "other"


def test_contexts_share_no_mappings() -> None:
    assert Context().metrics is not Context().metrics
    assert Context().outputs is not Context().outputs


def test_a_run_is_steered_by_nothing_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    control = RunControl()
    assert (control.resume, control.should_stop(), control.default_logger, control.runs_dir) == (
        False,
        False,
        "none",
        "runs",
    )
    control.notify("a library does not print")
    assert capsys.readouterr() == ("", "")


def test_ports_that_lack_a_method_are_refused_when_wired() -> None:
    with pytest.raises(TypeError, match="object is not a dataset_store: it has no load"):
        Ports(dataset_store=object())


def test_a_port_that_is_needed_and_not_there() -> None:
    ports = Ports(dataset_store=MemoryDatasetStore({}))
    assert ports.require("dataset_store").unwrap() is ports.dataset_store
    missing = ports.require("tokenizer")
    assert str(missing.error) == "no tokenizer is wired; pass Ports(tokenizer=...)"
