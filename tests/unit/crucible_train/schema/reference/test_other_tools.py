"""The page of other tools' names has each of them, what it is here, and where it is documented."""

from __future__ import annotations

from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES
from crucible_train.schema.reference.other_tools import other_tools_page


def test_every_name_is_there_with_its_sources() -> None:
    here, without = other_tools_page().split("## Without an equivalent")
    for name, foreign in FOREIGN_NAMES.items():
        part = without if foreign.ours is None else here
        (row,) = (line for line in part.splitlines() if line.startswith((f"| `{name}` |", f"| `{name}`, ")))
        assert all(str(at) in row for at in foreign.sources)
        assert all(f"`{path}`" in row for path in foreign.paths)
        assert foreign.ours is None or f" | `{foreign.ours}` | " in row
        assert ("| `same` |" in row) is foreign.is_rename
        assert foreign.note in row
