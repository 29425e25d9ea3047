"""Hypothesis strategies for what documents are made of: names, numbers, times, arbitrary JSON."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from hypothesis import strategies as st

NAMES = st.text(min_size=1, max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
POSITIVE = st.floats(min_value=0, exclude_min=True, allow_nan=False, allow_infinity=False)
COUNTS = st.integers(1, 2**40)
FRACTIONS = st.floats(0, 1, exclude_max=True)
WHOLE = st.integers(0, 2**40)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PERCENTAGES = st.floats(0, 100)
LISTS = st.lists(NAMES, max_size=3)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMESTAMPS = st.datetimes(timezones=OFFSETS).map(lambda moment: moment.isoformat())


def mapping(
    required: dict[str, st.SearchStrategy[Any]],
    not_null: dict[str, st.SearchStrategy[Any]] | None = None,
    **optional: st.SearchStrategy[Any],
) -> Any:
    """A mapping with the required keys, and some of the others, which may be null unless told otherwise."""
    or_null = {name: st.none() | values for name, values in optional.items()}
    return st.fixed_dictionaries(required, optional={**or_null, **(not_null or {})})
