"""The schemas as files: `NAME.json` for everything that is built in, the IR's types in a directory `ir`.

What plug-ins bring is left out, so that the files are the same wherever they are written;
`crucible schema NAME` prints it. The IR's types are apart because not every file system tells
`Experiment.json` from `experiment.json`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crucible_train.schema.export import built_in_names, schema, type_names

if TYPE_CHECKING:
    from pathlib import Path

_FIRST = ("$schema", "$id", "$comment", "title", "description", "type", "properties", "required")
_OF_NAMES = ("properties", "$defs")
_OF_VALUES = ("default", "examples", "enum", "const")


class Drift(NamedTuple):
    """A file that is not what it should be."""

    path: Path
    what: str
    """`missing`, `out of date` or `left over`."""


def rendered(found: dict[str, Any]) -> str:
    """A schema as text: keywords in one order, properties in the model's, indented by two spaces."""
    return json.dumps(_ordered(found), indent=2, ensure_ascii=False) + "\n"


def files() -> dict[str, str]:
    """Path below the directory to text."""
    return {_file(name): rendered(schema(name).unwrap()) for name in built_in_names()}


def _file(name: str) -> str:
    return f"ir/{name}.json" if name in type_names() else f"{name}.json"


def write(directory: Path) -> list[Path]:
    """Write all files; those that had to change. Raises `OSError`."""
    written: list[Path] = []
    for name, text in files().items():
        path = directory / name
        if _read(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written


def drift(directory: Path) -> list[Drift]:
    """Every file that `write` would change, and every other `.json` beside them. Raises `OSError`.

    No other directory below `directory` is looked into.
    """
    expected = files()
    found: list[Drift] = []
    for name, text in expected.items():
        path = directory / name
        held = _read(path)
        if held != text:
            found.append(Drift(path, "missing" if held is None else "out of date"))
    known = {directory / name for name in expected}
    beside = [path for folder in (directory, directory / "ir") for path in folder.glob("*.json")]
    return sorted([*found, *(Drift(path, "left over") for path in beside if path not in known)])


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _ordered(node: Any) -> Any:
    """A schema with its keywords in order. Names and values stay as they are."""
    if isinstance(node, list):
        return [_ordered(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in sorted(cast("dict[str, Any]", node).items(), key=_rank):
        if key in _OF_NAMES:
            found[key] = {name: _ordered(rules) for name, rules in cast("dict[str, Any]", value).items()}
        else:
            found[key] = value if key in _OF_VALUES else _ordered(value)
    return found


def _rank(item: tuple[str, Any]) -> tuple[int, str]:
    key = item[0]
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST) + (key == "$defs"), key)
