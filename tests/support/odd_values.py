"""Values that a schema and a model might judge differently."""

from __future__ import annotations

from typing import Any

NUMBERS = (0, 1, -1, 2, 3.0, 0.0, 1.0, 0.5, -0.5, 1e-12, 1e300, 2**31, 2**63 - 1, 2**63, 10**30)
TEXTS = ("", "a", " ", "null", "true", "3", "nan", "Straße", "x" * 300, "2024-01-31T10:00:00Z")
LISTS: tuple[Any, ...] = ([], [""], ["a", "b"], [1], [None], [[]], [{}])
MAPPINGS: tuple[Any, ...] = ({}, {"": 1}, {"a": None}, {"a": {"b": [1, {}]}})

ODD: tuple[Any, ...] = (None, True, False, *NUMBERS, *TEXTS, *LISTS, *MAPPINGS)
"""Values of every type, and some at the ends of what types hold."""

TIMES = (
    "2024-02-29T23:59:59.123456789+05:30",
    "2024-01-01t00:00z",
    "2024-01-01 00:00:00-00",
    "0001-01-01T00:00Z",
    "2024-12-31T23:59:59,5+0100",
    "2024-01-01T00:00\u221201:00",
    "2024-02-30T00:00:00Z",
    "2024-01-01T00:00:00",
    "2024-01-01",
    "2024-01-01T24:00:00Z",
    "0000-01-01T00:00Z",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00.Z",
    "2024-1-1T00:00:00Z",
    "1704067200",
    "2024-01-01T00Z",
    "2024-01-01T00:00:00 Z",
    "2024-01-01_00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-01T00:00\u221201",
    "\u0662024-01-01T00:00:00Z",
)
"""Timestamps, and what is nearly one."""

DEEP: Any = "deep"
for _ in range(101):
    DEEP = {"a": DEEP}
