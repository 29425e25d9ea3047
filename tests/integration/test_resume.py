"""A run that is killed, or asked to stop, and resumed is the run that was never stopped: byte for byte."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import crucible, outcome, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command_line import Running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a pipe of a chosen size")
STEPS = 120


@pytest.fixture
def whole(here: Path) -> dict[str, Any]:
    """What the run gives that nobody stops."""
    done = crucible(here, "run", "spec.yaml", "--out", "whole")
    assert done.returncode == 0, done.stderr
    return outcome(here / "whole")


def last_step(directory: Path) -> int:
    return json.loads((directory / "metrics.jsonl").read_bytes().splitlines()[-1])["step"]


def kill(run: Running) -> None:
    run.process.kill()
    assert run.process.wait() == -signal.SIGKILL


def resume(here: Path) -> str:
    done = crucible(here, "run", "spec.yaml", "--out", "run", "--resume")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("step", [3, 45, 82])
def test_a_killed_run(here: Path, whole: dict[str, Any], step: int) -> None:
    with running(here, "spec.yaml", "--out", "run") as run:
        run.reach(step)
        kill(run)
    assert step <= last_step(here / "run") < STEPS
    assert not (here / "run" / "report.json").exists()
    resume(here)
    assert outcome(here / "run") == whole


def test_a_run_killed_again_and_again(here: Path, whole: dict[str, Any]) -> None:
    arguments = ["spec.yaml", "--out", "run"]
    for step in (12, 33, 61):
        with running(here, *arguments) as run:
            run.reach(step)
            kill(run)
        arguments = ["spec.yaml", "--out", "run", "--resume"]
    resume(here)
    assert outcome(here / "run") == whole


def test_ctrl_c(here: Path, whole: dict[str, Any]) -> None:
    with running(here, "spec.yaml", "--out", "run") as run:
        run.reach(25)
        run.process.send_signal(signal.SIGINT)
        said = run.stderr.read()
        assert run.process.wait() == 130
    assert "stopping after this step and saving; Ctrl-C again stops at once\n" in said
    assert "crucible: stopped before step " in said
    command = "crucible run spec.yaml --out run --set logger=console --resume"
    assert said.endswith(f"to go on: {command}\n")
    assert "Traceback" not in said
    record = json.loads((here / "run" / "training_run.json").read_bytes())
    assert record["status"] == "cancelled"
    stopped_at = last_step(here / "run") + 1
    assert f"step-{stopped_at:06d}" in record["checkpoint_uris"][-1]

    done = crucible(here, *command.split()[1:])
    assert done.returncode == 0, done.stderr
    resumed = outcome(here / "run")
    # The checkpoint that Ctrl-C asked for is one more; otherwise nothing differs.
    extra = [
        line for line in resumed["checkpoints"].splitlines() if line not in whole["checkpoints"].splitlines()
    ]
    assert [json.loads(line)["step"] for line in extra] in ([stopped_at], [])
    assert {**resumed, "checkpoints": None} == {**whole, "checkpoints": None}


def test_ctrl_c_twice_ends_at_once(here: Path, whole: dict[str, Any]) -> None:
    with running(here, "spec.yaml", "--out", "run") as run:
        run.reach(25)
        run.process.send_signal(signal.SIGINT)
        for line in run.stderr:  # the second has to come after the first has been taken note of
            if line.startswith("stopping after this step"):
                break
        run.process.send_signal(signal.SIGINT)
        said = run.stderr.read()
        assert run.process.wait() == 130
    assert "Traceback" not in said
    resume(here)
    assert outcome(here / "run")["weights"] == whole["weights"]


def test_the_same_seed_gives_the_same_bytes(here: Path, whole: dict[str, Any]) -> None:
    assert crucible(here, "run", "spec.yaml", "--out", "again").returncode == 0
    assert outcome(here / "again") == whole
    assert crucible(here, "run", "spec.yaml", "--out", "other", "--set", "seed=8").returncode == 0
    assert outcome(here / "other")["weights"] != whole["weights"]


KEPT = (".json", ".jsonl", ".svg")


def test_a_complete_run_prints_its_outcome_and_trains_nothing(here: Path, whole: dict[str, Any]) -> None:
    (here / "whole").rename(here / "run")
    before = {path.name: path.read_bytes() for path in (here / "run").iterdir() if path.suffix in KEPT}
    printed = resume(here)
    assert printed.startswith(f"already complete: {STEPS} steps")
    assert outcome(here / "run") == whole
    assert before == {
        path.name: path.read_bytes() for path in (here / "run").iterdir() if path.suffix in KEPT
    }
