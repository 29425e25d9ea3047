"""What the chosen backend cannot honour, found from the `training_config` model it publishes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from crucible_ir import DatasetRef, ModelRef
from crucible_train import registry
from crucible_train.diagnostics.diagnostic import Diagnostic, format_loc
from crucible_train.diagnostics.from_pydantic import ExplainKey, findings_of
from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.ir.dataset_check import dataset_findings
from crucible_train.result import Err, Ok

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crucible_train.loops.stage_config import StageConfig, TrainingStageConfig


def backend_findings(
    config: TrainingStageConfig,
    model: type[BaseModel] | None,
    explain_key: ExplainKey,
    nulls: Sequence[str] = (),
) -> list[Diagnostic]:
    """Findings about `config.training_config`, each with a path into the stage config as its `loc`.

    `model` is that of a wired backend; without one, `config.backend` names it. `explain_key` explains a
    key that the backend does not know, at a path into the stage config. `nulls` are keys that were written
    with no value: their names have to be right too.
    """
    backend = config.backend or "wired"
    if model is None:
        match registry.training_config_model(backend):
            case Ok(found):
                model = found
            case Err(problem):
                return [_unknown_backend(backend, problem)]
    told = {**dict.fromkeys(nulls), **config.training_config} if nulls else config.training_config
    try:
        model.model_validate(told)
    except ValidationError as error:
        found = [
            finding
            for finding in findings_of(error, model, told)
            if finding.code == "CRU101" or finding.loc[:1] not in {(name,) for name in nulls}
        ]
        # A model that is missing altogether is the reference's problem, found when it is resolved.
        relevant = [finding for finding in found if (finding.code, finding.loc) != ("CRU102", ("model_ref",))]
        explained = [_as_backend_finding(backend, finding, model, explain_key) for finding in relevant]
        return [_with_hint_on_default(finding, told) for finding in explained]
    return []


_WRITTEN_OUT = "remove it: it is the IR's default, which `to_json(..., explicit_only=True)` leaves out"


def _with_hint_on_default(finding: Diagnostic, told: Mapping[str, Any]) -> Diagnostic:
    """JSON that was written out whole has the IR's defaults in it, which mean another system."""
    if finding.loc[1:] != ("model_ref", "framework"):
        return finding
    is_default = told["model_ref"]["framework"] == ModelRef.model_fields["framework"].default
    return replace(finding, hint=_WRITTEN_OUT) if is_default else finding


def known_model(backend: str | None) -> type[BaseModel] | None:
    """The `training_config` model of a registered backend."""
    match registry.training_config_model(backend or ""):
        case Ok(model):
            return model
        case Err():
            return None


def _as_backend_finding(
    backend: str, finding: Diagnostic, model: type[BaseModel], explain_key: ExplainKey
) -> Diagnostic:
    target = ("training_config", *finding.loc)
    if finding.code == "CRU101" and len(finding.loc) == 1:
        keys = frozenset(info.alias or name for name, info in model.model_fields.items())
        explained = explain_key(target, keys)
        message = f"{explained.message}: neither the stage nor the {backend} backend knows it"
        return Diagnostic(
            explained.code,
            message if explained.code == "CRU101" else explained.message,
            target,
            hint=explained.hint,
            fix=explained.fix,
        )
    old, new = f"`{format_loc(finding.loc)}", f"`{format_loc(target)}"
    message = f"the {backend} backend: {finding.message.replace(old, new, 1)}"
    code = "CRU501" if finding.code in ("CRU203", "CRU206") else finding.code
    return Diagnostic(code, message, target, hint=finding.hint, fix=finding.fix)


def _unknown_backend(backend: str, problem: registry.NotRegistered | registry.Broken) -> Diagnostic:
    if isinstance(problem, registry.Broken):
        return Diagnostic("CRU505", str(problem), ("backend",))
    hint = did_you_mean(backend, problem.known) or "plug-ins register in `crucible_train.training_client`"
    message = f"there is no training backend `{backend}`; known: {', '.join(problem.known)}"
    return Diagnostic("CRU502", message, ("backend",), hint=hint)


def store_findings(config: StageConfig) -> list[Diagnostic]:
    """Data-set references to a store that is not registered, or to two stores: a run is wired with one."""
    findings: list[Diagnostic] = []
    named: dict[str, str] = {}
    for name in ("dataset_ref", "eval_dataset_ref"):
        reference: Mapping[str, Any] | None = getattr(config, name, None)
        provider = (reference or {}).get("provider")
        if provider is None:
            continue
        named[name] = provider
        if provider in registry.BUILT_IN["dataset_store"]:
            continue
        known = registry.names("dataset_store")
        if provider not in known:
            message = f"there is no data-set store `{provider}`; known: {', '.join(known)}"
            hint = did_you_mean(provider, known) or "plug-ins register in `crucible_train.dataset_store`"
            if provider == DatasetRef.model_fields["provider"].default:
                hint = _WRITTEN_OUT
            findings.append(Diagnostic("CRU504", message, (name, "provider"), hint=hint))
    for name in ("dataset_ref", "eval_dataset_ref"):
        reference = getattr(config, name, None)
        if reference is not None and (reference.get("options") or reference.get("schema")):
            findings += dataset_findings(name, reference)
    if len(set(named.values())) > 1 and not findings:
        train, held_out = named.values()
        message = f"`eval_dataset_ref.provider` is `{held_out}`, and `dataset_ref.provider` is `{train}`"
        hint = "a run reads both from one store: name the same one"
        findings.append(Diagnostic("CRU206", message, ("eval_dataset_ref", "provider"), hint=hint))
    return findings
