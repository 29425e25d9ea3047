"""A pipeline that is killed before one of its file operations, resumed and killed again, and resumed.

    python -m tests.support.killed_pipeline EXPERIMENT.json DIRECTORY EVERY

does that for every EVERYth operation, each time in a directory of its own below DIRECTORY, and once without
killing anything (`whole`). Beside each directory it writes the context at the end. Where SIGKILL strikes is
counted, not timed: an audit hook sees each file opened, renamed or made below the directory.

Every run is a fork of this process, which has imported all there is and has no threads.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from crucible_train import Context, RunControl
from crucible_train.ir.experiment import NormalizedExperiment, normalize_experiment
from crucible_train.pipeline import run_pipeline
from tests.support.tiny_stage import tiny_ports

OPERATIONS = frozenset({"open", "os.rename", "os.mkdir", "os.truncate", "os.remove"})


def kill_before(operation: int, directory: Path) -> None:
    """End this process before its file operation of that number below `directory`."""
    numbers = count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in OPERATIONS or not str(arguments[0]).startswith(str(directory)):
            return
        if next(numbers) == operation:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def run(experiment: NormalizedExperiment, directory: Path, *, resume: bool) -> None:
    control = RunControl(resume=resume, directory=str(directory))
    context = run_pipeline(
        experiment, context=Context(ports=tiny_ports(), run_id="r"), control=control
    ).unwrap()
    data = dataclasses.asdict(dataclasses.replace(context, experiment=None, ports=None))
    directory.with_suffix(".json").write_text(json.dumps(data), encoding="utf-8")


def forked(
    experiment: NormalizedExperiment, directory: Path, *, resume: bool, operation: int | None = None
) -> bool:
    """Whether the run, in a process of its own, came to its end: else it was killed."""
    process = os.fork()
    if process == 0:
        if operation is not None:
            kill_before(operation, directory)
        run(experiment, directory, resume=resume)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return True
    assert os.WIFSIGNALED(status), f"{directory.name}: status {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL
    return False


def readable(directory: Path) -> None:
    """Whatever was being done, the record is there whole, or not yet."""
    record = directory / "experiment.json"
    if record.exists():
        json.loads(record.read_bytes())


def main(spec: str, place: str, every: str) -> None:
    directory = Path(place)
    experiment = normalize_experiment(json.loads(Path(spec).read_bytes())).unwrap()
    assert forked(experiment, directory / "whole", resume=False)
    for operation in count(0, int(every)):
        here = directory / str(operation)
        if forked(experiment, here, resume=False, operation=operation):
            break
        readable(here)
        forked(experiment, here, resume=True, operation=operation)
        readable(here)
        assert forked(experiment, here, resume=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
