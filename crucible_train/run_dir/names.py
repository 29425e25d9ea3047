"""Names that people chose, as names of files and directories."""

from __future__ import annotations

import re


def file_name(text: str) -> str:
    """`text` with all but letters, digits, `_`, `.` and `-` replaced; empty where nothing is left of it.

    The result is one name: no separator, no leading dot, never `..`.
    """
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")
