"""Limits on one input: seconds of the processor, which do not depend on what else the machine does."""

from __future__ import annotations

import resource
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MAX_SECONDS = 1.0
MAX_MIB = 300


class TooSlowError(BaseException):
    """An input took longer than `MAX_SECONDS`. Nothing that is fuzzed catches it."""


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


class Watch:
    """Times inputs, and keeps the slowest."""

    def __init__(self) -> None:
        self.slowest_s, self.slowest = 0.0, ""
        signal.signal(signal.SIGPROF, _too_slow)

    @contextmanager
    def input(self, name: str) -> Iterator[None]:
        """Raises `TooSlowError` in the midst of an input that takes too long."""
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - started
        if took > self.slowest_s:
            self.slowest_s, self.slowest = took, name


def peak_mib() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
