"""The options of `Stage.run`: what a caller may pass, read the same way for every stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from crucible_train import registry
from crucible_train.context import RunControl
from crucible_train.diagnostics.diagnostic import Diagnostic
from crucible_train.diagnostics.from_pydantic import describe
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.ir.normalize import normalize
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.context import Context
    from crucible_train.diagnostics.errors import NormalizeError
    from crucible_train.ir.normalized import Normalized

_NOTHING = object()


def normalize_options(
    stage: str, context: Context, options: object
) -> Result[tuple[Context, Normalized[Any], RunControl], StageError]:
    """Read the options of `Stage.run`."""
    if options is not None and not isinstance(options, Mapping):
        message = f"options must be a mapping, such as {{'training_config': ...}}, not {describe(options)}"
        finding = Diagnostic("CRU201", message)
        code = StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
        return Err(StageError(stage, code, "the options cannot be read", (finding,)))
    given = dict(cast("Mapping[str, Any]", options or {}))
    control = given.pop("control", None) or RunControl()
    ports = given.pop("ports", None) or context.ports
    whole = given.pop("training_config", _NOTHING)
    # These two cannot be passed on as keywords.
    wrong = [Diagnostic("CRU016", f"the option {key!r} is not text") for key in given if type(key) is not str]
    if "stage" in given:
        hint = "the stage is the one whose `run` is called"
        wrong.append(Diagnostic("CRU101", "unknown key `stage`", ("stage",), hint=hint))
    if whole is not _NOTHING and not _reads_a_spec(stage):
        hint = f"{stage} does not train: write its own keys"
        wrong.append(Diagnostic("CRU101", "unknown key `training_config`", ("training_config",), hint=hint))
    if wrong:
        code = StageErrorCode.UNSUPPORTED_TRAINING_CONFIG
        return Err(StageError(stage, code, "the options cannot be read", tuple(wrong)))
    training_config = None if whole is _NOTHING else whole
    match normalize(training_config, stage=stage, ports=ports, **given):
        case Ok(normalized):
            return Ok((replace(context, ports=ports), normalized, control))
        case Err(problem):
            return Err(from_normalize(stage, problem))


def _reads_a_spec(name: str) -> bool:
    """Whether a stage has a training config. One that there is not is normalisation's to refuse."""
    match registry.stage(name):
        case Ok(stage_class):
            return stage_class.config_model.trains()
        case Err():
            return True


def from_normalize(stage: str, error: NormalizeError) -> StageError:
    """A normalisation error as the stage's."""
    return StageError(stage, StageErrorCode(error.code.value), error.message, error.diagnostics, error)
