"""What a run ran with, for its record."""

from __future__ import annotations

import platform
import sys

from crucible_train import __version__


def versions() -> dict[str, str]:
    """The versions of this package and of Python, and the platform."""
    return {
        "crucible_train": __version__,
        "python": platform.python_version(),
        "platform": sys.platform,
    }
