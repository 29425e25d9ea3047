"""From an experiment to the stages it stands for: every stage's options, checked by the stage that owns them.

The experiment's own types are checked first, then each stage of the pipeline, disabled ones included, by
the very normalisation a spec of its own goes through. What the experiment says for all of its stages
(`backend`, `dataset`, `training_config`) is laid under each stage's options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from crucible_ir import Experiment
from crucible_ir.json_data import JSON_DATA
from crucible_train import registry
from crucible_train.context import unique_label
from crucible_train.diagnostics.diagnostic import Diagnostic, Severity, sort_key
from crucible_train.diagnostics.from_pydantic import describe, findings_of
from crucible_train.ir.experiment_effects import effect_findings
from crucible_train.ir.experiment_keys import explain_experiment_key
from crucible_train.ir.experiment_sources import mapping_or_empty, stage_sources
from crucible_train.ir.normalize import normalize_sources, unknown_stage, unsupported
from crucible_train.ir.normalized import fingerprint_of_all
from crucible_train.ir.one_mistake import without_answered, without_rivals, without_taken
from crucible_train.ir.spec import Source, explicit_values
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.diagnostics.errors import NormalizeError
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.ports import Ports


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """One stage of a pipeline, normalised."""

    label: str
    """What it is called in this pipeline: the stage's name, with a number from the second one on."""
    enabled: bool
    normalized: Normalized[StageConfig]

    @property
    def stage(self) -> str:
        """The stage's registered name."""
        return self.normalized.stage


