"""From a spec to a stage config: the one path that `validate`, `explain` and `run` all take.

Everything wrong is found in one pass: reading, the IR's own rules, the stage's, rules between settings,
and what the chosen backend cannot honour. Nothing is opened and nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from crucible_ir import TrainingConfig
from crucible_train import registry
from crucible_train.diagnostics.diagnostic import Diagnostic, Severity, sort_key
from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode
from crucible_train.diagnostics.from_pydantic import describe
from crucible_train.ir.checking import Checker
from crucible_train.ir.normalized import Normalized
from crucible_train.ir.spec import Source, explicit_values
from crucible_train.loops.stage_config import Layer, StageConfig
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.loops.supervised.config import SupervisedConfig
    from crucible_train.ports import Ports

DEFAULT_STAGE = "supervised_train"


@overload
def normalize(
    training_config: TrainingConfig | Mapping[str, Any] | None = None,
    stage: Literal["supervised_train"] = "supervised_train",
    ports: Ports | None = None,
    **direct_keys: Any,
) -> Result[Normalized[SupervisedConfig], NormalizeError]: ...
@overload
def normalize(
    training_config: TrainingConfig | Mapping[str, Any] | None = None,
    stage: str = DEFAULT_STAGE,
    ports: Ports | None = None,
    **direct_keys: Any,
) -> Result[Normalized[StageConfig], NormalizeError]: ...
def normalize(
    training_config: TrainingConfig | Mapping[str, Any] | None = None,
    stage: str = DEFAULT_STAGE,
    ports: Ports | None = None,
    **direct_keys: Any,
) -> Result[Normalized[Any], NormalizeError]:
    """Normalise a training config for a stage.

    `training_config` is a `TrainingConfig`, or a mapping in its shape that may use the stage's own names
    as well (`num_epochs` for `epochs`). `direct_keys` are stage keys, which win over it; without a training
    config they are the whole spec. With `ports`, or with a `backend` key, the settings are also checked
    against what that training backend can honour.

    Errors: `missing_training_config`, `unsupported_training_config` (with every finding).
    """
    sources: list[Source] = []
    if isinstance(training_config, Mapping):
        sources.append(_mapping_source(training_config))
    elif isinstance(training_config, TrainingConfig):
        sources.append(Source(explicit_values(training_config)))
    elif training_config is not None:
        message = f"a training config must be a TrainingConfig or a mapping, not {describe(training_config)}"
        return unsupported([Diagnostic("CRU201", message)])
    if direct_keys:
        sources.append(Source(direct_keys, Layer.DIRECT, label="direct key"))
    model = None
    if ports is not None and ports.training_client is not None:
        model = ports.training_client.training_config_model
    return normalize_sources(sources, stage=stage, backend_model=model)


def normalize_sources(
    sources: Sequence[Source], *, stage: str = DEFAULT_STAGE, backend_model: type[BaseModel] | None = None
) -> Result[Normalized[Any], NormalizeError]:
    """Normalise sources given lowest precedence first; what the command line calls.

    `backend_model` is the `training_config` model of a backend that is already wired; left out, the spec's
    `backend` names it, and where that is not set either, the backend's part goes unchecked and is said so.
    """
    match registry.stage(stage):
        case Err(problem):
            return unsupported([unknown_stage(stage, problem)])
        case Ok(stage_class):
            model = stage_class.config_model
    for source in sources:
        if source.layer is None or source.layer >= Layer.DIRECT:
            if source.rank is not None:
                from crucible_train.ir.nearest import nearest  # few specs extend others

                sources = nearest(sources, model)
            break
    else:
        if model.trains():
            message = "nothing to normalise: pass a training config, or stage keys"
            return Err(NormalizeError(NormalizeErrorCode.MISSING_TRAINING_CONFIG, message))
    checker = Checker(stage, model, sources)
    config = checker.run(backend_model)
    findings = sorted(checker.findings, key=sort_key) if checker.findings else ()
    if config is None or any(finding.severity is Severity.ERROR for finding in findings):
        return unsupported(findings)
    return Ok(
        Normalized(
            stage,
            config,
            warnings=tuple(findings),
            backend_checked=checker.backend_checked,
            backend_model=checker.backend_model,
            _origins=checker.folded.origins,
            _beneath=checker.folded.beneath,
            _sources=tuple(sources),
        )
    )


def _mapping_source(mapping: Mapping[Any, Any]) -> Source:
    try:
        "".join(mapping)  # the fastest way to ask whether every key is text
    except TypeError:
        return _text_keys(mapping)
    return Source(mapping)


def _text_keys(mapping: Mapping[Any, Any]) -> Source:
    """What has a name, and a finding for every key that is no name."""
    wrong = tuple(
        Diagnostic("CRU016", f"the key {key!r} is not text") for key in mapping if not isinstance(key, str)
    )
    return Source({key: value for key, value in mapping.items() if isinstance(key, str)}, reading=wrong)


def unsupported(findings: Sequence[Diagnostic]) -> Err[NormalizeError]:
    """The error behind which these findings are."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    message = f"{errors} {'problem' if errors == 1 else 'problems'} found"
    return Err(NormalizeError(NormalizeErrorCode.UNSUPPORTED_TRAINING_CONFIG, message, tuple(findings)))


def unknown_stage(stage: str, problem: registry.NotRegistered | registry.Broken) -> Diagnostic:
    """The finding about a stage that cannot be had by its name."""
    if isinstance(problem, registry.Broken):
        return Diagnostic("CRU505", str(problem))
    from crucible_train.diagnostics.suggest import did_you_mean  # only a mistake needs it

    how = "a package registers its own in the entry-point group `crucible_train.stages`"
    return Diagnostic("CRU503", f"{problem}; {how}", hint=did_you_mean(stage, problem.known))


__all__ = ["DEFAULT_STAGE", "normalize", "normalize_sources", "unknown_stage", "unsupported"]
