"""Overrides, by `--set KEY=VALUE` or a variable: dotted keys, and values typed by the field they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from crucible_ir import TrainingConfig
from crucible_train.diagnostics.places import model_in
from crucible_train.ir.spec import Source, nested
from crucible_train.loops.folding import overlay
from crucible_train.loops.stage_config import Layer, StageConfig
from crucible_train.result import Err, Ok, Result
from crucible_train.source import parse_scalar
from crucible_train.source.budget import DEEP_MESSAGE, MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.fields import FieldInfo

    from crucible_train.diagnostics.diagnostic import Loc


MAX_SHOWN = 200
"""Characters of an assignment in a message."""


class Override(NamedTuple):
    """A value for one key."""

    path: tuple[str, ...]
    text: str
    """What the value is read from."""
    name: str
    """What a person knows it by: the option as it was written, or the name of the variable."""


def overrides_source(assignments: list[str], stage_model: type[StageConfig]) -> Result[Source, str]:
    """The source of all `--set` assignments, in order: a later one wins over an earlier one.

    `Err` says in words which assignment cannot be read at all.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        path = tuple(part.strip() for part in key.split("."))
        if not equals or not all(path):
            return Err(f"--set {shortened(assignment)}: write KEY=VALUE, such as --set epochs=3")
        match _laid_over(values, Override(path, text, f"--set {shortened(assignment)}"), stage_model):
            case Ok(values):
                pass
            case Err() as failed:
                return failed
    return Ok(Source(values, Layer.SET, label="--set", from_text=True))


def shortened(assignment: str) -> str:
    """An assignment for a message."""
    return assignment if len(assignment) <= MAX_SHOWN else f"{assignment[: MAX_SHOWN - 3]}..."


def variables_source(variables: Sequence[Override], stage_model: type[StageConfig]) -> Result[Source, str]:
    """The source of all variables that override a key. `Err` says in words which value cannot be read."""
    values: dict[str, Any] = {}
    for variable in variables:
        match _laid_over(values, variable, stage_model):
            case Ok(values):
                pass
            case Err() as failed:
                return failed
    labels: dict[Loc, str] = {variable.path: variable.name for variable in variables}
    return Ok(Source(values, Layer.SET, from_text=True, labels=labels))


def _laid_over(
    values: dict[str, Any], override: Override, stage_model: type[StageConfig]
) -> Result[dict[str, Any], str]:
    if len(override.path) > MAX_DEPTH:
        return Err(f"{override.name}: {DEEP_MESSAGE}")
    match _typed(override.text.strip(), _annotation(override.path, stage_model)):
        case Ok(value):
            return Ok(_merge(values, nested(override.path, value)))
        case Err(problem):
            return Err(f"{override.name}: {problem}")


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`overlay`, keeping a `None`: it takes back a value of the spec, not one of another assignment."""
    result = overlay(below, above)
    for key, value in above.items():
        if value is None:
            result[key] = None
        elif isinstance(value, dict):
            lower = below.get(key)
            result[key] = _merge(
                cast("dict[str, Any]", lower) if isinstance(lower, dict) else {},
                cast("dict[str, Any]", value),
            )
    return result


def _annotation(path: tuple[str, ...], stage_model: type[StageConfig]) -> Any:
    """The type of the field that `path` names; `Any` where the spec does not type it."""
    field, rest = _field(path, stage_model)
    for part in rest:
        model = model_in(field.annotation) if field else None
        if model is None:
            return Any
        field = next((info for name, info in model.model_fields.items() if part in (name, info.alias)), None)
    return field.annotation if field else Any


def _field(path: tuple[str, ...], stage_model: type[StageConfig]) -> tuple[FieldInfo | None, tuple[str, ...]]:
    """The field that a path begins with, and the rest of the path."""
    head, rest = path[0], path[1:]
    if head in ("options", "training_config") and rest:
        known = stage_model.option_keys() if head == "options" else frozenset[str]()
        head, rest = rest[0], rest[1:]
        if head not in known and head not in stage_model.backend_keys:
            return None, ()
    ir_field = TrainingConfig.model_fields.get(_REFERENCES.get(head, head))
    if ir_field is not None and (
        head in stage_model.backend_keys or model_in(ir_field.annotation) is not None
    ):
        return ir_field, rest  # the stage keeps references as mappings; the IR knows their fields
    names = {row.source: row.target for row in stage_model.mapping_table()}
    return stage_model.model_fields.get(names.get(head, head)) or ir_field, rest


_REFERENCES = {"eval_dataset_ref": "dataset_ref"}
"""Stage fields that hold what an IR field types."""


def _typed(text: str, annotation: Any) -> Result[Any, str]:
    """`text` itself where the field takes text, else what it says as a YAML value."""
    if annotation is not Any and text not in ("null", "~") and _accepts(annotation, text):
        return Ok(text)
    if not text:
        return Err("there is no value; `null` takes a value of the spec back")
    match parse_scalar(text):
        case Ok(value):
            return Ok(value)
        case Err(problem):
            return Err(problem.diagnostics[0].message)


def _accepts(annotation: Any, text: str) -> bool:
    strict = None if _is_model(annotation) else ConfigDict(strict=True)
    try:
        TypeAdapter(annotation, config=strict).validate_python(text)
    except (ValidationError, PydanticUserError):
        return False
    return True


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
