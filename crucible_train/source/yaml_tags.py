"""YAML tags: the core ones are applied, all others are refused (YAML 1.2.2, sections 10.1 to 10.3)."""

from __future__ import annotations

from typing import Any

from crucible_train.source.findings import shown
from crucible_train.source.odd import DROPPED, Odd
from crucible_train.source.yaml_scalars import resolve_plain

_CORE = "tag:yaml.org,2002:"
_NO_TAG_HINT = "write the value without a tag"


def resolve_tagged(tag: str, text: str) -> Any:
    """The value of a scalar with `tag`, plain or quoted, or an `Odd`.

    CRU013 for a tag that is not of the core schema, and where `text` is not a value of the tag's type.
    """
    if tag == _CORE + "str":
        return text
    if tag not in _SCALAR_TYPES:
        return _refused(tag, "a scalar") if tag in _COLLECTION_TYPES else unknown_tag(tag)
    value = resolve_plain(text)
    if isinstance(value, Odd):
        if value.value is DROPPED:
            return value
        value = value.value  # the tag says what is meant, so that nothing is ambiguous
    if tag == _CORE + "float" and type(value) is int:
        return _as_float(value, text)
    return value if type(value) is _SCALAR_TYPES[tag] else _refused(tag, shown(text))


def check_collection(tag: str, value: Any) -> Odd | None:
    """CRU013 unless `tag` is the core schema's tag for the mapping or list `value`."""
    if tag in _COLLECTION_TYPES:
        matches = isinstance(value, _COLLECTION_TYPES[tag])
    elif tag == _CORE + "str" or tag in _SCALAR_TYPES:
        matches = False
    else:
        return unknown_tag(tag)
    return None if matches else _refused(tag, "a mapping" if isinstance(value, dict) else "a list")


def unknown_tag(tag: str) -> Odd:
    """CRU013 for a tag that is not of the core schema."""
    return Odd("CRU013", f"the tag {_shown_tag(tag)} asks for a type that a spec cannot hold", _NO_TAG_HINT)


def _as_float(value: int, text: str) -> Any:
    try:
        return float(value)
    except OverflowError:
        from crucible_train.source.odd import too_large

        return too_large(text)


def _refused(tag: str, what: str) -> Odd:
    return Odd("CRU013", f"{what} is no {_shown_tag(tag)}", _NO_TAG_HINT)


def _shown_tag(tag: str) -> str:
    return shown("!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag)


_SCALAR_TYPES: dict[str, type] = {
    _CORE + "int": int,
    _CORE + "float": float,
    _CORE + "bool": bool,
    _CORE + "null": type(None),
}
_COLLECTION_TYPES: dict[str, type] = {_CORE + "map": dict, _CORE + "seq": list}
