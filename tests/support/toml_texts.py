"""Data as TOML."""

from __future__ import annotations

import json
from typing import Any


def toml_scalar(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{toml_scalar(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[\n" + "".join(f"{toml_value(item)}, # x\n" for item in value) + "]"
    return toml_scalar(value)


def toml_text(data: dict[str, Any], path: tuple[str, ...] = ()) -> str:
    """Tables get headers, lists of tables get theirs."""
    plain, tables = "", ""
    for key, value in data.items():
        name = ".".join(map(toml_scalar, (*path, key)))
        if isinstance(value, dict):
            tables += f"[{name}]\n{toml_text(value, (*path, key))}"
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            tables += "".join(f"[[{name}]]\n{toml_text(item, (*path, key))}" for item in value)
        else:
            plain += f"{toml_scalar(key)} = {toml_value(value)}\n"
    return plain + tables
