from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.cli.run import Interrupt
from tests.support.faulty_client import FaultyClient
from tests.support.plug_in import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def ctrl_c_twice() -> None:
    ctrl_c()
    ctrl_c()


class InterruptedClient(FaultyClient):
    """Somebody presses Ctrl-C in the third step."""

    def __init__(self) -> None:
        super().__init__({"optim_step#2": ctrl_c})


class ImpatientClient(FaultyClient):
    """Somebody presses Ctrl-C in the third step, and again."""

    def __init__(self) -> None:
        super().__init__({"optim_step#2": ctrl_c_twice})


@pytest.fixture
def data(here: Path) -> Path:
    rows = [{"prompt": f"say {n}", "completion": f"well, {n} it is"} for n in range(40)]
    (here / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return here


def test_the_outcome_goes_to_stdout(crucible: Callable[..., Any], data: Path) -> None:
    status, out, err = crucible(
        "run", "spec.yaml", "--set", "validation_split=0.2", "--set", "eval_every=4", "--set", "logger=none"
    )
    assert (status, err) == (0, "")
    first, train, held_out, where = out.splitlines()
    assert first.startswith("trained 8 steps in ")
    assert train.startswith("train loss: 5.")
    assert train.endswith(" nats per token")
    assert held_out.startswith("held-out loss: 5.")
    assert held_out.endswith(" bits per byte)")
    assert where == "run directory: runs/spec"


def test_samples_are_shown_without_escape_sequences(crucible: Callable[..., Any], data: Path) -> None:
    status, out, _ = crucible("run", "spec.yaml", "--set", 'sample_prompts=["say\\e[31m 1"]')
    assert status == 0
    assert "\n> say\\x1b[31m 1\n" in out
    assert all(character.isprintable() for line in out.splitlines() for character in line)


def test_out_and_the_configured_directory(
    crucible: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRUCIBLE_RUNS_DIR", "experiments")
    assert crucible("run", "spec.yaml").out.endswith("run directory: experiments/spec\n")
    assert crucible("run", "spec.yaml", "--out", "here").out.endswith("run directory: here\n")
    assert (data / "experiments" / "spec" / "report.json").exists()
    assert (data / "here" / "report.json").exists()


def test_a_directory_elsewhere_is_named_in_full(
    crucible: Callable[..., Any], data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "run"
    assert f"run directory: {elsewhere}\n" in crucible("run", "spec.yaml", "--out", str(elsewhere)).out


def test_early_stopping_is_said(crucible: Callable[..., Any], data: Path) -> None:
    rule = "early_stopping={monitor: loss, patience: 1, min_delta: 100}"
    out = crucible("run", "spec.yaml", "--set", rule).out
    assert out.startswith("trained 2 steps in ")
    assert out.splitlines()[0].endswith(" s (stopped early)")


def test_findings_go_to_stderr_and_nothing_is_written(crucible: Callable[..., Any], data: Path) -> None:
    status, out, err = crucible("run", "spec.yaml", "--set", "epochs=0")
    assert (status, out) == (1, "")
    assert err == "spec.yaml: CRU202 `epochs` must be at least 1, not 0 (--set)\n"
    assert not (data / "runs").exists()


def test_what_only_the_data_show_is_placed_in_the_spec(crucible: Callable[..., Any], here: Path) -> None:
    status, out, err = crucible("run", "spec.yaml")
    assert (status, out) == (1, "")
    assert err == "spec.yaml:3:14: CRU601 `dataset_ref`: there is no file `train.jsonl`\n"
    assert not (here / "runs").exists()


def test_a_warning_is_said_once(crucible: Callable[..., Any], data: Path) -> None:
    err = crucible("run", "spec.yaml", "--set", "options.eval_every=5").err
    assert err.count("CRU404") == 1


def test_what_only_the_number_of_steps_shows_is_said_once(crucible: Callable[..., Any], data: Path) -> None:
    text = (data / "spec.yaml").read_text(encoding="utf-8") + "checkpoint_every: 500\n"
    (data / "spec.yaml").write_text(text, encoding="utf-8")
    err = crucible("run", "spec.yaml").err
    assert err == (
        "spec.yaml:8:19: CRU403 warning: `checkpoint_every` spans 500 steps, and training ends after 10: "
        "no checkpoint is written before the final one (use fewer than 10 steps)\n"
    )


def test_columns_that_are_not_read_are_said(crucible: Callable[..., Any], data: Path) -> None:
    row = {"prompt": "a", "completion": "b", "source": "me"}
    (data / "train.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert "train.jsonl: columns not read: source\n" in crucible("run", "spec.yaml").err


def test_an_existing_run_is_left_alone(crucible: Callable[..., Any], data: Path) -> None:
    crucible("run", "spec.yaml")
    before = (data / "runs" / "spec" / "training_run.json").read_bytes()
    status, out, err = crucible("run", "spec.yaml")
    assert (status, out) == (1, "")
    assert "holds a run" in err
    assert "continue it with --resume, or choose another --out" in err
    assert (data / "runs" / "spec" / "training_run.json").read_bytes() == before


def test_a_session_that_cannot_be_opened(crucible: Callable[..., Any], data: Path) -> None:
    status, out, err = crucible("run", "spec.yaml", "--set", "model_ref.artifact_uri=no where")
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        "crucible: no session: state_not_found: there is no saved state at no where",
    ]


def test_a_store_that_is_not_registered(
    crucible: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRUCIBLE_DATASET_STORE", "memory")
    assert crucible("run", "spec.yaml") == (
        2,
        "",
        "crucible: no dataset_store adapter is named 'memory'; known: files\n",
    )


def test_ctrl_c_saves_and_says_how_to_go_on(
    crucible: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(data, monkeypatch, {"training_client": {"interrupted": f"{__name__}:InterruptedClient"}})
    status, out, err = crucible("run", "spec.yaml", "--backend", "interrupted")
    assert (status, out) == (130, "")
    _, asked, stopped, resume = err.splitlines()
    assert asked == "stopping after this step and saving; Ctrl-C again stops at once"
    assert stopped.startswith("crucible: stopped before step 3 of 10; resume to go on")
    assert resume == "to go on: crucible run spec.yaml --backend interrupted --resume"
    run = json.loads((data / "runs" / "spec" / "training_run.json").read_text(encoding="utf-8"))
    assert run["status"] == "cancelled"


def test_a_second_ctrl_c_stops_at_once(
    crucible: Callable[..., Any], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(data, monkeypatch, {"training_client": {"impatient": f"{__name__}:ImpatientClient"}})
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        crucible("run", "spec.yaml", "--backend", "impatient")
    assert signal.getsignal(signal.SIGINT) is before
    run = json.loads((data / "runs" / "spec" / "training_run.json").read_text(encoding="utf-8"))
    assert (run["status"], run["error_message"]) == ("failed", "KeyboardInterrupt")


def test_ctrl_c_is_the_callers_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
