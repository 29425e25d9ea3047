"""`crucible` and `python -m crucible_train`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit.

    Checking a spec takes less time than collecting the garbage of the imports it needs, or than tearing the
    interpreter down; so neither happens, except in a run, which is long and ends in the ordinary way.
    """
    gc.disable()
    # Pydantic would read the metadata of every installed package, looking for plug-ins we do not use.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from crucible_train.cli.main import run_command

    try:
        code = run_command(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os._exit(0)
    if gc.isenabled():
        raise SystemExit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
