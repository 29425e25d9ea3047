from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train import Context, Ports, RunControl
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.context import unique_label


def test_a_completed_stage_is_added_to_a_new_context() -> None:
    before = Context(
        run_id="r",
        metrics={"first.a": 1.0},
        outputs={"first": {"n": 1}},
        artifacts={"first.dir": "/runs/a"},
        assigns={"k": "v"},
        completed_stages=("first",),
    )
    after = before.completed("second", output={"n": 2}, metrics={"a": 3.0}, artifacts={"dir": "/runs/b"})
    assert after.metrics == {"first.a": 1.0, "second.a": 3.0}
    assert after.outputs == {"first": {"n": 1}, "second": {"n": 2}}
    assert after.artifacts == {"first.dir": "/runs/a", "second.dir": "/runs/b"}
    assert after.completed_stages == ("first", "second")
    assert (after.run_id, after.assigns) == ("r", {"k": "v"})


def test_a_stage_that_runs_again_gets_a_number() -> None:
    context = Context()
    for n in range(3):
        context = context.completed("train", output={"n": n}, metrics={"n": float(n)}, artifacts={})
    assert context.completed_stages == ("train", "train-2", "train-3")
    assert context.outputs == {"train": {"n": 0}, "train-2": {"n": 1}, "train-3": {"n": 2}}
    assert context.metrics == {"train.n": 0.0, "train-2.n": 1.0, "train-3.n": 2.0}


def test_a_pipeline_says_what_a_stage_is_called() -> None:
    context = Context(completed_stages=("train",), stage_label="train-3")
    assert context.label("train") == "train-3"
    after = context.completed("train", output={}, metrics={"n": 1.0}, artifacts={"dir": "d"})
    assert (list(after.outputs), list(after.metrics), list(after.artifacts)) == (
        ["train-3"],
        ["train-3.n"],
        ["train-3.dir"],
    )
    assert after.stage_label is None, "the label is that of one stage"
    assert after.label("train") == "train-2"


@given(st.lists(st.sampled_from(["a", "a-2", "b"]), max_size=8))
def test_labels_are_unique_and_begin_with_their_stage(stages: list[str]) -> None:
    labels: list[str] = []
    for stage in stages:
        labels.append(unique_label(stage, labels))
        assert labels[-1].startswith(stage)
    assert len(set(labels)) == len(labels)


def test_the_context_before_is_left_as_it_was() -> None:
    before = Context()
    before.completed("stage", output={"n": 1}, metrics={"a": 1.0}, artifacts={"b": "c"})
    assert before == Context()


def test_all_but_the_experiment_and_the_ports_is_json_data() -> None:
    context = Context().completed("stage", output={"n": 1}, metrics={"a": 1.0}, artifacts={"b": "c"})
    data = dataclasses.asdict(dataclasses.replace(context, experiment=None, ports=None))
    assert json.loads(json.dumps(data)) == {**data, "completed_stages": ["stage"]}


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
    assert control.directory is None
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
