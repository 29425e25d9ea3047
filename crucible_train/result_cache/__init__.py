"""What `crucible validate` printed, printed again while nothing that it depends on has changed.

The unit is one command line. Its record holds the outcome and everything that was looked at to come to it; a
record counts only while all of that is as it was. Imported before anything else, this must cost next to
nothing: no module of ours and, of the standard library, only what every Python has loaded already.
"""

from __future__ import annotations

import os
import sys
import time

from crucible_train.result_cache import record
from crucible_train.result_cache.invocation import key_of

TYPE_CHECKING = False  # that of `typing` takes as long to import as Python takes to start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def cached(arguments: Sequence[str], version: str, load: Callable[[], Callable[[Sequence[str]], int]]) -> int:
    """The exit status of `load()(arguments)`, from the cache where it knows; what is printed is the same.

    `load` imports the command; that it looks at files then is not recorded.
    """
    key = key_of(arguments, version, os.environ)
    if key is None:
        return load()(arguments)
    directory = os.path.join(_project(os.getcwd()), record.DIRECTORY)
    known = record.read(directory, key)
    if known is not None and record.holds(known.seen):
        for stream, text in known.printed:
            (sys.stdout if stream == "out" else sys.stderr).write(text)
        return known.status
    started_ns = time.time_ns()
    run = load()
    from crucible_train.result_cache.recording import recorded

    return recorded(directory, key, lambda: run(arguments), started_ns)


def _project(here: str) -> str:
    """The nearest directory at or above `here` with a pyproject.toml, else `here`."""
    directory = here
    while not os.path.exists(os.path.join(directory, "pyproject.toml")):
        above = os.path.dirname(directory)
        if above == directory:
            return here
        directory = above
    return directory
