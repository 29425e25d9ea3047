"""A package that is installed for one test: modules and entry points in a directory on `sys.path`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


def install(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    entries: Mapping[str, Mapping[str, str]],
    *,
    package: str = "plug_in",
    modules: Mapping[str, str] | None = None,
) -> Path:
    """Make `entries` (`{"training_client": {"mine": "module:Class"}}`) known, as installing does.

    Returns what other processes need on their PYTHONPATH to know them, too.
    """
    site = directory / f"site-{package}"
    info = site / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
    )
    groups = [
        "\n".join([f"[crucible_train.{group}]", *(f"{name} = {target}" for name, target in names.items())])
        for group, names in entries.items()
    ]
    (info / "entry_points.txt").write_text("\n\n".join(groups) + "\n", encoding="utf-8")
    for module, source in (modules or {}).items():
        (site / f"{module}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    return site
