"""`crucible` as a process of its own, and a run of it that can be watched step by step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "crucible_train"]
PIPE_BYTES = 4096
TIMED = ("time", "tokens_per_s")


def environment(**variables: str) -> dict[str, str]:
    """This process's variables without any settings of Crucible, one thread a library, and `variables`."""
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("CRUCIBLE_")}
    return {**clean, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **variables}


def crucible(here: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=here,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


class Running(NamedTuple):
    """A run on its way. Its standard error is read line by line."""

    process: subprocess.Popen[bytes]
    stderr: IO[str]

    def reach(self, step: int) -> None:
        """Read until `step` has been logged.

        The pipe holds a few lines and no more, so the run is then only a few steps further: no clock is
        involved, however busy the machine is.
        """
        for line in self.stderr:
            if line.startswith(f"step {step} "):
                return
        raise AssertionError(f"the run ended before step {step}: {self.process.wait()}")


@contextmanager
def running(here: Path, *arguments: str) -> Iterator[Running]:
    """`crucible run` with a line on standard error for every step."""
    import fcntl  # not on every system, and neither is F_SETPIPE_SZ

    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    command = [*COMMAND, "run", *arguments, "--set", "logger=console"]
    with (
        os.fdopen(read, encoding="utf-8") as stderr,
        subprocess.Popen(
            command, cwd=here, env=environment(), stdout=subprocess.DEVNULL, stderr=write
        ) as process,
    ):
        os.close(write)
        try:
            yield Running(process, stderr)
        finally:
            process.kill()


def outcome(directory: Path) -> dict[str, Any]:
    """All that a run computed, and nothing that a clock measured or that says where it is."""
    rows = [json.loads(line) for line in (directory / "metrics.jsonl").read_bytes().splitlines()]
    report = json.loads((directory / "report.json").read_bytes())
    samples = directory / "samples.json"
    return {
        "weights": (directory / "states" / "final.safetensors").read_bytes(),
        "checkpoints": (directory / "checkpoints.jsonl").read_bytes(),
        "metrics": [{name: row[name] for name in row if name not in TIMED} for row in rows],
        "report": {name: report[name] for name in report if name not in OF_THE_PROCESS},
        "plot": (directory / "loss.svg").read_bytes(),
        "samples": samples.read_bytes() if samples.exists() else None,
    }


OF_THE_PROCESS = ("wall_time_s", "resumed_from", "final_state_path")