@dataclass(frozen=True)
class NormalizedExperiment:
    """The outcome of normalising an experiment: what every stage of it will do."""

    experiment: Experiment
    stages: tuple[PlannedStage, ...]
    warnings: tuple[Diagnostic, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what takes effect in the stages that run; equal fingerprints mean equal pipelines."""
        return fingerprint_of_all(
            (one.label, one.normalized.fingerprint) for one in self.stages if one.enabled
        )

    @cached_property
    def unchecked(self) -> tuple[str, ...]:
        """What only a run can find out, in words; each thing once."""
        return tuple(dict.fromkeys(item for one in self.stages for item in one.normalized.unchecked))

    def to_json(self) -> dict[str, Any]:
        """The stages and their configs as JSON data."""
        return {
            "id": self.experiment.id,
            "stages": [
                {
                    "label": one.label,
                    "stage": one.stage,
                    "enabled": one.enabled,
                    "config": one.normalized.to_json(),
                }
                for one in self.stages
            ],
        }


def normalize_experiment(
    experiment: Experiment | Mapping[str, Any], ports: Ports | None = None
) -> Result[NormalizedExperiment, NormalizeError]:
    """Normalise an experiment, or a mapping in its shape, and every stage of its pipeline.

    With `ports`, training stages are also checked against what that training backend can honour, else
    against the backend that `backend.id` names.

    Errors: `unsupported_training_config`, with every finding.
    """
    if isinstance(experiment, Experiment):
        source = Source(explicit_values(experiment))
    elif isinstance(cast("object", experiment), Mapping):
        source = Source(experiment)
    else:
        message = f"an experiment must be an Experiment or a mapping, not {describe(experiment)}"
        return unsupported([Diagnostic("CRU201", message)])
    model = None
    if ports is not None and ports.training_client is not None:
        model = ports.training_client.training_config_model
    return normalize_experiment_source(source, backend_model=model)


def normalize_experiment_source(
    source: Source,
    *,
    overrides: Mapping[str, Sequence[Source]] | None = None,
    flags: Sequence[Source] = (),
    backend_model: type[BaseModel] | None = None,
) -> Result[NormalizedExperiment, NormalizeError]:
    """Normalise the experiment that `source` holds as a document; what the command line calls.

    `overrides` (variables, `--set`) are by the label of their stage; `flags` win over everything, in every
    stage that has their keys.
    """
    data = source.values
    experiment, findings = _own_findings(source)
    planned: list[PlannedStage] = []
    for index, label, stage_def in labelled_stages(data):
        own = overrides.get(label, ()) if overrides else ()
        match _planned(source, index, label, stage_def, own, flags, backend_model):
            case Ok(one):
                planned.append(one)
                findings += one.normalized.warnings
            case Err(problems):
                findings += problems
    findings += source.reading
    # Who reads what is known of every stage, and of every key.
    if planned and len(planned) == len(data["pipeline"]) and not source.is_partial:
        findings += effect_findings(source, planned)
    errors = any(finding.severity is Severity.ERROR for finding in findings)
    if experiment is None or errors:
        return unsupported(_once(findings, source.reading))
    return Ok(NormalizedExperiment(experiment, tuple(planned), tuple(_once(findings))))


def labelled_stages(data: Mapping[str, Any]) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Index, label and definition of every stage of the pipeline that has a name."""
    pipeline: object = data.get("pipeline")
    found: list[tuple[int, str, Mapping[str, Any]]] = []
    labels: list[str] = []
    for index, item in enumerate(cast("Sequence[object]", pipeline) if _is_list(pipeline) else ()):
        stage_def = mapping_or_empty(item)
        name = stage_def.get("name")
        if isinstance(name, str) and name:
            labels.append(unique_label(name, labels))
            found.append((index, labels[-1], stage_def))
    return found


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _own_findings(source: Source) -> tuple[Experiment | None, list[Diagnostic]]:
    """The experiment, and what its own types refuse of it."""
    data = source.values
    try:
        return Experiment.model_validate(data, context=JSON_DATA if source.from_text else None), []
    except ValidationError as error:
        models = _stage_models(data)

        def explain_here(loc: Any, allowed: frozenset[str]) -> Diagnostic:
            return explain_experiment_key(loc, allowed, models)

        found = findings_of(error, Experiment, data, explain_here)
        return None, [
            source.place(without_taken(one, data))
            for one in found
            if not (source.is_partial and one.code == "CRU102")
        ]


def _stage_models(data: Mapping[str, Any]) -> dict[str, type[StageConfig]]:
    models: dict[str, type[StageConfig]] = {}
    for _, _, stage_def in labelled_stages(data):
        match registry.stage(stage_def["name"]):
            case Ok(stage_class):
                models[stage_def["name"]] = stage_class.config_model
            case Err():
                pass  # a finding of its own says so
    return models


def _planned(
    source: Source,
    index: int,
    label: str,
    stage_def: Mapping[str, Any],
    overrides: Sequence[Source],
    flags: Sequence[Source],
    backend_model: type[BaseModel] | None,
) -> Result[PlannedStage, Sequence[Diagnostic]]:
    name: str = stage_def["name"]
    match registry.stage(name):
        case Ok(stage_class):
            model = stage_class.config_model
        case Err(problem):
            finding = replace(unknown_stage(name, problem), loc=("pipeline", index, "name"))
            return Err([source.place(finding)])
    keys = model.spec_keys()
    above = [*overrides, *(flag.only(keys) for flag in flags)]
    sources = [*stage_sources(source, index, label, model), *above]
    match normalize_sources(sources, stage=name, backend_model=backend_model if model.trains() else None):
        case Ok(normalized):
            return Ok(PlannedStage(label, stage_def.get("enabled") is not False, normalized))
        case Err(error):
            return Err(error.diagnostics)


def _once(findings: Sequence[Diagnostic], reading: Sequence[Diagnostic] = ()) -> list[Diagnostic]:
    """One finding for each mistake, the first there is, ordered by place: what several stages read is looked
    at several times, and by the experiment's own types before that.
    """
    findings = without_answered(list(findings))
    unreadable = {one.loc for one in reading if one.severity is Severity.ERROR}
    found: dict[object, Diagnostic] = {}
    for finding in findings:
        if finding.code == "CRU102" and finding.loc in unreadable:
            continue
        kind = "unknown key" if finding.code in _UNKNOWN_KEY else finding.code
        found.setdefault((kind, finding.loc, finding.span), finding)
    return sorted(without_rivals(list(found.values())), key=sort_key)


_UNKNOWN_KEY = frozenset({"CRU101", "CRU103", "CRU104", "CRU107"})
"""What the experiment and a stage may each say in its own way about one key."""
