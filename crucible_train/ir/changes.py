"""What differs between two configs of one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train.ir.normalized import UNCOUNTED

if TYPE_CHECKING:
    from collections.abc import Mapping


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any], under: str = "") -> list[str]:
    """The names of the settings that differ, `training_config.seed` among them. Both are JSON data."""
    names: list[str] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if name == "training_config" and isinstance(old, dict):
            names += changed_settings(cast("dict[str, Any]", old), new or {}, f"{name}.")
        elif old != new and name not in UNCOUNTED:
            names.append(under + name)
    return names
