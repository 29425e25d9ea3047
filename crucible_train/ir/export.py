"""From a stage config back to the IR: the `TrainingConfig` that a run's record carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crucible_ir import TrainingConfig

if TYPE_CHECKING:
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import TrainingStageConfig


def to_training_config(normalized: Normalized[TrainingStageConfig], *, default_id: str) -> TrainingConfig:
    """The training config that normalises to `normalized`, by its stage's mapping table read backwards.

    Values that were not set explicitly stay unset. `default_id` names a run that was given none. What the
    backend is told in a form of its own (an optimizer with settings, say) goes to `options`. Raises
    `pydantic.ValidationError` where the config names no model or no data set, which the IR requires.
    """
    config = normalized.config
    given: dict[str, Any] = {
        name: value for name, value in normalized.to_json().items() if name in config.model_fields_set
    }
    backend: dict[str, Any] = dict(given.pop("training_config", {}))
    result: dict[str, Any] = {}
    for row in config.mapping_table():
        if row.rule == "lifted":
            continue
        source = given if row.rule in ("renamed", "kept") else backend
        name = row.source if source is backend else row.target
        value = source.pop(name, None)
        # The stage's 0 ("never") is the IR's "not set".
        if value is not None and not (row.source == "checkpoint_every" and value == 0):
            result[row.source] = value
    result.setdefault("id", default_id)
    own_form = _refused(result).intersection(config.backend_keys)
    options = {**backend, **given, **{name: result.pop(name) for name in own_form}}
    if options:
        result["options"] = options
    return TrainingConfig.model_validate(result)


def _refused(values: dict[str, Any]) -> set[str]:
    """The keys whose values the IR has no form for."""
    try:
        TrainingConfig.model_validate(values)
    except ValidationError as error:
        return {str(details["loc"][0]) for details in error.errors() if details["type"] != "missing"}
    return set()
