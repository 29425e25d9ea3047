"""JSON both ways, for every IR type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from crucible_ir.base import IRModel
from crucible_ir.json_text import check

M = TypeVar("M", bound=IRModel)


def from_json(text: str | bytes, cls: type[M], *, unknown: Literal["forbid", "ignore"] = "forbid") -> M:
    """Read a `cls` from JSON text.

    `unknown="ignore"` reads documents of a newer producer: keys this version does not know are dropped,
    which is the caller's explicit choice. A key written twice in one mapping is an error, like malformed
    JSON and everything `from_map` refuses. Raises `pydantic.ValidationError`.
    """
    model = cls.__pydantic_validator__.validate_json(text, extra=unknown)
    check(text, model)
    return model


def from_map(
    mapping: Mapping[str, Any], cls: type[M], *, unknown: Literal["forbid", "ignore"] = "forbid"
) -> M:
    """Read a `cls` from a mapping of JSON data. Raises `pydantic.ValidationError`."""
    return cls.model_validate(_as_dict(mapping), extra=unknown)


def _as_dict(data: object) -> object:
    """Any mapping as a dict; what is none is left for the model to refuse."""
    return dict(cast("Mapping[Any, Any]", data)) if isinstance(data, Mapping) else data


def to_map(model: IRModel, *, explicit_only: bool = False) -> dict[str, Any]:
    """The model as JSON data. With `explicit_only`, only what was explicitly set, at every depth."""
    return model.model_dump(mode="json", exclude_unset=explicit_only)


def to_json(model: IRModel, *, explicit_only: bool = False, indent: int | None = None) -> str:
    """The model as JSON text. An explicitly set `null` is kept either way."""
    return json.dumps(to_map(model, explicit_only=explicit_only), ensure_ascii=False, indent=indent)
