"""`crucible` and `python -m crucible_train`."""

from __future__ import annotations

import errno
import gc
import os
import sys

from crucible_train import __version__
from crucible_train.result_cache import cached

TYPE_CHECKING = False  # that of `typing` takes as long to import as Python takes to start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_EXIT_USAGE, _EXIT_INTERRUPTED, _EXIT_BROKEN_PIPE = 2, 130, 141
"""Those of `cli.main`, which takes a quarter of Python's start to import."""


def _skip_plugin_search() -> None:
    """Keep Pydantic from reading the metadata of every installed package, looking for plug-ins.

    The variable is Pydantic's own switch. The module that searches is imported all the same, and brings
    importlib.metadata, email and zipfile with it, an eighth of our time: so an empty one stands in for it.
    Where a Pydantic has no module of that name, nothing changes.
    """
    from types import ModuleType

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    search = ModuleType("pydantic.plugin._loader")
    search.__dict__["get_plugins"] = tuple
    sys.modules.setdefault(search.__name__, search)


def _command_line() -> Callable[[Sequence[str]], int]:
    """What runs a command. The modules of `validate` are imported by then: they are no input of it."""
    _skip_plugin_search()
    from importlib import import_module

    from crucible_train.cli.main import run_command

    if sys.argv[1:2] == ["validate"]:
        import_module("crucible_train.cli.validate")
    return run_command


def _open_streams() -> None:
    """A stream that was closed is empty, or goes nowhere: else the next file would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - no pathlib here, and it stays open


def _complain(problem: str) -> None:
    """Say it on standard error, if that can be written."""
    try:
        sys.stderr.write(f"crucible: {problem}\n")
        sys.stderr.flush()
    except OSError:
        return  # there is nobody left to tell but by the exit status


def main() -> None:
    """Run the command line and exit.

    Checking a spec takes less time than collecting the garbage of the imports it needs, or than tearing the
    interpreter down; so neither happens, except in a run, which is long and ends in the ordinary way.
    """
    gc.disable()
    _open_streams()
    # A file name need not be UTF-8, nor the terminal. (stderr escapes what it cannot show by itself.)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        code = cached(sys.argv[1:], __version__, _command_line)
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os._exit(_EXIT_BROKEN_PIPE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG) or error.filename is not None:
            raise  # not about a stream that is open: a mistake of ours
        _complain(f"the output cannot be written: {error.strerror}")
        os._exit(_EXIT_USAGE)
    except KeyboardInterrupt:  # Ctrl-C, or the second one of a run
        os._exit(_EXIT_INTERRUPTED)
    if gc.isenabled():
        raise SystemExit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
