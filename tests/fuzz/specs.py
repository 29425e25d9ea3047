"""Broken specs through the whole command line, as many as there is time for.

    python -m tests.fuzz.specs --seconds 60
    python -m tests.fuzz.specs --inputs 1000000 --seed 7
    python -m tests.fuzz.specs --only 4711 --seed 7      # one of them again, to look at

It fails at an exception, at a report that contradicts itself, at an input that takes more than a second of
the processor, and where the process has had more than 300 MiB. What failed is kept in `.fuzz/`.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.watch import MAX_MIB, TooSlowError, Watch, peak_mib
from tests.fuzz.whole_path import prepare, run, write_mutant

CRASHES = Path(".fuzz")
"""Git ignores it."""
MAX_CRASHES = 20
PROGRESS_S = 30


def one(seed: int, number: int, directory: Path) -> tuple[str, ...]:
    """Write input `number`; the command to run on it."""
    return write_mutant(Random(f"{seed}/{number}"), directory)


def keep(directory: Path, target: Path, arguments: tuple[str, ...]) -> None:
    """Keep what made something fail, with the traceback."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(directory, target)
    (target / "failure.txt").write_text(
        f"crucible {' '.join(arguments)}\n\n{traceback.format_exc()}", "utf-8"
    )


def main() -> int:
    """Run until the time or the inputs are used up, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--inputs", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    if options.only is None and options.seconds == float("inf") and options.inputs == sys.maxsize:
        parser.error("say --seconds or --inputs: it would never end")
    crashes = CRASHES.absolute()
    watch, statuses, codes, failed = Watch(), Counter[int](), Counter[str](), 0
    started = said = time.monotonic()
    number = 0
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        directory = Path(name)
        while number < options.inputs and time.monotonic() - started < options.seconds:
            prepare(directory)  # --fix writes
            which = number if options.only is None else options.only
            arguments = one(options.seed, which, directory)
            try:
                with watch.input(f"{options.seed}/{which}"):
                    outcome = run(arguments)
            except (Exception, TooSlowError):  # noqa: BLE001 - whatever it is, it is what we look for
                failed += 1
                keep(directory, crashes / f"{options.seed}-{which}", arguments)
                print(f"input {options.seed}/{which}: {traceback.format_exc(limit=-3)}", flush=True)
            else:
                statuses[outcome.status] += 1
                codes.update(outcome.codes)
            number += 1
            if options.only is not None or failed >= MAX_CRASHES or peak_mib() > MAX_MIB:
                break
            if time.monotonic() - said > PROGRESS_S:
                said = time.monotonic()
                print(f"{number:,} inputs, {failed} failed, {peak_mib():.0f} MiB", flush=True)
    seconds = time.monotonic() - started
    print(f"{number:,} inputs in {seconds:.0f} s; exit status: {dict(sorted(statuses.items()))}")
    print(f"slowest: {watch.slowest_s:.3f} s of the processor ({watch.slowest}); peak {peak_mib():.0f} MiB")
    print(f"{len(codes)} codes: {', '.join(f'{code} {count:,}' for code, count in sorted(codes.items()))}")
    print(f"{failed} failed" + (f": see {crashes}" if failed else ""))
    return int(failed > 0 or peak_mib() > MAX_MIB)


if __name__ == "__main__":
    sys.exit(main())
