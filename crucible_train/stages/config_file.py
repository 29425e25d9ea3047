"""`config.json`, in every stage's run directory: what was run, with fingerprint and provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.run_dir.directory import CONFIG_NAME
from crucible_train.run_dir.versions import versions

if TYPE_CHECKING:
    from crucible_train.ir.normalized import Normalized

CONFIG_FILE = CONFIG_NAME


def config_json(normalized: Normalized[Any]) -> dict[str, Any]:
    """What the file holds, as JSON data. `crucible diff` reads it."""
    return {
        "stage": normalized.stage,
        "fingerprint": normalized.fingerprint,
        "config": normalized.to_json(),
        "effective": normalized.effective,
        "provenance": {name: row.to_json() for name, row in normalized.provenance.items()},
        "warnings": [str(finding) for finding in normalized.warnings],
        "versions": versions(),
    }
