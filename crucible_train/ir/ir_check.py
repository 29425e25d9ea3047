"""The IR's own rules, on what all sources together say in its vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter, ValidationError

from crucible_ir import DatasetRef, TrainingConfig
from crucible_ir.json_data import JSON_DATA, JsonObject
from crucible_train.diagnostics.from_pydantic import findings_below, findings_of
from crucible_train.loops.folding import overlay
from crucible_train.loops.stage_config import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.diagnostics.diagnostic import Diagnostic, Loc
    from crucible_train.diagnostics.from_pydantic import ExplainKey
    from crucible_train.ir.spec import Source

_FIELDS = frozenset(TrainingConfig.model_fields)
_BELOW_THE_IR = (Layer.DEFAULT, Layer.SETTINGS)


def ir_findings(
    sources: Sequence[Source], explain_key: ExplainKey, keys: frozenset[str] | None = None
) -> list[tuple[int, Diagnostic]]:
    """What the IR's types refuse: the index of the source it stands in, and the finding.

    With `keys`, only these are looked at: those of a stage that does not read a whole training config. A
    missing top-level key stands in no source: its index is -1.
    """
    spec = _ir_view(sources, _FIELDS if keys is None else _FIELDS & keys)
    try:
        # What `model_validate` calls, without the time it takes to look at arguments nobody gave.
        TrainingConfig.__pydantic_validator__.validate_python(
            spec, context=None if False in [source.from_text for source in sources] else JSON_DATA
        )
    except ValidationError as error:
        found = findings_of(error, TrainingConfig, spec, explain_key)
    else:
        return []
    return [(owner_of(sources, finding.loc), finding) for finding in found]


def _ir_view(sources: Sequence[Source], fields: frozenset[str]) -> Mapping[str, Any]:
    """The sources' IR keys, laid over one another as `fold` lays them."""
    view: Mapping[str, Any] | None = None
    for source in sources:
        if source.layer in _BELOW_THE_IR:
            continue
        part = source.values
        if not isinstance(part, dict) or not part.keys() <= fields:
            part = {key: value for key, value in part.items() if key in fields}
        if view is None:
            view = part
        elif source.layer is Layer.SET:
            view = overlay(view, part)
        else:
            view = _laid_over(view, part)
    return view or {}


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = {**below, **{key: value for key, value in above.items() if value is not None}}
    options, options_below = above.get("options"), below.get("options")
    if isinstance(options, Mapping) and isinstance(options_below, Mapping):
        result["options"] = {**options_below, **options}
    return result


def owner_of(sources: Sequence[Source], loc: Loc) -> int:
    """The source that wrote the most of the path `loc`, the highest one of several; -1 when none wrote any.

    Only `--set` is laid over what is below it; any other source replaces that. A null says nothing, unless
    there is nothing else.
    """
    saying = [index for index, source in enumerate(sources) if _says(source, loc)]
    best, longest = -1, 0
    for index in reversed(saying or range(len(sources))):
        written = _written(sources[index].values, loc)
        if written > longest:
            best, longest = index, written
        replaced = written > 1 or (written == 1 and loc[0] != "options")
        if replaced and sources[index].layer is not Layer.SET:
            break
    return best


def _says(source: Source, loc: Loc) -> bool:
    """Whether a source sets the top-level key of `loc`, or takes it back."""
    value = source.values.get(str(loc[0])) if loc else None
    return value is not None or source.layer is Layer.SET


def is_written(values: Mapping[str, Any], loc: Loc) -> bool:
    """Whether `values` has something at `loc`."""
    return _written(values, loc) == len(loc)


def _written(values: Mapping[str, Any], loc: Loc) -> int:
    """How many parts of `loc` exist in `values`."""
    current: Any = values
    for count, part in enumerate(loc):
        if isinstance(current, Mapping):
            mapping = cast("Mapping[Any, Any]", current)
            if part not in mapping:
                return count
            current = mapping[part]
        elif isinstance(current, list | tuple) and isinstance(part, int):
            items = cast("Sequence[Any]", current)
            if part >= len(items):
                return count
            current = items[part]
        else:
            return count
        if current is None and count == 0 and len(loc) > 1:
            return 0  # a null at the top means "not set": what is below it was written elsewhere
    return len(loc)


def dataset_ref_findings(reference: Any, name: str, explain_key: ExplainKey) -> Iterator[Diagnostic]:
    """The rules of a `DatasetRef`, for a reference `name` that the IR has no field for."""
    if not isinstance(reference, Mapping):
        return

    def explain_here(loc: Loc, allowed: frozenset[str]) -> Diagnostic:
        return replace(explain_key((name, *loc), allowed), loc=loc)

    try:
        DatasetRef.model_validate(reference)
    except ValidationError as error:
        for finding in findings_of(error, DatasetRef, reference, explain_here):
            message = finding.message
            if f"`{name}." not in message:
                message = message.replace("`", f"`{name}.", 1)
            yield replace(finding, message=message, loc=(name, *finding.loc))


def json_data_findings(value: Any, name: str) -> list[Diagnostic]:
    """What of the mapping `name` is no JSON data."""
    try:
        _json_object().validate_python(value)
    except ValidationError as error:
        return findings_below(error, name)
    return []


@cache
def _json_object() -> TypeAdapter[dict[str, Any] | None]:
    return TypeAdapter(JsonObject | None)
