"""`crucible` and `python -m crucible_train`."""

from __future__ import annotations

import errno
import gc
import os
import sys
from types import ModuleType


def _skip_plugin_search() -> None:
    """Keep Pydantic from reading the metadata of every installed package, looking for plug-ins.

    The variable is Pydantic's own switch. The module that searches is imported all the same, and brings
    importlib.metadata, email and zipfile with it, an eighth of our time: so an empty one stands in for it.
    Where a Pydantic has no module of that name, nothing changes.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    search = ModuleType("pydantic.plugin._loader")
    search.__dict__["get_plugins"] = tuple
    sys.modules.setdefault(search.__name__, search)


def main() -> None:
    """Run the command line and exit.

    Checking a spec takes less time than collecting the garbage of the imports it needs, or than tearing the
    interpreter down; so neither happens, except in a run, which is long and ends in the ordinary way.
    """
    gc.disable()
    _skip_plugin_search()
    from crucible_train.cli.main import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_USAGE, run_command

    # A file name need not be UTF-8, nor the terminal. (stderr escapes what it cannot show by itself.)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        code = run_command(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os._exit(EXIT_BROKEN_PIPE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG) or error.filename is not None:
            raise  # not about a stream that is open: a mistake of ours
        sys.stderr.write(f"crucible: the output cannot be written: {error.strerror}\n")
        os._exit(EXIT_USAGE)
    except KeyboardInterrupt:  # Ctrl-C, or the second one of a run
        os._exit(EXIT_INTERRUPTED)
    if gc.isenabled():
        raise SystemExit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
