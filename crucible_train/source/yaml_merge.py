"""The merge key `<<` (https://yaml.org/type/merge.html): YAML 1.1's, and in daily use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from crucible_train.source.positions import Branch


def merge(data: dict[str, Any], places: dict[str, tuple[Any, Any]], value: Any, place: Any) -> bool:
    """Add to `data` and `places` the keys of `value` that are not in `places`; False if it has none to give.

    `value` is a mapping, or a list of mappings of which the earlier wins. A key whose own value was left out
    as an error is in `places`, so that no merged value takes its place.
    """
    if isinstance(value, dict):
        children = cast("Branch", place).children
        assert isinstance(children, dict)  # a mapping's place has the mapping's keys
        for key, item in cast("dict[str, Any]", value).items():
            if key not in places:
                data[key] = item
                places[key] = children[key]
        return True
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if all(isinstance(item, dict) for item in items):
            children = cast("list[Any]", cast("Branch", place).children)
            for item, child in zip(items, children, strict=True):
                merge(data, places, item, child)
            return True
    return False
